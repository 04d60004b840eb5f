// Conditional requests (RFC 9110, 13): whether the client already has what it asks for.
#pragma once

#include <string_view>

#include "http/message.h"

namespace kohaku::http {

// `etag` is the current entity tag with its quotes (`"…"` or `W/"…"`).

// If-None-Match holds for a GET or HEAD: answer 304. Weak comparison; `*` matches anything.
bool not_modified(const Headers& request, std::string_view etag);

// If-Match is present and names another version: answer 412. Strong comparison.
bool precondition_failed(const Headers& request, std::string_view etag);

// Whether a Range may be honoured: there is no If-Range, or it names this very version. A date never
// does, since we send no Last-Modified.
bool range_applies(const Headers& request, std::string_view etag);

}  // namespace kohaku::http
