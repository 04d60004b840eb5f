// The Range header (RFC 9110, 14.2): one range of bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace kohaku::http {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// Nothing when there is no header, its unit is not bytes, it is malformed or names several ranges:
// the whole is then sent, as the RFC allows. range_not_satisfiable when it lies beyond the end.
Result<std::optional<ByteRange>> parse_range(std::string_view header, std::uint64_t size);

}  // namespace kohaku::http
