// Where a user's request for access to a gated repository stands.
#pragma once

#include <optional>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "db/connection.h"

namespace kohaku::hub {

enum class AccessStatus { pending, accepted, rejected };
std::string_view to_string(AccessStatus status);  // as the database and the wire have it
std::optional<AccessStatus> access_status_from(std::string_view text);

// Nothing when the user never asked and was given nothing.
Result<std::optional<AccessStatus>> find_access_status(db::Connection& connection, RepoId repo,
                                                       AccountId user);

}  // namespace kohaku::hub
