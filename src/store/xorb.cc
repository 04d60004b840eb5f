#include "store/xorb.h"

#include <algorithm>
#include <utility>

namespace kohaku::store {
namespace {

// Serialized chunks read at once.
constexpr std::uint64_t read_bytes = std::uint64_t{512} << 10U;

Result<> read_all(const os::File& file, std::uint64_t offset, std::span<std::byte> out) {
  if (TRY(file.read_at(offset, out)) == out.size()) return {};
  return fail_internal("a published file ends early");
}

}  // namespace

Xorb::Xorb(const xet::Hash& hash, Place place, std::vector<xet::StoredChunk> chunks)
    : hash_(hash), place_(std::move(place)), chunks_(std::move(chunks)) {
  packed_offsets_.reserve(chunks_.size() + 1);
  offsets_.reserve(chunks_.size() + 1);
  std::uint32_t packed = 0;
  std::uint32_t size = 0;
  for (const auto& chunk : chunks_) {
    packed_offsets_.push_back(std::exchange(packed, packed + chunk.packed_bytes));
    offsets_.push_back(std::exchange(size, size + chunk.size));
  }
  packed_offsets_.push_back(packed);
  offsets_.push_back(size);
}

std::uint32_t Xorb::chunk_at_packed(std::uint64_t position) const {
  const auto after = std::ranges::upper_bound(packed_offsets_, position);
  return static_cast<std::uint32_t>(after - packed_offsets_.begin()) - 1;
}

std::size_t Xorb::footprint() const {
  return chunks_.size() * (sizeof(xet::StoredChunk) + 2 * sizeof(std::uint32_t)) + sizeof *this;
}

Result<> read_checked(OpenObject& file, std::uint64_t offset, std::span<std::byte> out) {
  TRY(file.check(offset, out.size()));
  return read_all(file.file(), offset, out);
}

Result<> ChunkReader::read(OpenObject& file, std::uint64_t offset, std::span<std::byte> out) const {
  if (checking_ == Checking::by_reader) return read_all(file.file(), offset, out);
  return read_checked(file, offset, out);
}

Result<> ChunkReader::append(const Xorb& xorb, std::uint32_t first, std::uint32_t last,
                             std::vector<std::byte>& out) {
  const auto& place = xorb.place();
  const auto file = TRY(files_.get(place.physical_name, place.file_size));
  if (place.is_view) return append_view(xorb, *file, first, last, out);
  while (first < last) {
    const auto begin = xorb.packed_offset(first);
    auto to = first + 1;
    while (to < last && xorb.packed_offset(to + 1) - begin <= read_bytes) ++to;
    packed_.resize(xorb.packed_offset(to) - begin);
    TRY(read(*file, begin, packed_));
    for (; first < to; ++first) {
      const auto content = decoder_.decode(Bytes(packed_).subspan(
          xorb.packed_offset(first) - begin, xorb.chunks()[first].packed_bytes));
      if (!content) return fail_internal("a stored chunk is damaged: " + content.error().message);
      out.insert(out.end(), content->begin(), content->end());
    }
  }
  return {};
}

Result<> ChunkReader::append_view(const Xorb& xorb, OpenObject& file, std::uint32_t first,
                                  std::uint32_t last, std::vector<std::byte>& out) {
  const auto begin = out.size();
  out.resize(begin + (xorb.offset(last) - xorb.offset(first)));
  return read(file, xorb.place().offset + xorb.offset(first), std::span(out).subspan(begin));
}

}  // namespace kohaku::store
