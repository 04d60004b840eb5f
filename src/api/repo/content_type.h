// The media type a file is served with, from its name. Raw bytes are never trusted with more than
// that: they carry nosniff and a sandbox, and what a browser would run comes as an attachment.
#pragma once

#include <string_view>

#include "http/message.h"

namespace kohaku::api {

std::string_view content_type(std::string_view path);

// Content-Type, nosniff, the sandbox and Content-Disposition of a file (decision 38).
void add_content_headers(http::Headers& headers, std::string_view path);

}  // namespace kohaku::api
