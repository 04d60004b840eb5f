// The check sums that lie beside a large object: one CRC-32C for each MiB of it, in a file of their
// own that bears the object's name and ".crc". Byte offsets: docs/store.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "os/files.h"

namespace kohaku::store {

inline constexpr std::uint64_t checksum_block_bytes = std::uint64_t{1} << 20U;

// Takes bytes in order and cuts them into blocks. A value: copies are independent.
class BlockChecksums {
 public:
  void update(Bytes bytes);
  std::uint64_t size() const { return size_; }  // bytes taken so far
  // One per block, the last one of what is left; any number of times.
  std::vector<std::uint32_t> blocks() const;

 private:
  std::vector<std::uint32_t> whole_;
  std::uint32_t current_ = 0;
  std::uint64_t size_ = 0;
};

std::uint64_t count_blocks(std::uint64_t size);

std::string serialize_checksums(const std::vector<std::uint32_t>& blocks, std::uint64_t size);
// internal when the file is not what serialize_checksums writes for an object of `size` bytes.
Result<std::vector<std::uint32_t>> read_checksums(const os::Path& path, std::uint64_t size);

}  // namespace kohaku::store
