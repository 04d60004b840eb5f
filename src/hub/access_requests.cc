#include "hub/access_requests.h"

#include <fmt/format.h>

#include <algorithm>

#include "hub/accounts.h"
#include "hub/time_cursor.h"

namespace kohaku::hub {
namespace {

std::unexpected<Error> not_gated(const Repo& repo) {
  return fail(Code::bad_request,
              fmt::format("{} {} is not gated", to_string(repo.type), repo.full_name()));
}

// The repository as the transaction finds it, with its gate closed.
Result<Repo> gated_repo(db::Connection& connection, const Caller& caller, RepoId id) {
  auto repo = TRY(find_repo_by_id(connection, id));
  if (!repo || !TRY(may_read(connection, caller, *repo))) {
    return fail(Code::repo_not_found, "The repository was not found.");
  }
  if (repo->gated == "false") return not_gated(*repo);
  return std::move(*repo);
}

// The same for one who decides: whether they still may is asked again, as commits do.
Result<Repo> administered_repo(db::Connection& connection, const RepoAdmin& admin) {
  auto repo = TRY(gated_repo(connection, admin.caller(), admin.repo().id));
  if (TRY(role_in(connection, admin.caller(), repo.owner_id)) >= Role::admin) return repo;
  return fail(Code::forbidden,
              fmt::format("You do not have the right to do this in '{}'.", repo.full_name()));
}

Result<> insert_request(db::Connection& connection, RepoId repo, AccountId user,
                        AccessStatus status, bool asked, const std::optional<std::string>& fields,
                        Micros now) {
  TRY(connection
          .sql("INSERT INTO access_request (repo_id, user_id, status, asked, fields, created_at) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
          .bind(repo, user, to_string(status), asked, fields, now)
          .run());
  return {};
}

// By asking, a user shares who they are, also where an admin had entered them unasked.
Result<> ask_again(db::Connection& connection, RepoId repo, AccountId user, AccessStatus status,
                   const std::optional<std::string>& fields) {
  TRY(connection
          .sql("UPDATE access_request SET status = ?3, asked = 1, fields = COALESCE(?4, fields) "
               "WHERE repo_id = ?1 AND user_id = ?2")
          .bind(repo, user, to_string(status), fields)
          .run());
  return {};
}

Result<AccessStatus> ask(db::Connection& connection, const SignedInWriter& user, RepoId id,
                         const std::optional<std::string>& fields, Micros now) {
  const auto repo = TRY(gated_repo(connection, user.caller(), id));
  if (TRY(role_in(connection, user.caller(), repo.owner_id)) >= Role::visitor) {
    return AccessStatus::accepted;
  }
  const auto given = repo.gated == "auto" ? AccessStatus::accepted : AccessStatus::pending;
  const auto standing = TRY(find_access_status(connection, id, user.user().id));
  if (!standing) {
    TRY(insert_request(connection, id, user.user().id, given, true, fields, now));
    return given;
  }
  if (*standing != AccessStatus::pending) return *standing;
  TRY(ask_again(connection, id, user.user().id, given, fields));
  return given;
}

}  // namespace

Task<Result<AccessStatus>> ask_access(Hub& hub, SignedInWriter user, ReadableRepo repo,
                                      std::optional<std::string> fields) {
  const auto now = hub.clock.now();
  co_return co_await hub.database.write([&](db::Connection& connection) {
    return ask(connection, user, repo.repo().id, fields, now);
  });
}

Task<Result<>> cancel_request(Hub& hub, SignedInWriter user, ReadableRepo repo) {
  co_return co_await hub.database.write([&](db::Connection& connection) -> Result<> {
    const auto removed = TRY(
        connection
            .sql("DELETE FROM access_request WHERE repo_id = ?1 AND user_id = ?2 AND status = ?3")
            .bind(repo.repo().id, user.user().id, to_string(AccessStatus::pending))
            .run());
    if (removed > 0) return {};
    return fail(Code::not_found, "No pending access request found for this repo and this user");
  });
}

namespace {

Result<AccessRequestPage> read_page(db::Connection& connection, RepoId repo, AccessStatus status,
                                    std::size_t limit, const TimeCursor& begin) {
  auto rows = connection
                  .sql("SELECT q.id, a.name, a.full_name, CASE WHEN q.asked <> 0 THEN a.email END, "
                       "q.created_at, q.reviewed_at, r.name, q.fields FROM access_request q "
                       "JOIN account a ON a.id = q.user_id "
                       "LEFT JOIN account r ON r.id = q.reviewed_by "
                       "WHERE q.repo_id = ?1 AND q.status = ?2 AND (q.created_at, q.id) < (?3, ?4) "
                       "ORDER BY q.created_at DESC, q.id DESC LIMIT ?5")
                  .bind(repo, to_string(status), begin.time, begin.id, limit + 1);
  AccessRequestPage page;
  while (TRY(rows.step())) {
    if (page.requests.size() == limit) {
      const auto& last = page.requests.back();
      page.next_cursor = to_text({last.asked_at, last.id.value});
      break;
    }
    page.requests.push_back({.id = rows.get<AccessRequestId>(0),
                             .user = rows.get<std::string>(1),
                             .full_name = rows.get<std::string>(2),
                             .email = rows.get<std::optional<std::string>>(3),
                             .status = status,
                             .asked_at = rows.get<Micros>(4),
                             .reviewed_at = rows.get<std::optional<Micros>>(5),
                             .reviewer = rows.get<std::optional<std::string>>(6),
                             .fields = rows.get<std::optional<std::string>>(7)});
  }
  return page;
}

// Characters of UTF-8: every byte that does not continue one.
std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Result<> check_reason(const std::optional<std::string>& reason) {
  if (!reason || count_characters(*reason) <= longest_rejection_reason) return {};
  return fail(Code::bad_request, fmt::format("'rejectionReason' must have at most {} characters.",
                                             longest_rejection_reason));
}

struct Standing {
  AccessRequestId id;
  AccessStatus status = AccessStatus::pending;
};

Result<std::optional<Standing>> find_request(db::Connection& connection, RepoId repo,
                                             const RequestedBy& whose) {
  std::optional<AccountId> user;
  if (whose.user) user = TRY(require_user(connection, *whose.user)).id;
  const auto row = TRY(connection
                           .sql("SELECT id, status FROM access_request WHERE repo_id = ?1 "
                                "AND (user_id = ?2 OR id = ?3)")
                           .bind(repo, user, whose.id)
                           .first<AccessRequestId, std::string>());
  if (!row) return std::nullopt;
  return Standing{std::get<0>(*row),
                  access_status_from(std::get<1>(*row)).value_or(AccessStatus::pending)};
}

// A request that waits again has not been reviewed.
Result<> decide(db::Connection& connection, AccessRequestId id, AccessStatus status,
                const std::optional<std::string>& reason, AccountId reviewer, Micros now) {
  const bool waits = status == AccessStatus::pending;
  const bool keeps_reason = status == AccessStatus::rejected;
  TRY(connection
          .sql("UPDATE access_request SET status = ?2, rejection_reason = ?3, reviewed_at = ?4, "
               "reviewed_by = ?5 WHERE id = ?1")
          .bind(id, to_string(status), keeps_reason ? reason : std::nullopt,
                waits ? std::nullopt : std::optional(now),
                waits ? std::nullopt : std::optional(reviewer))
          .run());
  return {};
}

Result<> review(db::Connection& connection, const RepoAdmin& admin, const RequestedBy& whose,
                AccessStatus status, const std::optional<std::string>& reason, Micros now) {
  const auto repo = TRY(administered_repo(connection, admin));
  const auto request = TRY(find_request(connection, repo.id, whose));
  if (!request) return fail(Code::not_found, "No access request found matching your criteria");
  if (request->status == status) {
    return fail(Code::not_found, fmt::format("No access request found matching your criteria: "
                                             "this one is already {}.",
                                             to_string(status)));
  }
  return decide(connection, request->id, status, reason, admin.user().id, now);
}

Result<> grant(db::Connection& connection, const RepoAdmin& admin, std::string_view name,
               Micros now) {
  const auto repo = TRY(administered_repo(connection, admin));
  const auto account = TRY(require_user(connection, name));
  Caller user;
  user.user = User{account.id, account.name};
  if (TRY(may_read_content(connection, user, repo))) {
    return fail(Code::bad_request, "That user already has access to the repo");
  }
  auto request = TRY(find_request(connection, repo.id, {.user = account.name, .id = {}}));
  if (request && request->status == AccessStatus::accepted) {
    return fail(Code::bad_request, "That user already has access to the repo");
  }
  if (!request) {
    TRY(insert_request(connection, repo.id, account.id, AccessStatus::pending, false, {}, now));
    request = TRY(find_request(connection, repo.id, {.user = account.name, .id = {}}));
  }
  return decide(connection, request->id, AccessStatus::accepted, {}, admin.user().id, now);
}

}  // namespace

Result<AccessRequestPage> list_requests(Hub& hub, const RepoAdmin& repo, AccessStatus status,
                                        std::size_t limit, std::string_view cursor) {
  if (repo.repo().gated == "false") return not_gated(repo.repo());
  const auto begin = TRY(parse_time_cursor(cursor));
  return hub.database.read_now([&](db::Connection& connection) {
    return read_page(connection, repo.repo().id, status, limit, begin);
  });
}

Task<Result<>> review_request(Hub& hub, RepoAdmin repo, RequestedBy whose, AccessStatus status,
                              std::optional<std::string> reason) {
  CO_TRY(check_reason(reason));
  const auto now = hub.clock.now();
  co_return co_await hub.database.write([&](db::Connection& connection) {
    return review(connection, repo, whose, status, reason, now);
  });
}

Task<Result<>> grant_access(Hub& hub, RepoAdmin repo, std::string user) {
  const auto now = hub.clock.now();
  co_return co_await hub.database.write(
      [&](db::Connection& connection) { return grant(connection, repo, user, now); });
}

}  // namespace kohaku::hub
