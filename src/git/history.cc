#include "git/history.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "git/commit_queue.h"

namespace kohaku::git {
namespace {

// Everything reachable, each commit once.
class DateOrderWalk {
 public:
  explicit DateOrderWalk(const Repository& repository) : queue_(repository) {}

  Result<> add(const Sha1& id) { return seen_.insert(id).second ? queue_.add(id) : Result<>(); }

  // Nothing at the end.
  Result<std::optional<LoggedCommit>> next() {
    auto logged = queue_.next();
    if (!logged) return std::nullopt;
    for (const auto& parent : logged->commit->parents) TRY(add(parent));
    return logged;
  }

 private:
  std::unordered_set<Sha1> seen_;
  CommitQueue queue_;
};

Result<std::uint64_t> count_all(const Repository& repository, const Sha1& start) {
  std::unordered_set<Sha1> seen{start};
  std::vector<Sha1> waiting{start};
  while (!waiting.empty()) {
    const auto commit = TRY(repository.commit(waiting.back()));
    waiting.pop_back();
    for (const auto& parent : commit->parents) {
      if (seen.insert(parent).second) waiting.push_back(parent);
    }
  }
  return seen.size();
}

using FolderTree = std::shared_ptr<const Tree>;
struct Folder {
  std::optional<Sha1> id;  // nothing when the commit has no such folder
  FolderTree tree;
};

Result<Folder> folder_at(const Repository& repository, const Commit& commit,
                         std::string_view path) {
  const auto entry = TRY(repository.find(commit.tree, path));
  if (!entry || !entry->is_tree()) return Folder{.id = {}, .tree = std::make_shared<const Tree>()};
  return Folder{.id = entry->id, .tree = TRY(repository.tree(entry->id))};
}

using LastCommits = std::map<std::string, Sha1, std::less<>>;

// Names that differ between `now` and `before` were changed by `commit`.
void decide(const Tree& now, const Tree& before, const Sha1& commit,
            std::vector<std::string>& undecided, LastCommits& result) {
  std::erase_if(undecided, [&](const std::string& name) {
    const auto* current = find_entry(now, name);
    const auto* former = find_entry(before, name);
    if (former != nullptr && *former == *current) return false;
    result.emplace(name, commit);
    return true;
  });
}

}  // namespace

Result<std::vector<LoggedCommit>> log(const Repository& repository, const Sha1& start,
                                      std::size_t skip, std::size_t limit) {
  DateOrderWalk walk(repository);
  TRY(walk.add(start));
  std::vector<LoggedCommit> commits;
  while (commits.size() < limit) {
    auto commit = TRY(walk.next());
    if (!commit) break;
    if (skip > 0) {
      --skip;
    } else {
      commits.push_back(std::move(*commit));
    }
  }
  return commits;
}

Result<std::uint64_t> count_commits(const Repository& repository, const Sha1& start) {
  // A commit with one parent counts one more than it: down to a count that is known, or to where
  // the history is no longer a line.
  std::uint64_t above = 0;
  auto id = start;
  std::optional<std::uint64_t> below;
  while (!(below = repository.known_commit_count(id))) {
    const auto commit = TRY(repository.commit(id));
    if (commit->parents.size() != 1) break;
    id = commit->parents.front();
    ++above;
  }
  if (!below) {
    below = TRY(count_all(repository, id));
    repository.remember_commit_count(id, *below);
  }
  repository.remember_commit_count(start, *below + above);
  return *below + above;
}

Result<bool> is_ancestor(const Repository& repository, const Sha1& ancestor, const Sha1& commit) {
  DateOrderWalk walk(repository);
  TRY(walk.add(commit));
  while (const auto next = TRY(walk.next())) {
    if (next->id == ancestor) return true;
  }
  return false;
}

Result<LastCommits> last_commits(const Repository& repository, const Sha1& start,
                                 std::string_view folder, std::size_t most_commits) {
  auto id = start;
  auto commit = TRY(repository.commit(id));
  auto now = TRY(folder_at(repository, *commit, folder));
  std::vector<std::string> undecided;
  for (const auto& entry : *now.tree) undecided.push_back(entry.name);
  LastCommits result;
  for (std::size_t seen = 1; !undecided.empty() && !commit->parents.empty() && seen < most_commits;
       ++seen) {
    const auto parent = commit->parents.front();
    commit = TRY(repository.commit(parent));
    auto before = TRY(folder_at(repository, *commit, folder));
    if (before.id != now.id) decide(*now.tree, *before.tree, id, undecided, result);
    id = parent;
    now = std::move(before);
  }
  for (auto& name : undecided) result.emplace(std::move(name), id);
  return result;
}

}  // namespace kohaku::git
