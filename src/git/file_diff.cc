#include "git/file_diff.h"

#include <algorithm>
#include <utility>

namespace kohaku::git {
namespace {

using Entry = std::optional<TreeEntry>;

// What two trees have at one path.
struct Pair {
  std::string path;
  Entry before;
  Entry after;
};

bool is_folder(const Entry& entry) { return entry && entry->is_tree(); }
Entry only_file(const Entry& entry) { return is_folder(entry) ? std::nullopt : entry; }

bool differ(const Entry& a, const Entry& b) {
  if (!a || !b) return a.has_value() != b.has_value();
  return a->id != b->id || a->mode != b->mode;
}

class FileDiff {
 public:
  FileDiff(const Repository& repository, std::size_t most) : repository_(repository), most_(most) {}

  Result<FileChanges> run(Pair start) {
    if (differ(start.before, start.after)) waiting_.push_back(std::move(start));
    while (!waiting_.empty()) {
      auto pair = std::move(waiting_.back());
      waiting_.pop_back();
      if (changes_.files.size() == most_) {
        changes_.complete = false;
        break;
      }
      if (is_folder(pair.before) || is_folder(pair.after)) TRY(enter(pair));
      if (only_file(pair.before) || only_file(pair.after)) {
        changes_.files.push_back(
            {std::move(pair.path), only_file(pair.before), only_file(pair.after)});
      }
    }
    return std::move(changes_);
  }

 private:
  Result<std::shared_ptr<const Tree>> load(const Entry& entry) {
    if (!is_folder(entry) || entry->id == empty_tree_id()) return std::make_shared<const Tree>();
    return repository_.tree(entry->id);
  }

  Result<> enter(const Pair& folder) {
    const auto before = TRY(load(folder.before));
    const auto after = TRY(load(folder.after));
    std::vector<Pair> inside;
    const auto note = [&](const TreeEntry* former, const TreeEntry* current) {
      const auto& name = (current != nullptr ? current : former)->name;
      inside.push_back({folder.path.empty() ? name : folder.path + "/" + name,
                        former != nullptr ? Entry(*former) : std::nullopt,
                        current != nullptr ? Entry(*current) : std::nullopt});
    };
    for (const auto& entry : *after) {
      const auto* former = find_entry(*before, entry.name);
      if (former == nullptr || *former != entry) note(former, &entry);
    }
    for (const auto& entry : *before) {
      if (find_entry(*after, entry.name) == nullptr) note(&entry, nullptr);
    }
    std::ranges::sort(inside, std::ranges::greater(), &Pair::path);  // the last is taken first
    std::ranges::move(inside, std::back_inserter(waiting_));
    return {};
  }

  const Repository& repository_;
  std::size_t most_;
  std::vector<Pair> waiting_;
  FileChanges changes_;
};

Result<Entry> find(const Repository& repository, const Sha1& tree, std::string_view path) {
  if (tree != empty_tree_id()) return repository.find(tree, path);
  return path.empty() ? Entry(TreeEntry{.mode = mode_tree, .name = {}, .id = tree}) : Entry();
}

}  // namespace

Result<FileChanges> diff_files(const Repository& repository, const Sha1& before, const Sha1& after,
                               std::string_view path, std::size_t most) {
  return FileDiff(repository, most)
      .run({std::string(path), TRY(find(repository, before, path)),
            TRY(find(repository, after, path))});
}

}  // namespace kohaku::git
