#include "hub/lfs_copies.h"

#include <fmt/format.h>

#include "hub/commit_publish.h"
#include "hub/quota.h"

namespace kohaku::hub {
namespace {

Result<std::optional<Sha256>> find_by_xet_hash(db::Connection& connection, RepoId repo,
                                               const xet::Hash& xet_hash) {
  const auto row = TRY(connection
                           .sql("SELECT o.sha256 FROM object_link l JOIN large_object o "
                                "ON o.sha256 = l.sha256 WHERE l.repo_id = ?1 AND o.xet_hash = ?2")
                           .bind(repo, xet_hash)
                           .first<Sha256>());
  if (!row) return std::nullopt;
  return std::get<0>(*row);
}

Result<> check_rights(db::Connection& connection, const ReadableContent& source,
                      const WritableRepo& target) {
  const auto from = TRY(find_repo_by_id(connection, source.repo().id));
  if (!from || !TRY(may_read_content(connection, source.caller(), *from))) {
    return fail(Code::repo_not_found, "The repository to copy from was not found.");
  }
  const auto to = TRY(find_repo_by_id(connection, target.repo().id));
  if (!to) return fail(Code::repo_not_found, "The repository to copy to was not found.");
  if (TRY(may_write(connection, target.user().id, *to))) return {};
  return fail(Code::forbidden,
              fmt::format("You do not have the right to do this in '{}'.", to->full_name()));
}

}  // namespace

Task<Result<std::vector<bool>>> copy_objects(Hub& hub, ReadableContent source, WritableRepo target,
                                             std::vector<WantedCopy> wanted) {
  const auto from = source.repo().id;
  const auto to = target.repo().id;
  const auto now = hub.clock.now();
  const auto keep_until = now.plus_seconds(object_grace_seconds);
  co_return co_await hub.database.write(
      [&](db::Connection& connection) -> Result<std::vector<bool>> {
        TRY(check_rights(connection, source, target));
        std::vector<bool> copied;
        for (const auto& [sha256, xet_hash] : wanted) {
          auto object = sha256;
          if (!object && xet_hash) object = TRY(find_by_xet_hash(connection, from, *xet_hash));
          copied.push_back(object && TRY(store::ObjectStore::link_from(connection, from, to,
                                                                       *object, keep_until, now)));
        }
        TRY(check_quota(connection, hub.config, to));
        return copied;
      });
}

}  // namespace kohaku::hub
