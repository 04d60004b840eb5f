// Keyed BLAKE3, over the implementation that LLVM carries (SIMD, chosen at run time).
#pragma once

#include <array>
#include <cstdint>

#include <llvm-c/blake3.h>

#include "base/bytes.h"

namespace kohaku::xet {

using Blake3Key = std::array<std::uint8_t, LLVM_BLAKE3_KEY_LEN>;

// Copyable; not for use from two threads at once.
class Blake3 {
 public:
  explicit Blake3(const Blake3Key& key) { llvm_blake3_hasher_init_keyed(&state_, key.data()); }

  void update(Bytes bytes) { llvm_blake3_hasher_update(&state_, bytes.data(), bytes.size()); }

  // Of all bytes so far; more may follow.
  template <class Digest>
  Digest digest() const {
    static_assert(Digest::size == LLVM_BLAKE3_OUT_LEN);
    Digest result;
    llvm_blake3_hasher_finalize(&state_, reinterpret_cast<std::uint8_t*>(result.bytes.data()),
                                result.bytes.size());
    return result;
  }

 private:
  llvm_blake3_hasher state_;
};

}  // namespace kohaku::xet
