#include "xet/byte_groups.h"

#include <array>
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
  for (std::size_t i = 0; i < whole; ++i) {
    to[4 * i] = from[starts[0] + i];
    to[4 * i + 1] = from[starts[1] + i];
    to[4 * i + 2] = from[starts[2] + i];
    to[4 * i + 3] = from[starts[3] + i];
  }
  for (std::size_t i = 4 * whole; i < grouped.size(); ++i) to[i] = from[starts[i % 4] + whole];
}

}  // namespace kohaku::xet
