// Request bodies that come compressed (Content-Encoding: gzip), as git sends its longer requests.
#pragma once

#include <memory>

#include "base/result.h"
#include "http/message.h"

namespace kohaku::api {

// The body as its sender meant it, inflated piece by piece. unsupported_media_type for an encoding
// other than gzip. set_limit() of the reader counts inflated bytes (1 MiB unless set); read() fails
// with bad_request when the compressed data is damaged, cut short or goes on behind its end.
// `request` must outlive the reader.
Result<std::unique_ptr<http::BodyReader>> decoded_body(http::Request& request);

}  // namespace kohaku::api
