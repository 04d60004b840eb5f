// A push: refs move by the same rules as through a commit of the API, and never by `git receive-pack`.
//
//   names and rights → pack into a quarantine, checked strictly → everything reachable is there
//   → every new commit's files by our rules → pack into the repository → one transaction → report
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"
#include "git/push_request.h"
#include "http/message.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

struct PushedRef {
  std::string name;
  std::string refusal;  // one line; empty: it stands as asked for
};

struct PushReport {
  std::string unpack = "ok";          // or one line on why the pack was refused
  std::vector<PushedRef> refs;        // as the request names them
  std::vector<std::string> messages;  // lines for the user's terminal
};

// How a pack ends: with the body, or by itself while the body stays open (SSH). Then nothing behind it is
// read, and a pending read() is cancelled when the pack is complete.
enum class PackEnd { of_body, of_pack };

// `body` goes on with the pack, whose first bytes are `begun` (valid until body is read). Refs that
// are refused for themselves do not keep the others from moving, unless the request is atomic; those
// that may move do so in one transaction, all or none. What is wrong with the objects refuses all.
// Durable when it answers. Never fails: what is wrong stands in the report.
Task<PushReport> push(Hub& hub, WritableRepo repo, const git::PushRequest& request, Bytes begun,
                      http::BodyReader& body, PackEnd end = PackEnd::of_body);

}  // namespace kohaku::hub
