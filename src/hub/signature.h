// Who a commit is by, as git writes it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "git/object.h"
#include "hub/access.h"

namespace kohaku::hub {

// The address says who it was for ever, whatever they are called later, and no host's name stands
// in it, so that the same commit has the same id behind every address of the hub.
git::Signature signature_of(const User& user, Micros time);

// bad_request for a message that git would refuse: one with a NUL character.
Result<> check_message(std::string_view message);

// Title, empty line, description, newline.
std::string commit_message(std::string_view title, std::string_view description);

}  // namespace kohaku::hub
