// A blob that is read piece by piece, since it may be long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace kohaku::git {

// One thread at a time. Goes on when the pack it reads is removed or the repository is closed.
class BlobStream {
 public:
  virtual ~BlobStream() = default;
  virtual std::uint64_t size() const = 0;
  // Fills `out` as far as the blob goes. The last bytes are given only when the whole blob hashes
  // to its id, else Code::internal: a reader that stops there has not sent a complete wrong blob.
  virtual Result<std::size_t> read(std::span<std::byte> out) = 0;
};

}  // namespace kohaku::git
