// Looks at what `git upload-pack` says to find the packs in it: a negotiation may take several answers, and
// only one of them brings what the client came for.
// Source: gitprotocol-pack(5), gitprotocol-v2(5).
#pragma once

#include <array>
#include <cstddef>

#include "base/bytes.h"

namespace kohaku::git {

// One conversation, or one answer of it, in any pieces. What is no such output has no packs.
class PackWatch {
 public:
  void see(Bytes output);

  // Packs that have begun, and that are sent whole: a pack without side bands ends with the output only.
  int begun() const { return begun_; }
  int ended() const { return ended_; }

 private:
  void see_line();

  std::array<char, 5> line_{};  // the length of the line at hand, and the first byte of its payload
  std::size_t known_ = 0;       // of these
  std::size_t skip_ = 0;        // bytes of the line that say nothing
  bool in_pack_ = false;
  bool done_ = false;  // the rest is one pack, or is not understood
  int begun_ = 0;
  int ended_ = 0;
};

}  // namespace kohaku::git
