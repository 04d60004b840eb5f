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
  explicit TreeDiff(const LoadTree& load) : load_(load) {}

  Result<std::vector<ChangedEntry>> run(const Sha1& before, const Sha1& after) {
    if (before != after) waiting_.push_back({.path = {}, .before = before, .after = after});
    while (!waiting_.empty()) {
      const auto pair = std::move(waiting_.back());
      waiting_.pop_back();
      TRY(compare(pair));
    }
    return std::move(changed_);
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
      if (former == nullptr || *former != entry) note(pair.path, former, &entry);
    }
    for (const auto& entry : *before) {
      if (find_entry(*after, entry.name) == nullptr) note(pair.path, &entry, nullptr);
    }
    return {};
  }

  void note(const std::string& folder, const TreeEntry* before, const TreeEntry* after) {
    const auto& name = (after != nullptr ? after : before)->name;
    changed_.push_back({.folder = folder, .name = name, .removed = after == nullptr});
    FolderPair inside{.path = folder.empty() ? name : folder + "/" + name,
                      .before = folder_id(before),
                      .after = folder_id(after)};
    if (inside.before != inside.after) waiting_.push_back(std::move(inside));
  }

  const LoadTree& load_;
  std::vector<FolderPair> waiting_;
  std::vector<ChangedEntry> changed_;
};

}  // namespace

Result<std::vector<ChangedEntry>> diff_trees(const Sha1& before, const Sha1& after,
                                             const LoadTree& load) {
  return TreeDiff(load).run(before, after);
}

}  // namespace kohaku::git
