// What X-Request-Id of an answer says: the client's own id, else one that holds its trace id, else a
// fresh one. Clients show it with errors, and the log carries it.
#pragma once

#include <cstdint>
#include <string>

#include "http/message.h"

namespace kohaku::http {

// `random_high` and `random_low` make the fresh id.
std::string choose_request_id(const Headers& headers, std::uint64_t random_high,
                              std::uint64_t random_low);

}  // namespace kohaku::http
