#include "hub/lfs_removal.h"

#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "git/history.h"
#include "git/lfs_pointer.h"
#include "git/rewrite.h"
#include "hub/commit_publish.h"
#include "hub/path_history.h"
#include "hub/queues.h"
#include "hub/revisions.h"

namespace kohaku::hub {
namespace {

using Commits = std::unordered_map<Sha1, Sha1>;  // new ids by the old ones

struct Rewritten {
  Publication publication;
  Commits commits;
};

Publication nothing_published(const WritableRepo& repo) {
  Publication publication;
  publication.repo = repo.repo().id;
  publication.writer = repo.user().id;
  publication.changes_content = false;
  return publication;
}

git::Rewriter::Drops names_one_of(const git::Repository& repository,
                                  const std::unordered_set<Sha256>& objects) {
  return [&](const Sha1& blob) -> Result<bool> {
    if (TRY(repository.header(blob)).size > git::longest_lfs_pointer) return false;
    const auto text = TRY(repository.read(blob, git::ObjectType::blob, git::longest_lfs_pointer));
    const auto pointer = git::parse_pointer(text);
    return pointer && objects.contains(pointer->oid);
  };
}

Result<RefChange> describe_change(const git::Repository& repository, const RefRow& ref,
                                  const Sha1& target, const Commits& commits) {
  RefChange change{.name = ref.name, .expected = ref.target, .target = target};
  change.commit = commits.at(ref.commit);
  change.commit_count =
      static_cast<std::int64_t>(TRY(git::count_commits(repository, change.commit)));
  return change;
}

Result<Rewritten> rewrite(Hub& hub, const WritableRepo& repo,
                          const std::unordered_set<Sha256>& objects) {
  const auto id = repo.repo().id;
  Rewritten result{nothing_published(repo), {}};
  const auto repository = TRY(hub.repositories.get(id));
  const auto refs = TRY(
      hub.database.read_now([&](db::Connection& connection) { return list_refs(connection, id); }));
  auto pack = TRY(git::PackWriter::create(hub.repositories.staging(id)));
  git::Rewriter rewriter(*repository, pack, names_one_of(*repository, objects));
  std::vector<std::pair<RefRow, Sha1>> moved;
  for (const auto& ref : refs) {
    const auto target = TRY(rewriter.rewrite(ref.target));
    if (target != ref.target) moved.emplace_back(ref, target);
  }
  if (moved.empty()) return result;
  result.commits = rewriter.commits();
  auto& publication = result.publication;
  publication.changes_content = true;
  publication.packs.push_back(TRY(pack.finish()));
  TRY(repository->publish(publication.packs.back()));
  for (const auto& [ref, target] : moved) {
    publication.refs.push_back(TRY(describe_change(*repository, ref, target, result.commits)));
    if (ref.name == fmt::format("refs/heads/{}", repo.repo().default_branch)) {
      TRY(describe_history(*repository, publication.refs.back().commit, publication));
    }
  }
  return result;
}

Result<> unlink(db::Connection& connection, RepoId repo, const Sha256& object) {
  TRY(connection.sql("DELETE FROM object_link WHERE repo_id = ?1 AND sha256 = ?2")
          .bind(repo, object)
          .run());
  return {};
}

// Versions follow their commits, and those of a removed file go with it.
Result<> rename_versions(db::Connection& connection, RepoId repo,
                         const std::unordered_set<Sha256>& removed, const Commits& commits) {
  for (const auto& object : removed) {
    TRY(connection.sql("DELETE FROM lfs_version WHERE repo_id = ?1 AND sha256 = ?2")
            .bind(repo, object)
            .run());
  }
  for (const auto& [version, commit] :
       TRY(connection.sql("SELECT id, commit_id FROM lfs_version WHERE repo_id = ?1")
               .bind(repo)
               .all<std::int64_t, Sha1>())) {
    const auto renamed = commits.find(commit);
    if (renamed == commits.end() || renamed->second == commit) continue;
    TRY(connection.sql("UPDATE lfs_version SET commit_id = ?2 WHERE id = ?1")
            .bind(version, renamed->second)
            .run());
  }
  return {};
}

}  // namespace

Task<Result<>> remove_large_files(Hub& hub, WritableRepo repo, std::vector<Sha256> objects,
                                  bool rewrite_history) {
  const auto turn = co_await hub.queues->wait(repo.repo().id);
  const std::unordered_set<Sha256> removed(objects.begin(), objects.end());
  Rewritten rewritten{nothing_published(repo), {}};
  if (rewrite_history) {
    rewritten = CO_TRY(co_await hub.pool.run([&] { return rewrite(hub, repo, removed); }));
  }
  const auto now = hub.clock.now();
  co_return co_await hub.database.write([&](db::Connection& connection) -> Result<> {
    TRY(record(connection, rewritten.publication, now, Rights::check));
    for (const auto& object : removed) TRY(unlink(connection, repo.repo().id, object));
    if (!rewrite_history) return {};
    return rename_versions(connection, repo.repo().id, removed, rewritten.commits);
  });
}

}  // namespace kohaku::hub
