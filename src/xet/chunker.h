// Content-defined chunking: cuts bytes where a rolling hash of the last 64 says so, so that an
// insertion moves the cuts near it only.
//
// Source: hub-docs docs/xet/chunking.md, checked against xet-data 1.8.0 (tests/xet/vectors).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace kohaku::xet {

inline constexpr std::size_t least_chunk_bytes = 8 << 10;  // but for the last of a file
inline constexpr std::size_t most_chunk_bytes = 128 << 10;

// Takes a file in pieces of any size and holds none of its bytes:
//
//   while (!piece.empty()) {
//     const auto [taken, ended] = chunker.next(piece);
//     …the first `taken` bytes belong to the current chunk; with `ended` it is complete…
//     piece = piece.subspan(taken);
//   }
//
// What is open at the end of the file (open_bytes() > 0) is its last chunk.
class Chunker {
 public:
  struct Step {
    std::size_t taken = 0;
    bool ended = false;
  };
  // Takes all of `bytes`, or up to the end of the current chunk. The next call begins a new one then.
  Step next(Bytes bytes);
  // Bytes of the current chunk so far.
  std::size_t open_bytes() const { return open_; }

 private:
  std::uint64_t gear_ = 0;
  std::size_t open_ = 0;
};

}  // namespace kohaku::xet
