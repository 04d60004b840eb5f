// Comma-separated values as RFC 4180 has them: lines end in CRLF, quotes only where they are needed.
#pragma once

#include <string>
#include <vector>

namespace kohaku::cli {

std::string csv_line(const std::vector<std::string>& fields);

}  // namespace kohaku::cli
