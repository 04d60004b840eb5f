// Pages of a list: the address of the next one, as the clients follow it.
#pragma once

#include <string>
#include <string_view>

#include "api/call.h"
#include "http/message.h"

namespace kohaku::api {

// This call's own absolute address with `cursor` in place of the one it came with.
std::string next_page_url(const Call& call, std::string_view cursor);

// Sets `Link: <URL>; rel="next"`, exactly as the clients parse it; nothing when `cursor` is "".
void set_next_page(http::Reply& reply, const Call& call, std::string_view cursor);

// The `cursor` this call came with, "" for the first page. bad_request when it cannot be decoded.
Result<std::string> page_cursor(const Call& call);

// A list's page size as the caller asks for it: `limit`, at least 1, cut to `most`.
Result<std::size_t> page_limit(const Call& call, std::size_t otherwise, std::size_t most);

}  // namespace kohaku::api
