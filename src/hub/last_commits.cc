#include "hub/last_commits.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "git/history.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t most_commits_in_all = 5000;
constexpr std::size_t fewest_commits_per_folder = 100;

struct SplitPath {
  std::string_view folder;
  std::string_view name;
};

SplitPath split(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == path.npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

using Found = std::vector<std::optional<Sha1>>;  // one for each entry

Result<bool> is_default_head(db::Connection& connection, const Repo& repo, const Sha1& commit) {
  const auto head = TRY(find_ref(connection, repo.id, "refs/heads/" + repo.default_branch));
  return head && head->commit == commit;
}

// Rows of path_change speak of the head of the default branch only. The head is looked at again
// after reading them, since a commit may have come in between.
Result<bool> read_changes(db::Connection& connection, const Repo& repo, const Sha1& commit,
                          const std::vector<ListedEntry>& entries, Found& found) {
  if (!TRY(is_default_head(connection, repo, commit))) return false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto [folder, name] = split(entries[i].path);
    const auto row = TRY(connection
                             .sql("SELECT commit_id FROM path_change "
                                  "WHERE repo_id = ?1 AND folder = ?2 AND name = ?3")
                             .bind(repo.id, folder, name)
                             .first<Sha1>());
    if (row) found[i] = std::get<0>(*row);
  }
  return is_default_head(connection, repo, commit);
}

// Walks history for the entries not found yet, folder by folder.
Result<> walk_history(const git::Repository& repository, const Sha1& commit,
                      const std::vector<ListedEntry>& entries, Found& found) {
  std::map<std::string_view, std::vector<std::size_t>> folders;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!found[i]) folders[split(entries[i].path).folder].push_back(i);
  }
  if (folders.empty()) return {};
  const auto most = std::max(most_commits_in_all / folders.size(), fewest_commits_per_folder);
  for (const auto& [folder, positions] : folders) {
    const auto commits = TRY(git::last_commits(repository, commit, folder, most));
    for (const auto i : positions) {
      const auto known = commits.find(split(entries[i].path).name);
      found[i] = known == commits.end() ? commit : known->second;
    }
  }
  return {};
}

}  // namespace

Result<> add_last_commits(Hub& hub, const Repo& repo, const Revision& revision,
                          const git::Repository& repository, std::vector<ListedEntry>& entries) {
  Found found(entries.size());
  const bool current = TRY(hub.database.read_now([&](db::Connection& connection) {
    return read_changes(connection, repo, revision.commit, entries, found);
  }));
  if (!current) found.assign(entries.size(), std::nullopt);
  TRY(walk_history(repository, revision.commit, entries, found));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto commit = TRY(repository.commit(*found[i]));
    entries[i].last_commit =
        LastCommit{*found[i], std::string(commit->title()), commit->committer.time};
  }
  return {};
}

}  // namespace kohaku::hub
