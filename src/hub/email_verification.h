// Showing that an e-mail address is its user's: a letter with a link, good for a day, used once.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "db/connection.h"
#include "hub/accounts.h"
#include "hub/hub.h"
#include "hub/sessions.h"

namespace kohaku::hub {

std::string new_verification_secret();
// Within the caller's transaction; only the hash of the secret is stored.
Result<> insert_verification(db::Connection& connection, AccountId user, std::string_view secret,
                             Micros now);
// Queues the letter. Its link begins with the configured base URL (decision 37).
void send_verification(Hub& hub, const Account& account, std::string_view secret);

// Sends another letter, unless one was sent within the last five minutes. Blocks until durable.
Result<> resend_verification(Hub& hub, const Account& account);

// Marks the address as verified and opens a session. bad_request for a link that is unknown, used
// or too old. Blocks until durable.
Result<Session> verify_email(Hub& hub, std::string_view secret);

}  // namespace kohaku::hub
