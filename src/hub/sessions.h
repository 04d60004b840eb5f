// Sessions of browsers: the cookie `session_id` holds a random secret, kept as SHA-256 only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "db/connection.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/identity_cache.h"

namespace kohaku::hub {

struct Session {
  std::string secret;  // for the cookie, this once
  User user;
  Micros expires_at;
};

// Made before a transaction that may run more than once, inserted within it. Sessions that are over
// are removed by the way.
Session make_session(const Hub& hub, User user);
Result<> insert_session(db::Connection& connection, const Session& session, Micros now);

// Of an active user and not over at `now`.
Result<std::optional<Identity>> find_session(db::Connection& connection, const Sha256& hash,
                                             Micros now);
// A cookie that belongs to no session is fine. Blocks until durable.
Result<> end_session(Hub& hub, std::string_view cookie);

// What a page's form must send back to show that it came from a page made for this session.
std::string csrf_token(const Hub& hub, std::string_view cookie);
bool is_csrf_token(const Hub& hub, std::string_view cookie, std::string_view token);

}  // namespace kohaku::hub
