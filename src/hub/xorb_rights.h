// Who may name which xorb (decisions 15 and 32). A xorb may hold chunks of many files, so that naming
// one always takes the hashes of the chunks that are meant, too (the shard's range hashes): knowing
// that a xorb exists opens nothing.
#pragma once

#include <string_view>

#include "base/date.h"
#include "base/result.h"
#include "db/connection.h"
#include "hub/xet_access.h"
#include "xet/hash.h"

namespace kohaku::hub {

// How long a client believes what it was told of a xorb: its cache keeps it for three weeks.
inline constexpr std::int64_t registration_seconds = std::int64_t{22} * 86'400;

// Writes down that clients with this casUrl may count on the xorb until `keep_until`, or longer if
// they may already. Inside a transaction in which the xorb's row exists.
Result<> register_xorb(db::Connection& connection, const XetScope& scope, const xet::Hash& xorb,
                       Micros keep_until);

Result<bool> is_registered(db::Connection& connection, const XetScope& scope,
                           const xet::Hash& xorb);

// Registered for the casUrl, or part of an object that a repository holds which this user may read.
Result<bool> may_name(db::Connection& connection, const XetReader& reader, const xet::Hash& xorb);

// SQL: that the user ?2 (0: anonymous) may read the content of the repository `r`.
inline constexpr std::string_view readable_repository =
    "((r.private = 0 AND (r.gated = 'false' OR EXISTS (SELECT 1 FROM access_request AS a"
    " WHERE a.repo_id = r.id AND a.user_id = ?2 AND a.status = 'accepted')))"
    " OR r.owner_id = ?2 OR EXISTS"
    " (SELECT 1 FROM membership AS m WHERE m.org_id = r.owner_id AND m.user_id = ?2))";

}  // namespace kohaku::hub
