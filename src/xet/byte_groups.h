// Byte grouping by four: all first bytes of every four, then all second ones, and so on. Numbers of
// four bytes compress better that way.
#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace kohaku::xet {

// Both write as many bytes as they read; `out` has that size and does not overlap.
void group_bytes(Bytes bytes, std::span<std::byte> out);
void ungroup_bytes(Bytes grouped, std::span<std::byte> out);

}  // namespace kohaku::xet
