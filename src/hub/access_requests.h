// Requests for access to gated repositories: users ask, repository admins list, decide and grant.
//
//   ask        → pending, or accepted at once where gated = auto
//   review     pending, accepted and rejected become one another
//   grant      accepted, asked or not
//   cancel     a pending request vanishes; by the user who made it
//
// An accepted request lets its user read the repository's files (Access::readable_content). Requests
// outlive an opened gate, and count again when it closes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "hub/access.h"
#include "hub/access_status.h"
#include "hub/hub.h"

namespace kohaku::hub {

inline constexpr std::size_t longest_rejection_reason = 200;  // characters

using AccessRequestId = Id<struct AccessRequestTag>;

// How the request stands afterwards. Asking again changes nothing but what a pending request says;
// who may read already is accepted without one. `fields`: the JSON object the user filled in.
// bad_request when the repository is not gated.
Task<Result<AccessStatus>> ask_access(Hub& hub, SignedInWriter user, ReadableRepo repo,
                                      std::optional<std::string> fields);

// not_found when the user has no pending request.
Task<Result<>> cancel_request(Hub& hub, SignedInWriter user, ReadableRepo repo);

struct AccessRequest {
  AccessRequestId id;
  std::string user;
  std::string full_name;
  std::optional<std::string> email;  // of a user who asked: asking shares it
  AccessStatus status = AccessStatus::pending;
  Micros asked_at;
  std::optional<Micros> reviewed_at;
  std::optional<std::string> reviewer;
  std::optional<std::string> fields;
};
struct AccessRequestPage {
  std::vector<AccessRequest> requests;
  std::string next_cursor;  // "" on the last page
};
// Newest first. bad_request when the repository is not gated, or for a bad cursor.
Result<AccessRequestPage> list_requests(Hub& hub, const RepoAdmin& repo, AccessStatus status,
                                        std::size_t limit, std::string_view cursor);

// Whose request: exactly one of the two.
struct RequestedBy {
  std::optional<std::string> user;
  std::optional<AccessRequestId> id;
};
// `reason` is kept with a rejection only. not_found for an unknown user, no request, and one that
// stands so already; bad_request when the repository is not gated.
Task<Result<>> review_request(Hub& hub, RepoAdmin repo, RequestedBy whose, AccessStatus status,
                              std::optional<std::string> reason);

// bad_request when the user has access already, or the repository is not gated; not_found for an
// unknown user.
Task<Result<>> grant_access(Hub& hub, RepoAdmin repo, std::string user);

}  // namespace kohaku::hub
