// Signing in a program by a code that its user approves in a browser (RFC 8628): what
// `hf auth login` does. A code lives for a quarter of an hour and gives one token, once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/result.h"
#include "db/connection.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/tokens.h"

namespace kohaku::hub {

inline constexpr int device_login_seconds = 900;
inline constexpr std::int64_t device_poll_seconds = 5;  // how long a program waits between polls

struct DeviceLogin {
  std::string device_code;  // the program's; a secret
  std::string user_code;    // "XXXX-XXXX", shown to the user
};

// bad_request without a client id, too_many_requests when this address asked for too many. Blocks
// until durable.
Result<DeviceLogin> begin_device_login(Hub& hub, const std::string& client_id,
                                       std::string_view address);

// What the user typed, as it is stored: capitals, with the dash. Nothing when it cannot be a code.
std::optional<std::string> normalize_user_code(std::string_view typed);

// When a code that waits for a decision was asked for. not_found for one that is unknown, decided or
// too old, too_many_requests when this user tried too many.
Result<Micros> find_device_login(Hub& hub, const User& user, std::string_view user_code);

enum class Decision { approve, deny };
// Of a user at their browser, about a code that waits. The same failures. Blocks until durable.
Result<> decide_device_login(Hub& hub, const User& user, std::string_view user_code,
                             Decision decision);

struct DevicePoll {
  enum class State { pending, slow_down, expired, denied, unknown, approved };
  State state = State::unknown;
  std::optional<NewToken> token;  // when approved: made now, told this once
};
// Blocks until durable.
Result<DevicePoll> poll_device_login(Hub& hub, std::string_view device_code,
                                     std::string_view client_id);

}  // namespace kohaku::hub
