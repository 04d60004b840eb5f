// CRC-32C (Castagnoli polynomial, RFC 3720 appendix B.4), with the processor's own instruction where
// it has one.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace kohaku::store {

// The check sum of what `crc` stands for followed by `bytes`; 0 stands for nothing.
std::uint32_t crc32c(Bytes bytes, std::uint32_t crc = 0);

// The same without special instructions.
std::uint32_t crc32c_portable(Bytes bytes, std::uint32_t crc = 0);

}  // namespace kohaku::store
