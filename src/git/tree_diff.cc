#include "git/tree_diff.h"

#include <optional>
#include <utility>

namespace kohaku::git {
namespace {

// A pair of folders still to be compared; nothing where there is none.
struct FolderPair {
  std::string path;
  std::optional<Sha1> before;
  std::optional<Sha1> after;
};

std::optional<Sha1> folder_id(const TreeEntry* entry) {
  return entry != nullptr && entry->is_tree() ? std::optional(entry->id) : std::nullopt;
}

class TreeDiff {
 public:
  TreeDiff(const LoadTree& load, const VisitChange& visit) : load_(load), visit_(visit) {}

  Result<> run(const Sha1& before, const Sha1& after) {
    if (before != after) waiting_.push_back({.path = {}, .before = before, .after = after});
    while (!waiting_.empty()) {
      const auto pair = std::move(waiting_.back());
      waiting_.pop_back();
      TRY(compare(pair));
    }
    return {};
  }

 private:
  Result<std::shared_ptr<const Tree>> load(const std::optional<Sha1>& id) {
    return id ? load_(*id) : std::make_shared<const Tree>();
  }

  Result<> compare(const FolderPair& pair) {
    const auto before = TRY(load(pair.before));
    const auto after = TRY(load(pair.after));
    for (const auto& entry : *after) {
      const auto* former = find_entry(*before, entry.name);
      if (former == nullptr || *former != entry) TRY(note(pair.path, former, &entry));
    }
    for (const auto& entry : *before) {
      if (find_entry(*after, entry.name) == nullptr) TRY(note(pair.path, &entry, nullptr));
    }
    return {};
  }

  Result<> note(const std::string& folder, const TreeEntry* before, const TreeEntry* after) {
    TRY(visit_(folder, before, after));
    const auto& name = (after != nullptr ? after : before)->name;
    FolderPair inside{.path = folder.empty() ? name : folder + "/" + name,
                      .before = folder_id(before),
                      .after = folder_id(after)};
    if (inside.before != inside.after) waiting_.push_back(std::move(inside));
    return {};
  }

  const LoadTree& load_;
  const VisitChange& visit_;
  std::vector<FolderPair> waiting_;
};

}  // namespace

Result<> visit_changes(const Sha1& before, const Sha1& after, const LoadTree& load,
                       const VisitChange& visit) {
  return TreeDiff(load, visit).run(before, after);
}

Result<std::vector<ChangedEntry>> diff_trees(const Sha1& before, const Sha1& after,
                                             const LoadTree& load) {
  std::vector<ChangedEntry> changed;
  const VisitChange collect = [&](const std::string& folder, const TreeEntry* former,
                                  const TreeEntry* entry) -> Result<> {
    const auto& name = (entry != nullptr ? entry : former)->name;
    changed.push_back({.folder = folder, .name = name, .removed = entry == nullptr});
    return {};
  };
  TRY(visit_changes(before, after, load, collect));
  return changed;
}

}  // namespace kohaku::git
