// What a push hears and says on the wire, whatever carries it. Source: gitprotocol-pack(5).
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "git/push_request.h"
#include "http/message.h"
#include "hub/hub.h"
#include "hub/push.h"

namespace kohaku::hub {

// What a push would meet: the refs of this moment, and what we understand. Blocks on the database.
Result<std::string> advertise_push(Hub& hub, RepoId repo, int protocol);

struct BegunPush {
  git::PushRequest request;
  Bytes begun;  // of the pack behind it; valid until the body is read again
};

// Fails as PushRequestParser does, and with bad_request when the body ends before the request.
Task<Result<BegunPush>> read_push_request(http::BodyReader& body);

// The report in the form that the client asked for: empty when it wants none.
std::string push_answer(const git::PushRequest& request, const PushReport& report);

}  // namespace kohaku::hub
