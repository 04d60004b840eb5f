#include "git/path_log.h"

#include <unordered_set>

#include "git/commit_queue.h"

namespace kohaku::git {
namespace {

using Entry = std::optional<TreeEntry>;

bool same(const Entry& a, const Entry& b) {
  if (!a || !b) return !a && !b;
  return a->id == b->id && a->mode == b->mode;
}

// The parents to go on with, and whether the commit changed the path.
struct Decision {
  std::vector<Sha1> follow;
  bool changed = true;
};

Result<Decision> decide(const Repository& repository, const Commit& commit, std::string_view path) {
  const auto now = TRY(repository.find(commit.tree, path));
  if (commit.parents.empty()) return Decision{{}, now.has_value()};
  for (const auto& parent : commit.parents) {
    const auto tree = TRY(repository.commit(parent))->tree;
    if (tree == commit.tree || same(now, TRY(repository.find(tree, path)))) {
      return Decision{{parent}, false};
    }
  }
  return Decision{commit.parents, true};
}

}  // namespace

Result<PathLog> log_path(const Repository& repository, const Sha1& start, std::string_view path,
                         std::size_t skip, std::size_t limit, std::size_t most_walked) {
  CommitQueue queue(repository);
  std::unordered_set<Sha1> seen{start};
  TRY(queue.add(start));
  PathLog log;
  for (std::size_t walked = 0; log.commits.size() < limit; ++walked) {
    const auto logged = queue.next();
    if (!logged) return log;
    if (walked == most_walked) {
      log.complete = false;
      return log;
    }
    const auto decision = TRY(decide(repository, *logged->commit, path));
    for (const auto& parent : decision.follow) {
      if (seen.insert(parent).second) TRY(queue.add(parent));
    }
    if (!decision.changed) continue;
    if (skip > 0) --skip;
    else log.commits.push_back(*logged);
  }
  return log;
}

}  // namespace kohaku::git
