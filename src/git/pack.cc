#include "git/pack.h"

#include <algorithm>
#include <array>
#include <utility>

#include "git/deflate.h"

namespace kohaku::git {
namespace {

// Reading less than this saves nothing.
constexpr std::size_t first_read = 512;
constexpr std::size_t stream_read = 64 << 10;
constexpr std::size_t short_read = 128;
constexpr std::size_t most_inflated = std::size_t{1} << 31U;

std::unexpected<Error> damaged(const Pack& pack) {
  return fail_internal("damaged entry in " + pack.name());
}

// The longest zlib stream that a sane writer makes of `size` bytes.
std::uint64_t deflated_bound(std::uint64_t size) { return size + size / 1000 + 256; }

struct HeaderReader {
  Bytes bytes;
  std::size_t used = 0;

  int next() { return used < bytes.size() ? std::to_integer<int>(bytes[used++]) : -1; }

  bool read_type_and_size(unsigned& type, std::uint64_t& size) {
    int byte = next();
    if (byte < 0) return false;
    type = (static_cast<unsigned>(byte) >> 4U) & 7U;
    size = static_cast<unsigned>(byte) & 15U;
    for (unsigned shift = 4; (byte & 0x80) != 0; shift += 7) {
      if ((byte = next()) < 0 || shift > 57) return false;
      size |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    }
    return true;
  }

  // The distance to a delta's base: each further byte adds one to what came before it.
  bool read_distance(std::uint64_t& distance) {
    int byte = next();
    if (byte < 0) return false;
    distance = static_cast<std::uint64_t>(byte & 0x7F);
    while ((byte & 0x80) != 0) {
      if ((byte = next()) < 0 || distance >= (std::uint64_t{1} << 55U)) return false;
      distance = ((distance + 1) << 7U) | static_cast<std::uint64_t>(byte & 0x7F);
    }
    return true;
  }
};

bool parse_entry(HeaderReader& header, std::uint64_t offset, PackEntry& entry) {
  unsigned type = 0;
  if (!header.read_type_and_size(type, entry.size)) return false;
  if (type >= 1 && type <= 4) {
    entry.type = static_cast<ObjectType>(type);
  } else if (type == 6) {
    std::uint64_t distance = 0;
    if (!header.read_distance(distance) || distance == 0 || distance >= offset) return false;
    entry.kind = PackEntry::Kind::offset_delta;
    entry.base_offset = offset - distance;
  } else if (type == 7) {
    if (header.bytes.size() - header.used < Sha1::size) return false;
    entry.kind = PackEntry::Kind::id_delta;
    entry.base_id = *Sha1::from_bytes(header.bytes.subspan(header.used, Sha1::size));
    header.used += Sha1::size;
  } else {
    return false;
  }
  entry.data_offset = offset + header.used;
  return true;
}

}  // namespace

Pack::Pack(std::string name, os::Path path, std::shared_ptr<OpenFiles> files)
    : name_(std::move(name)),
      path_(std::move(path)),
      files_(std::move(files)),
      key_(files_->new_key()) {}

Pack::~Pack() { files_->close(key_); }

Result<PackEntry> Pack::entry(std::uint64_t offset) const {
  const auto file = TRY(files_->get(key_, path_));
  std::array<std::byte, 64> bytes;  // longer than any header
  const auto got = TRY(file->read_at(offset, bytes));
  HeaderReader header{.bytes = Bytes(bytes).first(got)};
  PackEntry entry;
  if (!parse_entry(header, offset, entry)) return damaged(*this);
  return entry;
}

Result<std::string> Pack::data(const PackEntry& entry) const {
  if (entry.size > most_inflated) return fail(Code::payload_too_large, "The object is too large.");
  const auto file = TRY(files_->get(key_, path_));
  std::string deflated;
  Result<std::size_t> got;
  const auto room = std::max<std::uint64_t>(deflated_bound(entry.size), first_read);
  if (room <= stream_read) {
    deflated.resize_and_overwrite(room, [&](char* data, std::size_t size) {
      got = file->read_at(entry.data_offset, {reinterpret_cast<std::byte*>(data), size});
      return got ? *got : 0;
    });
    TRY(std::move(got));
    std::string content;
    if (Decompressor().decompress(as_bytes(deflated), entry.size, content)) return content;
  }
  // Large, or compressed so badly that the bound does not hold.
  auto content = TRY(data_head(entry, entry.size));
  if (content.size() != entry.size) return damaged(*this);
  return content;
}

Result<std::string> Pack::data_head(const PackEntry& entry, std::size_t most) const {
  const auto wanted = std::min<std::uint64_t>(most, entry.size);
  // The sizes that a delta begins with are asked for of many objects, one after the other.
  StreamDecompressor stream(source(entry, wanted <= short_read / 2 ? short_read : stream_read));
  std::string content;
  Result<std::size_t> got;
  content.resize_and_overwrite(wanted, [&](char* data, std::size_t size) {
    got = stream.read({reinterpret_cast<std::byte*>(data), size});
    return got ? *got : 0;
  });
  TRY(std::move(got));
  return content;
}

std::function<Result<Bytes>()> Pack::data_source(const PackEntry& entry) const {
  return source(entry, stream_read);
}

std::function<Result<Bytes>()> Pack::source(const PackEntry& entry, std::size_t piece) const {
  // The file is held, so that a slow reader goes on when the pack is removed meanwhile.
  return [this, offset = entry.data_offset, file = std::shared_ptr<const os::File>(),
          buffer = std::make_shared<std::string>(piece, '\0')]() mutable -> Result<Bytes> {
    if (!file) file = TRY(files_->get(key_, path_));
    const auto got = TRY(file->read_at(offset, std::as_writable_bytes(std::span(*buffer))));
    offset += got;
    return as_bytes(*buffer).first(got);
  };
}

}  // namespace kohaku::git
