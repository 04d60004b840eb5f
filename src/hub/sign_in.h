// Signing in by name and password: how fast it may be tried, and what it gives.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "hub/accounts.h"
#include "hub/hub.h"
#include "hub/sessions.h"

namespace kohaku::hub {

// What a client is told to wait after too_many_requests.
inline constexpr int sign_in_window_seconds = 300;

struct Attempt {
  std::string name;
  std::string password;
  std::string address;  // of the client
};

// The user whose password this is. bad_credentials alike for an unknown name and a wrong password,
// after the same time; too_many_requests after too many failures; forbidden for an account that is
// switched off or whose e-mail address is not confirmed (a new letter is on its way then).
Task<Result<Account>> check_sign_in(Hub& hub, Attempt attempt);

// The same, and opens a session.
Task<Result<Session>> sign_in(Hub& hub, Attempt attempt);

}  // namespace kohaku::hub
