#include "git/pack_index.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "git/big_endian.h"

namespace kohaku::git {
namespace {

constexpr std::uint32_t magic = 0xFF744F63;
constexpr std::uint32_t version = 2;
constexpr std::size_t fanout_start = 8;
constexpr std::size_t ids_start = fanout_start + 256 * 4;
constexpr std::size_t trailer_size = 2 * Sha1::size;
constexpr std::size_t entry_size = Sha1::size + 4 + 4;  // id, CRC, offset
constexpr std::uint32_t long_offset_flag = 0x80000000;

void append_fanout(std::string& out, const std::vector<IndexEntry>& entries) {
  std::array<std::uint32_t, 256> counts{};
  for (const auto& entry : entries) ++counts[std::to_integer<unsigned>(entry.id.bytes[0])];
  std::uint32_t total = 0;
  for (const auto count : counts) append_u32(out, total += count);
}

void append_offsets(std::string& out, const std::vector<IndexEntry>& entries) {
  std::vector<std::uint64_t> long_offsets;
  for (const auto& entry : entries) {
    if (entry.offset < long_offset_flag) {
      append_u32(out, static_cast<std::uint32_t>(entry.offset));
    } else {
      append_u32(out, long_offset_flag | static_cast<std::uint32_t>(long_offsets.size()));
      long_offsets.push_back(entry.offset);
    }
  }
  for (const auto offset : long_offsets) append_u64(out, offset);
}

}  // namespace

std::string serialize_index(std::vector<IndexEntry>& entries, const Sha1& pack_checksum) {
  std::sort(entries.begin(), entries.end(),
            [](const IndexEntry& a, const IndexEntry& b) { return a.id < b.id; });
  std::string out;
  out.reserve(ids_start + entries.size() * entry_size + trailer_size);
  append_u32(out, magic);
  append_u32(out, version);
  append_fanout(out, entries);
  for (const auto& entry : entries) out += as_text(entry.id.view());
  for (const auto& entry : entries) append_u32(out, entry.crc);
  append_offsets(out, entries);
  out += as_text(pack_checksum.view());
  out += as_text(sha1(as_bytes(out)).view());
  return out;
}

Result<IndexView> IndexView::parse(Bytes content) {
  const auto least = ids_start + trailer_size;
  if (content.size() < least || read_u32(content, 0) != magic || read_u32(content, 4) != version) {
    return fail_internal("not a pack index of version 2");
  }
  IndexView view(content, read_u32(content, ids_start - 4));
  const auto tables = ids_start + std::uint64_t{view.count_} * entry_size + trailer_size;
  if (content.size() < tables || (content.size() - tables) % 8 != 0) {
    return fail_internal("a pack index whose size does not fit its count");
  }
  for (unsigned i = 1; i < 256; ++i) {
    if (view.fanout(i - 1) > view.fanout(i)) return fail_internal("a pack index out of order");
  }
  return view;
}

std::uint32_t IndexView::fanout(unsigned first_byte) const {
  return read_u32(content_, fanout_start + std::size_t{first_byte} * 4);
}

Sha1 IndexView::id_at(std::uint32_t position) const {
  return *Sha1::from_bytes(
      content_.subspan(ids_start + std::size_t{position} * Sha1::size, Sha1::size));
}

std::uint64_t IndexView::offset_at(std::uint32_t position) const {
  const auto offsets = ids_start + std::size_t{count_} * (Sha1::size + 4);
  const auto offset = read_u32(content_, offsets + std::size_t{position} * 4);
  if ((offset & long_offset_flag) == 0) return offset;
  const auto long_offset =
      offsets + std::size_t{count_} * 4 + std::size_t{offset & ~long_offset_flag} * 8;
  // Past the table: an offset no pack has, which the reader of the pack refuses.
  if (long_offset + 8 + trailer_size > content_.size()) return ~std::uint64_t{0};
  return read_u64(content_, long_offset);
}

std::uint32_t IndexView::lower_bound(const Sha1& id) const {
  const auto first_byte = std::to_integer<unsigned>(id.bytes[0]);
  std::uint32_t low = first_byte == 0 ? 0 : fanout(first_byte - 1);
  std::uint32_t high = fanout(first_byte);
  const auto* ids = content_.data() + ids_start;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (std::memcmp(ids + std::size_t{middle} * Sha1::size, id.bytes.data(), Sha1::size) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<std::uint32_t> IndexView::find(const Sha1& id) const {
  const auto position = lower_bound(id);
  if (position < count_ && id_at(position) == id) return position;
  return std::nullopt;
}

}  // namespace kohaku::git
