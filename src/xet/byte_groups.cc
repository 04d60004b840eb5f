#include "xet/byte_groups.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace kohaku::xet {
namespace {

// Where each group starts: the first (size % 4) groups have a byte more.
std::array<std::size_t, 4> group_starts(std::size_t size) {
  const std::size_t whole = size / 4;
  const std::size_t rest = size % 4;
  std::array<std::size_t, 4> starts{};
  for (std::size_t i = 1; i < 4; ++i) starts[i] = starts[i - 1] + whole + (i <= rest ? 1 : 0);
  return starts;
}

// Sixteen bytes at once, on every processor that has such registers.
using Sixteen = std::uint8_t __attribute__((vector_size(16)));
using Eight = std::uint16_t __attribute__((vector_size(16)));

Sixteen load(const std::byte* from) {
  Sixteen bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

Eight weave_low(Sixteen a, Sixteen b) {
  return std::bit_cast<Eight>(
      __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
}

Eight weave_high(Sixteen a, Sixteen b) {
  return std::bit_cast<Eight>(
      __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
}

// a0 b0 c0 d0 a1 b1 …
void weave(Sixteen a, Sixteen b, Sixteen c, Sixteen d, std::byte* out) {
  const std::array<Eight, 2> left{weave_low(a, b), weave_high(a, b)};
  const std::array<Eight, 2> right{weave_low(c, d), weave_high(c, d)};
  for (std::size_t half = 0; half < 2; ++half) {
    const auto low = __builtin_shufflevector(left[half], right[half], 0, 8, 1, 9, 2, 10, 3, 11);
    const auto high = __builtin_shufflevector(left[half], right[half], 4, 12, 5, 13, 6, 14, 7, 15);
    std::memcpy(out + 32 * half, &low, sizeof low);
    std::memcpy(out + 32 * half + 16, &high, sizeof high);
  }
}

}  // namespace

void group_bytes(Bytes bytes, std::span<std::byte> out) {
  const auto starts = group_starts(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) out[starts[i % 4] + i / 4] = bytes[i];
}

void ungroup_bytes(Bytes grouped, std::span<std::byte> out) {
  const auto starts = group_starts(grouped.size());
  const std::byte* const from = grouped.data();
  std::byte* const to = out.data();
  const std::size_t whole = grouped.size() / 4;
  std::size_t i = 0;
  for (; i + sizeof(Sixteen) <= whole; i += sizeof(Sixteen)) {
    weave(load(from + starts[0] + i), load(from + starts[1] + i), load(from + starts[2] + i),
          load(from + starts[3] + i), to + 4 * i);
  }
  for (; i < whole; ++i) {
    to[4 * i] = from[starts[0] + i];
    to[4 * i + 1] = from[starts[1] + i];
    to[4 * i + 2] = from[starts[2] + i];
    to[4 * i + 3] = from[starts[3] + i];
  }
  for (i = 4 * whole; i < grouped.size(); ++i) to[i] = from[starts[i % 4] + whole];
}

}  // namespace kohaku::xet
