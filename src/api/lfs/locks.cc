#include "api/lfs/locks.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "api/json.h"
#include "api/lfs/reply.h"
#include "hub/lfs_locks.h"

namespace kohaku::api {
namespace {

constexpr std::int64_t most_locks = 1000;

std::size_t page_size(std::int64_t limit) {
  return static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 1, most_locks));
}

void write_lock(JsonWriter& json, const hub::LfsLock& lock) {
  json.begin_object();
  json.field("id", lock.id);
  json.field("path", lock.path);
  json.field("locked_at", lock.created_at);
  json.key("owner").begin_object();
  json.field("name", lock.owner_name);
  json.end_object();
  json.end_object();
}

template <class Wanted>
void write_locks(JsonWriter& json, std::string_view name, const std::vector<hub::LfsLock>& locks,
                 Wanted wanted) {
  json.key(name).begin_array();
  for (const auto& lock : locks) {
    if (wanted(lock)) write_lock(json, lock);
  }
  json.end_array();
}

http::Reply lock_reply(int status, const hub::LfsLock& lock, std::string_view message) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("lock");
  write_lock(json, lock);
  if (!message.empty()) json.field("message", message);
  json.end_object();
  return lfs_reply(status, std::move(text));
}

Result<hub::LockPage> read_page(hub::Hub& hub, RepoId repo, const hub::LockFilter& filter,
                                std::string_view cursor, std::int64_t limit) {
  return hub.database.read_now([&](db::Connection& connection) {
    return hub::list_locks(connection, repo, filter, cursor, page_size(limit));
  });
}

}  // namespace

Result<http::Reply> list_lfs_locks(const hub::ReadableContent& repo, Call& call) {
  const hub::LockFilter filter{call.query.text("path"), call.query.text("id")};
  const auto limit = TRY(call.query.integer("limit", most_locks, 0, INT64_MAX));
  const auto page = TRY(
      read_page(call.hub, repo.repo().id, filter, call.query.text("cursor").value_or(""), limit));
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_locks(json, "locks", page.locks, [](const auto&) { return true; });
  if (!page.next_cursor.empty()) json.field("next_cursor", page.next_cursor);
  json.end_object();
  return lfs_reply(200, std::move(text));
}

Task<Result<http::Reply>> create_lfs_lock(hub::WritableRepo repo, Body<LockRequest> body,
                                          Call& call) {
  const auto now = call.hub.clock.now();
  const auto taken = CO_TRY(co_await call.hub.database.write([&](db::Connection& connection) {
    return hub::take_lock(connection, repo.repo().id, repo.user().id, body->path, now);
  }));
  if (taken.is_new) co_return lock_reply(201, taken.lock, {});
  auto reply = lock_reply(409, taken.lock, "already created lock");
  reply.headers.set("X-Error-Code", "Conflict");
  reply.headers.set("X-Error-Message", "already created lock");
  co_return reply;
}

Result<http::Reply> verify_lfs_locks(const hub::WritableRepo& repo,
                                     const Body<VerifyLocksRequest>& body, Call& call) {
  const auto page = TRY(read_page(call.hub, repo.repo().id, {}, body->cursor.value_or(""),
                                  body->limit.value_or(most_locks)));
  const auto is_ours = [&](const hub::LfsLock& lock) { return lock.owner == repo.user().id; };
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_locks(json, "ours", page.locks, is_ours);
  write_locks(json, "theirs", page.locks, std::not_fn(is_ours));
  if (!page.next_cursor.empty()) json.field("next_cursor", page.next_cursor);
  json.end_object();
  return lfs_reply(200, std::move(text));
}

Task<Result<http::Reply>> remove_lfs_lock(hub::WritableRepo repo, Body<UnlockRequest> body,
                                          Call& call) {
  const bool may_force =
      body->force.value_or(false) &&
      hub::Access(call.hub)
          .repo_admin(repo.caller(), repo.repo().type, {repo.repo().owner, repo.repo().name})
          .has_value();
  const auto id = call.path.value("id");
  const auto removed = CO_TRY(co_await call.hub.database.write([&](db::Connection& connection) {
    return hub::remove_lock(connection, repo.repo().id, id, repo.user().id, may_force);
  }));
  if (!removed) co_return fail(Code::not_found, "There is no such lock in this repository.");
  co_return lock_reply(200, *removed, {});
}

}  // namespace kohaku::api
