#include "api/repo/commit_detail.h"

#include "hub/revisions.h"

namespace kohaku::api {
namespace {

Result<std::optional<std::int64_t>> find_author(hub::Hub& hub, const std::string& name) {
  return hub.database.read_now(
      [&](db::Connection& connection) -> Result<std::optional<std::int64_t>> {
        const auto row = TRY(connection.sql("SELECT id FROM account WHERE lookup_name = ?1")
                                 .bind(normalize_name(name))
                                 .first<std::int64_t>());
        if (!row) return std::nullopt;
        return std::get<0>(*row);
      });
}

}  // namespace

Result<CommitDetail> show_commit(const hub::ReadableRepo& readable, Call& call) {
  const auto& repo = readable.repo();
  const auto id = TRY(hub::resolve_revision(call.hub, repo, call.path.value("rev"))).commit;
  const auto repository = TRY(call.hub.repositories.get(repo.id));
  const auto commit = TRY(repository->commit(id));
  CommitDetail detail;
  detail.id = detail.oid = id;
  detail.title = commit->title();
  detail.message = commit->message;
  detail.date = commit->author.time;
  detail.parents = commit->parents;
  detail.author = commit->author.name;
  detail.user_id = TRY(find_author(call.hub, detail.author));
  detail.description = commit->description();
  detail.committed_at = commit->committer.time;
  return detail;
}

}  // namespace kohaku::api
