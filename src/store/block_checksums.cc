#include "store/block_checksums.h"

#include <algorithm>
#include <string_view>

#include "store/crc32c.h"

namespace kohaku::store {
namespace {

constexpr std::string_view magic = "KHCRC32C";
constexpr std::uint32_t version = 1;
constexpr std::size_t header_bytes = 24;  // magic, version, block size, object size

template <class Integer>
void put(std::string& out, Integer value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
  }
}

std::uint32_t get_u32(std::string_view text, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value |= std::uint32_t{static_cast<unsigned char>(text[at + i])} << (8 * i);
  }
  return value;
}

std::string make_header(std::uint64_t size) {
  std::string out(magic);
  put(out, version);
  put(out, static_cast<std::uint32_t>(checksum_block_bytes));
  put(out, size);
  return out;
}

}  // namespace

void BlockChecksums::update(Bytes bytes) {
  while (!bytes.empty()) {
    const auto room = checksum_block_bytes - size_ % checksum_block_bytes;
    const auto part = bytes.first(std::min<std::uint64_t>(room, bytes.size()));
    current_ = crc32c(part, current_);
    size_ += part.size();
    bytes = bytes.subspan(part.size());
    if (size_ % checksum_block_bytes == 0) {
      whole_.push_back(current_);
      current_ = 0;
    }
  }
}

std::vector<std::uint32_t> BlockChecksums::blocks() const {
  auto blocks = whole_;
  if (size_ % checksum_block_bytes != 0) blocks.push_back(current_);
  return blocks;
}

std::uint64_t count_blocks(std::uint64_t size) {
  return size / checksum_block_bytes + (size % checksum_block_bytes != 0 ? 1 : 0);
}

std::string serialize_checksums(const std::vector<std::uint32_t>& blocks, std::uint64_t size) {
  auto out = make_header(size);
  for (const auto block : blocks) put(out, block);
  put(out, crc32c(as_bytes(out)));
  return out;
}

Result<std::vector<std::uint32_t>> read_checksums(const os::Path& path, std::uint64_t size) {
  const auto count = count_blocks(size);
  const auto expected = header_bytes + 4 * count + 4;
  const auto text = TRY(os::read_whole(path, expected));
  const auto body =
      std::string_view(text).substr(0, text.size() - std::min<std::size_t>(4, text.size()));
  if (text.size() != expected || !text.starts_with(make_header(size)) ||
      get_u32(text, body.size()) != crc32c(as_bytes(body))) {
    return fail_internal(path.string() + " does not hold the check sums of its object");
  }
  std::vector<std::uint32_t> blocks(count);
  for (std::size_t i = 0; i < count; ++i) blocks[i] = get_u32(text, header_bytes + 4 * i);
  return blocks;
}

}  // namespace kohaku::store
