// The small text that stands in git for a large file. Source: git-lfs docs/spec.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace kohaku::git {

struct LfsPointer {
  Sha256 oid;
  std::uint64_t size = 0;
  friend bool operator==(const LfsPointer&, const LfsPointer&) = default;
};

inline constexpr std::uint64_t longest_lfs_pointer = 1024;  // a larger blob is never a pointer

std::string serialize_pointer(const LfsPointer& pointer);
// Nothing when the text is not a pointer.
std::optional<LfsPointer> parse_pointer(std::string_view text);

}  // namespace kohaku::git
