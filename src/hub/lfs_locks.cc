#include "hub/lfs_locks.h"

#include <fmt/format.h>

#include <tuple>
#include <utility>

#include "base/hash.h"
#include "base/repo_path.h"

namespace kohaku::hub {
namespace {

constexpr std::string_view columns =
    "SELECT lfs_lock.id, path, owner_id, account.name, lfs_lock.created_at FROM lfs_lock "
    "JOIN account ON account.id = owner_id ";

using Row = std::tuple<std::string, std::string, AccountId, std::string, Micros>;

LfsLock lock_from(Row row) {
  auto& [id, path, owner, owner_name, created_at] = row;
  return {std::move(id), std::move(path), owner, std::move(owner_name), created_at};
}

Result<std::optional<LfsLock>> find_by(db::Connection& connection, std::string_view condition,
                                       RepoId repo, std::string_view value) {
  auto row = TRY(connection.sql(fmt::format("{}{}", columns, condition))
                     .bind(repo, value)
                     .first<std::string, std::string, AccountId, std::string, Micros>());
  if (!row) return std::nullopt;
  return lock_from(std::move(*row));
}

Result<std::optional<LfsLock>> find_by_path(db::Connection& connection, RepoId repo,
                                            std::string_view path) {
  return find_by(connection, "WHERE repo_id = ?1 AND path = ?2", repo, path);
}

Result<std::optional<LfsLock>> find_by_id(db::Connection& connection, RepoId repo,
                                          std::string_view id) {
  return find_by(connection, "WHERE repo_id = ?1 AND lfs_lock.id = ?2", repo, id);
}

}  // namespace

Result<TakenLock> take_lock(db::Connection& connection, RepoId repo, AccountId owner,
                            std::string_view path, Micros now) {
  const auto checked = TRY(RepoPath::parse(path));
  if (auto there = TRY(find_by_path(connection, repo, checked.text()))) {
    return TakenLock{std::move(*there), false};
  }
  TRY(connection
          .sql("INSERT INTO lfs_lock (id, repo_id, path, owner_id, created_at) "
               "VALUES (?1, ?2, ?3, ?4, ?5)")
          .bind(random_text(20), repo, checked.text(), owner, now)
          .run());
  auto made = TRY(find_by_path(connection, repo, checked.text()));
  if (!made) return fail_internal("a lock vanished while it was made");
  return TakenLock{std::move(*made), true};
}

Result<LockPage> list_locks(db::Connection& connection, RepoId repo, const LockFilter& filter,
                            std::string_view cursor, std::size_t limit) {
  LockPage page;
  auto rows =
      TRY(connection
              .sql(fmt::format("{}WHERE repo_id = ?1 AND path > ?2 "
                               "AND (?3 = '' OR path = ?3) AND (?4 = '' OR lfs_lock.id = ?4) "
                               "ORDER BY path LIMIT ?5",
                               columns))
              .bind(repo, cursor, filter.path.value_or(""), filter.id.value_or(""),
                    static_cast<std::int64_t>(limit) + 1)
              .all<std::string, std::string, AccountId, std::string, Micros>());
  for (auto& row : rows) {
    if (page.locks.size() == limit) {
      page.next_cursor = page.locks.back().path;
      break;
    }
    page.locks.push_back(lock_from(std::move(row)));
  }
  return page;
}

Result<std::optional<LfsLock>> remove_lock(db::Connection& connection, RepoId repo,
                                           std::string_view id, AccountId user, bool may_force) {
  auto lock = TRY(find_by_id(connection, repo, id));
  if (!lock) return std::nullopt;
  if (lock->owner != user && !may_force) {
    return fail(Code::forbidden,
                fmt::format("'{}' is locked by {}. Only an administrator of the repository may "
                            "remove another's lock, with --force.",
                            lock->path, lock->owner_name));
  }
  TRY(connection.sql("DELETE FROM lfs_lock WHERE id = ?1").bind(id).run());
  return lock;
}

}  // namespace kohaku::hub
