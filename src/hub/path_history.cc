#include "hub/path_history.h"

#include <unordered_map>
#include <unordered_set>

#include "git/tree_diff.h"
#include "hub/commit_build.h"
#include "hub/tree_walk.h"

namespace kohaku::hub {
namespace {

constexpr int most_commits = 50'000;

// The entries of one tree, by path, with the commit that last changed them once it is known.
class Undecided {
 public:
  // Every entry of the tree.
  Result<> fill(const git::LoadTree& load, const Sha1& tree) {
    for (auto& entry : TRY(git::diff_trees(git::empty_tree_id(), tree, load))) {
      auto path = path_of(entry);
      places_.emplace(std::move(path), entries_.size());
      entries_.push_back({std::move(entry.folder), std::move(entry.name), std::nullopt});
    }
    left_ = entries_.size();
    return {};
  }

  void decide(const git::ChangedEntry& entry, const Sha1& commit) {
    const auto place = places_.find(path_of(entry));
    if (place == places_.end() || entries_[place->second].commit) return;
    entries_[place->second].commit = commit;
    --left_;
  }

  bool all_decided() const { return left_ == 0; }

  std::vector<PathChange> take(const Sha1& oldest) {
    for (auto& entry : entries_) {
      if (!entry.commit) entry.commit = oldest;
    }
    return std::move(entries_);
  }

 private:
  static std::string path_of(const git::ChangedEntry& entry) {
    return entry.folder.empty() ? entry.name : entry.folder + "/" + entry.name;
  }

  std::vector<PathChange> entries_;
  std::unordered_map<std::string, std::size_t> places_;
  std::size_t left_ = 0;
};

// Of each path the newest change counts.
struct NewestChanges {
  std::vector<PathChange> changes;
  std::unordered_set<std::string> paths;

  void take(git::ChangedEntry entry, const Sha1& commit) {
    auto path = entry.folder.empty() ? entry.name : entry.folder + "/" + entry.name;
    if (!paths.insert(std::move(path)).second) return;
    const auto changed_by = entry.removed ? std::nullopt : std::optional(commit);
    changes.push_back({std::move(entry.folder), std::move(entry.name), changed_by});
  }
};

}  // namespace

Result<> describe_advance(const git::Repository& repository, const Sha1& before, const Sha1& commit,
                          Publication& publication) {
  const git::LoadTree load = [&](const Sha1& id) { return load_tree(repository, id); };
  NewestChanges newest;
  auto id = commit;
  auto current = TRY(repository.commit(id));
  const auto tree = current->tree;
  for (int walked = 0; id != before; ++walked) {
    if (walked == most_commits || current->parents.empty()) {
      return describe_history(repository, commit, publication);
    }
    const auto parent = TRY(repository.commit(current->parents.front()));
    for (auto& entry : TRY(git::diff_trees(parent->tree, current->tree, load))) {
      newest.take(std::move(entry), id);
    }
    id = current->parents.front();
    current = parent;
  }
  publication.path_changes = std::move(newest.changes);
  publication.card = TRY(read_card_of(repository, tree));
  return {};
}

Result<> describe_history(const git::Repository& repository, const Sha1& commit,
                          Publication& publication) {
  const git::LoadTree load = [&](const Sha1& id) { return load_tree(repository, id); };
  auto current = TRY(repository.commit(commit));
  const auto tree = current->tree;
  Undecided entries;
  TRY(entries.fill(load, tree));
  auto id = commit;
  for (int walked = 0; walked < most_commits && !entries.all_decided(); ++walked) {
    const bool is_first = current->parents.empty();
    const auto parent = is_first ? nullptr : TRY(repository.commit(current->parents.front()));
    const auto before = is_first ? git::empty_tree_id() : parent->tree;
    for (const auto& entry : TRY(git::diff_trees(before, current->tree, load))) {
      if (!entry.removed) entries.decide(entry, id);
    }
    if (is_first) break;
    id = current->parents.front();
    current = parent;
  }
  publication.replaces_paths = true;
  publication.path_changes = entries.take(id);
  publication.card = TRY(read_card_of(repository, tree));
  return {};
}

}  // namespace kohaku::hub
