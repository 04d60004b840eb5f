// Deltas between objects of a pack. Source: gitformat-pack(5), "Deltified representation".
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace kohaku::git {

struct DeltaSizes {
  std::uint64_t base = 0;
  std::uint64_t result = 0;
};

// The two lengths at the head of a delta: its first 20 bytes suffice.
Result<DeltaSizes> parse_delta_sizes(Bytes delta);

// Code::internal unless the delta is well formed and fits `base`; payload_too_large when the result
// has more than `most` bytes.
Result<std::string> apply_delta(Bytes base, Bytes delta, std::uint64_t most);

}  // namespace kohaku::git
