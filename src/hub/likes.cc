#include "hub/likes.h"

#include <fmt/format.h>

#include "hub/time_cursor.h"

namespace kohaku::hub {
namespace {

Result<> check_in_sight(db::Connection& connection, const Caller& caller, RepoId id) {
  const auto repo = TRY(find_repo_by_id(connection, id));
  if (repo && TRY(may_read(connection, caller, *repo))) return {};
  return fail(Code::repo_not_found, "The repository was not found.");
}

// The one place where the count moves: by as many rows as came or went.
Result<std::int64_t> add_to_count(db::Connection& connection, RepoId repo, std::int64_t change) {
  if (change != 0) {
    TRY(connection.sql("UPDATE repository SET likes_count = likes_count + ?2 WHERE id = ?1")
            .bind(repo, change)
            .run());
  }
  const auto row = TRY(connection.sql("SELECT likes_count FROM repository WHERE id = ?1")
                           .bind(repo)
                           .first<std::int64_t>());
  return row ? std::get<0>(*row) : 0;
}

// What may_read() says of one repository, of all that a query looks at; ?2 is the caller, or 0.
constexpr std::string_view liked_in_sight =
    "FROM repository_like l JOIN repository r ON r.id = l.repo_id "
    "JOIN account a ON a.id = r.owner_id WHERE l.user_id = ?1 "
    "AND (r.private = 0 OR r.owner_id = ?2 OR EXISTS (SELECT 1 FROM membership m "
    "WHERE m.org_id = r.owner_id AND m.user_id = ?2))";

}  // namespace

Task<Result<std::int64_t>> like(Hub& hub, SignedInWriter user, ReadableRepo repo) {
  const auto id = repo.repo().id;
  const auto now = hub.clock.now();
  co_return co_await hub.database.write([&](db::Connection& connection) -> Result<std::int64_t> {
    TRY(check_in_sight(connection, user.caller(), id));
    const auto added = TRY(connection
                               .sql("INSERT INTO repository_like (repo_id, user_id, created_at) "
                                    "VALUES (?1, ?2, ?3) ON CONFLICT (repo_id, user_id) DO NOTHING")
                               .bind(id, user.user().id, now)
                               .run());
    return add_to_count(connection, id, added);
  });
}

Task<Result<std::int64_t>> unlike(Hub& hub, SignedInWriter user, ReadableRepo repo) {
  const auto id = repo.repo().id;
  co_return co_await hub.database.write([&](db::Connection& connection) -> Result<std::int64_t> {
    TRY(check_in_sight(connection, user.caller(), id));
    const auto removed =
        TRY(connection.sql("DELETE FROM repository_like WHERE repo_id = ?1 AND user_id = ?2")
                .bind(id, user.user().id)
                .run());
    return add_to_count(connection, id, -removed);
  });
}

Result<bool> has_liked(db::Connection& connection, const Caller& caller, RepoId repo) {
  if (!caller.user) return false;
  return TRY(connection.sql("SELECT 1 FROM repository_like WHERE repo_id = ?1 AND user_id = ?2")
                 .bind(repo, caller.user->id)
                 .first<std::int64_t>())
      .has_value();
}

Result<LikerPage> list_likers(db::Connection& connection, RepoId repo, std::size_t limit,
                              std::string_view cursor) {
  const auto begin = TRY(parse_time_cursor(cursor));
  LikerPage page;
  page.total = TRY(add_to_count(connection, repo, 0));
  auto rows = connection
                  .sql("SELECT a.name, a.full_name, l.created_at, l.user_id "
                       "FROM repository_like l JOIN account a ON a.id = l.user_id "
                       "WHERE l.repo_id = ?1 AND (l.created_at, l.user_id) < (?2, ?3) "
                       "ORDER BY l.created_at DESC, l.user_id DESC LIMIT ?4")
                  .bind(repo, begin.time, begin.id, limit + 1);
  TimeCursor last;
  while (TRY(rows.step())) {
    if (page.likers.size() == limit) {
      page.next_cursor = to_text(last);
      break;
    }
    page.likers.push_back({rows.get<std::string>(0), rows.get<std::string>(1)});
    last = {rows.get<Micros>(2), rows.get<std::int64_t>(3)};
  }
  return page;
}

Result<LikedPage> list_liked(db::Connection& connection, const Caller& caller, AccountId user,
                             std::size_t limit, std::string_view cursor) {
  const auto begin = TRY(parse_time_cursor(cursor));
  const auto viewer = caller.user ? caller.user->id : AccountId{};
  LikedPage page;
  const auto count = TRY(connection.sql(fmt::format("SELECT count(*) {}", liked_in_sight))
                             .bind(user, viewer)
                             .first<std::int64_t>());
  if (count) page.total = std::get<0>(*count);
  auto rows =
      connection
          .sql(fmt::format("SELECT r.type, a.name || '/' || r.name, l.created_at, l.repo_id "
                           "{} AND (l.created_at, l.repo_id) < (?3, ?4) "
                           "ORDER BY l.created_at DESC, l.repo_id DESC LIMIT ?5",
                           liked_in_sight))
          .bind(user, viewer, begin.time, begin.id, limit + 1);
  TimeCursor last;
  while (TRY(rows.step())) {
    if (page.repos.size() == limit) {
      page.next_cursor = to_text(last);
      break;
    }
    const auto type = repo_type_from(rows.get<std::string>(0)).value_or(RepoType::model);
    last = {rows.get<Micros>(2), rows.get<std::int64_t>(3)};
    page.repos.push_back({type, rows.get<std::string>(1), last.time});
  }
  return page;
}

Result<> remove_likes_of(db::Connection& connection, AccountId user) {
  TRY(connection
          .sql("UPDATE repository SET likes_count = likes_count - 1 WHERE id IN "
               "(SELECT repo_id FROM repository_like WHERE user_id = ?1)")
          .bind(user)
          .run());
  TRY(connection.sql("DELETE FROM repository_like WHERE user_id = ?1").bind(user).run());
  return {};
}

}  // namespace kohaku::hub
