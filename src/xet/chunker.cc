#include "xet/chunker.h"

#include <algorithm>

#include "xet/gear_table.h"

namespace kohaku::xet {
namespace {

// Sixteen bits are zero in one of 65,536 places: the target chunk of 64 KiB. They are the highest
// ones because every byte of the window reaches those.
constexpr std::uint64_t cut_mask = std::uint64_t{0xFFFF} << 48U;
// Older bytes have been shifted out of the hash, so those before the window of the first possible
// cut need not be looked at.
constexpr std::size_t window = 64;
constexpr std::size_t blind_bytes = least_chunk_bytes - window;

std::uint64_t roll(std::uint64_t gear, std::byte byte) {
  return (gear << 1U) + gear_table[std::to_integer<std::size_t>(byte)];
}

bool cuts(std::uint64_t gear) { return (gear & cut_mask) == 0; }

}  // namespace

Chunker::Step Chunker::next(Bytes bytes) {
  const std::size_t room = std::min(bytes.size(), most_chunk_bytes - open_);
  std::size_t at = open_ < blind_bytes ? std::min(blind_bytes - open_, room) : 0;
  std::uint64_t gear = gear_;
  const std::byte* const from = bytes.data();

  // Fills the window; the byte that could end a chunk of the least size is left to the next loop.
  const std::size_t filled =
      open_ + at < least_chunk_bytes - 1 ? std::min(room, least_chunk_bytes - 1 - open_) : at;
  for (; at < filled; ++at) gear = roll(gear, from[at]);

  // Four at a time, for speed. If one of them cuts, the next loop finds out which.
  while (room - at >= 4) {
    const std::uint64_t first = roll(gear, from[at]);
    const std::uint64_t second = roll(first, from[at + 1]);
    const std::uint64_t third = roll(second, from[at + 2]);
    const std::uint64_t fourth = roll(third, from[at + 3]);
    if (cuts(first) || cuts(second) || cuts(third) || cuts(fourth)) break;
    gear = fourth;
    at += 4;
  }
  bool ended = false;
  while (at < room && !ended) {
    gear = roll(gear, from[at++]);
    ended = cuts(gear);
  }
  open_ += at;
  if (ended || open_ == most_chunk_bytes) {
    open_ = 0;
    gear_ = 0;
    return {.taken = at, .ended = true};
  }
  gear_ = gear;
  return {.taken = at, .ended = false};
}

}  // namespace kohaku::xet
