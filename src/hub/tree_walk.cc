#include "hub/tree_walk.h"

#include <algorithm>
#include <utility>

namespace kohaku::hub {
namespace {

// What is pushed may nest deeper than any path a client could name; such folders stay closed.
constexpr std::size_t longest_path = 4096;

}  // namespace

Result<std::shared_ptr<const git::Tree>> load_tree(const git::Repository& repository,
                                                   const Sha1& id) {
  static const auto empty = std::make_shared<const git::Tree>();
  if (id == git::empty_tree_id()) return empty;
  return repository.tree(id);
}

TreeWalk::TreeWalk(std::shared_ptr<const git::Repository> repository, std::string folder,
                   bool recursive)
    : repository_(std::move(repository)), path_(std::move(folder)), recursive_(recursive) {
  if (!path_.empty()) path_.push_back('/');
}

Result<TreeWalk> TreeWalk::start(std::shared_ptr<const git::Repository> repository, const Sha1& id,
                                 std::string folder, bool recursive) {
  TreeWalk walk(std::move(repository), std::move(folder), recursive);
  TRY(walk.enter(id));
  return walk;
}

// path_ holds the folder's path with its slash (or nothing, for the root).
Result<> TreeWalk::enter(const Sha1& id) {
  auto tree = TRY(load_tree(*repository_, id));
  levels_.push_back({std::move(tree), 0, path_.size()});
  return {};
}

Result<> TreeWalk::enter_last() {
  enter_last_ = false;
  const auto& level = levels_.back();
  const auto id = (*level.tree)[level.next - 1].id;
  path_.push_back('/');
  return enter(id);
}

Result<> TreeWalk::skip_past(std::string_view path) {
  const auto unknown = [] {
    return fail(Code::bad_request, "The cursor is not one that this listing gave.");
  };
  if (!path.starts_with(path_)) return unknown();
  path.remove_prefix(path_.size());
  while (true) {
    const auto name = path.substr(0, path.find('/'));
    auto& level = levels_.back();
    const auto* entry = git::find_entry(*level.tree, name);
    if (entry == nullptr) return unknown();
    level.next = static_cast<std::size_t>(entry - level.tree->data()) + 1;
    path_.append(name);
    enter_last_ = recursive_ && entry->is_tree();
    if (name.size() == path.size()) return {};
    if (!enter_last_) return unknown();
    path.remove_prefix(name.size() + 1);
    TRY(enter_last());
  }
}

Result<TreeWalk::Step> TreeWalk::next() {
  if (enter_last_) TRY(enter_last());
  while (!levels_.empty()) {
    auto& level = levels_.back();
    if (level.next == level.tree->size()) {
      levels_.pop_back();
      continue;
    }
    const auto& entry = (*level.tree)[level.next++];
    if (entry.mode == git::mode_submodule) continue;
    path_.resize(level.prefix);
    path_.append(entry.name);
    enter_last_ = recursive_ && entry.is_tree() && path_.size() < longest_path;
    return Step{&entry, &path_};
  }
  return Step{};
}

}  // namespace kohaku::hub
