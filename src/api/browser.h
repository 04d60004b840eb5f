// What only browsers send: cookies, and the page a request comes from.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace kohaku::api {

inline constexpr std::string_view session_cookie = "session_id";

// The value of a cookie; "" when it was not sent. A view into the request.
std::string_view cookie(const http::Request& request, std::string_view name);

// The browser says that the request was made by a page of this site; `base` is Call::base_url().
// One that says nothing is believed in neither direction.
bool is_from_our_page(const http::Request& request, std::string_view base);
bool is_from_foreign_page(const http::Request& request, std::string_view base);

// Made by a page of this site to show something, not by somebody who follows a link to have it.
bool is_preview(const http::Request& request);

}  // namespace kohaku::api
