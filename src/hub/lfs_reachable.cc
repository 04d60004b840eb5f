#include "hub/lfs_reachable.h"

#include <optional>
#include <unordered_map>

#include "git/lfs_pointer.h"

namespace kohaku::hub {
namespace {

class Walk {
 public:
  explicit Walk(const git::Repository& repository) : repository_(repository) {}

  // The objects that the trees of these commits name; a tree seen before in this set adds nothing.
  Result<> add_tree(const Sha1& root, std::unordered_set<Sha1>& seen,
                    std::unordered_set<Sha256>& out) {
    std::vector<Sha1> stack{root};
    while (!stack.empty()) {
      const auto id = stack.back();
      stack.pop_back();
      if (!seen.insert(id).second) continue;
      const auto tree = TRY(repository_.tree(id));
      for (const auto& entry : *tree) {
        if (entry.is_tree()) stack.push_back(entry.id);
        else if (entry.mode != git::mode_submodule) TRY(add_blob(entry.id, out));
      }
    }
    return {};
  }

 private:
  Result<> add_blob(const Sha1& id, std::unordered_set<Sha256>& out) {
    auto known = pointers_.find(id);
    if (known == pointers_.end()) known = pointers_.emplace(id, TRY(read_pointer(id))).first;
    if (known->second) out.insert(*known->second);
    return {};
  }

  Result<std::optional<Sha256>> read_pointer(const Sha1& id) {
    const auto header = TRY(repository_.header(id));
    if (header.size > git::longest_lfs_pointer) return std::nullopt;
    const auto text = TRY(repository_.read(id, git::ObjectType::blob, git::longest_lfs_pointer));
    const auto pointer = git::parse_pointer(text);
    if (!pointer) return std::nullopt;
    return pointer->oid;
  }

  const git::Repository& repository_;
  std::unordered_map<Sha1, std::optional<Sha256>> pointers_;  // by blob
};

}  // namespace

Result<ReachableObjects> find_reachable_objects(const git::Repository& repository,
                                                const std::vector<Sha1>& tips) {
  Walk walk(repository);
  ReachableObjects found;
  std::unordered_set<Sha1> tip_trees;
  for (const auto& tip : tips) {
    const auto commit = TRY(repository.commit(tip));
    TRY(walk.add_tree(commit->tree, tip_trees, found.at_tips));
  }
  std::unordered_set<Sha1> trees;
  std::unordered_set<Sha1> commits;
  std::vector<Sha1> stack = tips;
  while (!stack.empty()) {
    const auto id = stack.back();
    stack.pop_back();
    if (!commits.insert(id).second) continue;
    const auto commit = TRY(repository.commit(id));
    TRY(walk.add_tree(commit->tree, trees, found.in_history));
    stack.insert(stack.end(), commit->parents.begin(), commit->parents.end());
  }
  return found;
}

}  // namespace kohaku::hub
