// Comma-separated values (RFC 4180).
#pragma once

#include <string>
#include <string_view>

namespace kohaku {

// A field as a line has it: in quotes, quotes within doubled, where it holds a comma, a quote or a line
// break; else as it is.
std::string csv_field(std::string_view text);

}  // namespace kohaku
