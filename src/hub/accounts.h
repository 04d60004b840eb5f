// Accounts: users and organizations, which share one namespace of names (decision 25).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "db/connection.h"
#include "hub/hub.h"

namespace kohaku::hub {

enum class AccountKind { user, org };

struct Account {
  AccountId id;
  AccountKind kind = AccountKind::user;
  std::string name;  // as its owner writes it
  std::optional<std::string> email;
  bool email_verified = false;
  std::optional<std::string> password_hash;
  bool is_active = true;
  std::string full_name;
  std::string description;
  Micros created_at;
};

// By name in any capitals.
Result<std::optional<Account>> find_account(db::Connection& connection, std::string_view name);
Result<std::optional<Account>> find_account(db::Connection& connection, AccountId id);
// not_found with a sentence when there is none of that kind.
Result<Account> require_user(db::Connection& connection, std::string_view name);
Result<Account> require_organization(db::Connection& connection, std::string_view name);

// Why a new account cannot have this name.
struct NameRefusal {
  std::string message;
  std::optional<std::string> conflict_with;  // the account that is in the way
};
// Nothing when the name may be taken: well-formed, not reserved, unlike any other when normalized.
Result<std::optional<NameRefusal>> refuse_account_name(db::Connection& connection,
                                                       std::string_view name);

// One `@` with something on both sides, at most 254 bytes, no spaces or control characters; in lower
// case. bad_request otherwise.
Result<std::string> parse_email(std::string_view text);

struct NewUser {
  std::string name;
  std::optional<std::string> email;          // none only from the command line
  std::optional<std::string> password_hash;  // none: no sign-in by password
  bool email_verified = true;
};

// Adds the row, within the caller's transaction. bad_request for a name or e-mail that is taken.
Result<AccountId> insert_user(db::Connection& connection, const NewUser& user, Micros now);

// What a client is told to wait after too_many_requests.
inline constexpr int registration_window_seconds = 3600;

struct Registration {
  std::string name;
  std::string email;
  std::string password;
  std::string address;  // of the client
};

// Makes a user. When e-mails must be verified, sends the letter that does, and answers
// too_many_requests to an address that had too many sent.
Task<Result<Account>> register_user(Hub& hub, Registration wanted);

}  // namespace kohaku::hub
