// Plain pages without script, filled from src/api/pages.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "http/message.h"

namespace kohaku::api {

std::string escape_html(std::string_view text);

using PageValue = std::pair<std::string_view, std::string_view>;

// The page of this name with each {{name}} replaced by its escaped value.
std::string fill_page(std::string_view name, std::initializer_list<PageValue> values);

// `body` is HTML already. Sent with headers that allow no script, no frame and no cache.
http::Reply page_reply(int status, std::string_view site, std::string_view title,
                       std::string_view body);

}  // namespace kohaku::api
