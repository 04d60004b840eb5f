// What a call tells the journal of downloads (docs/events.md). Its route says which door it is
// (Routes::counts). The event, Call::download, begins as soon as the repository is known, so that it also
// tells of what fails after that; the handler adds what only it knows; and it is appended before the last
// slice of the answer. What the caller may not know of leaves none.
#pragma once

#include "api/call.h"
#include "base/error.h"
#include "hub/repo.h"
#include "stats/event.h"

namespace kohaku::api {

// Does nothing where there is no door, no journal, or an event already; nor for a call for metadata whose
// client does not say that it downloads.
void begin_download(Call& call, const hub::Repo& repo);
// Of a call by an old name of the repository, which is answered by a redirect. Its path is the call's own.
void begin_redirected_download(Call& call, const hub::Repo& repo);
// Of a call that its permission refuses: the repository is known to who stands before its gate.
void begin_refused_download(Call& call, const Error& error);
// The event is appended as `reply` ends; of a fetch without a pack there is none.
void end_download(Call& call, http::Reply& reply);

// Who makes this call, as downloads are counted (decision 18).
stats::Who who_calls(const Call& call);

}  // namespace kohaku::api
