// What makes a link prove by itself what it allows: an HMAC over everything it says and its expiry.
// Clients follow such links without credentials (client contract 0.10); what the user may do is asked
// anew when a link is used.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/ids.h"
#include "base/result.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/secrets.h"

namespace kohaku::hub {

// What stands after `?` in a link.
struct LinkProof {
  std::string expires;    // seconds since 1970, decimal
  std::string signature;  // base64url
  std::string query() const { return "expires=" + expires + "&signature=" + signature; }
};

// `text` gives what the link says, with this expiry; its first line names the act, so that no two
// kinds of link can stand for each other.
LinkProof prove_link(const Secrets& secrets, Micros expires,
                     const std::function<std::string(std::string_view expires)>& text);

// forbidden, in the same words for every reason.
Result<> check_link(Hub& hub, std::string_view text, const LinkProof& proof);
std::unexpected<Error> refuse_link();

// The repository whose content a link opens, when the user it was made for (nobody: an anonymous
// reader) may still read it.
Result<ReadableContent> readable_behind_link(Hub& hub, RepoId repo, std::optional<AccountId> user);

}  // namespace kohaku::hub
