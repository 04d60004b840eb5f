#include "git/pack_writer.h"

#include <libdeflate.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "git/big_endian.h"
#include "git/deflate.h"
#include "git/pack_index.h"

namespace kohaku::git {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::size_t count_offset = 8;
// A pack that stays below this is hashed and written in one go.
constexpr std::size_t buffer_size = 512 << 10;
// A longer object is compressed piece by piece, so that its size does not matter.
constexpr std::size_t whole_object = 256 << 10;

// The type and length before each object: 4 bits of the length beside the type, then 7 by 7.
void append_object_header(std::string& out, ObjectType type, std::uint64_t size) {
  auto byte = (static_cast<unsigned>(type) << 4U) | static_cast<unsigned>(size & 15U);
  for (size >>= 4U; size != 0; size >>= 7U) {
    out += static_cast<char>(byte | 0x80U);
    byte = static_cast<unsigned>(size & 0x7FU);
  }
  out += static_cast<char>(byte);
}

std::string pack_header(std::uint32_t count) {
  std::string header = "PACK";
  append_u32(header, 2);
  append_u32(header, count);
  return header;
}

std::string loose_header(ObjectType type, std::uint64_t size) {
  std::string header(to_string(type));
  header += ' ';
  header += std::to_string(size);
  header += '\0';
  return header;
}

// Packs are never changed: not even their owner should do it by accident.
Result<> make_read_only(const os::File& file) {
  if (::fchmod(file.descriptor(), 0444) != 0) {
    return fail_internal("fchmod of a pack: " + std::generic_category().message(errno));
  }
  return {};
}

// Two files wait for the disk together, not one after the other.
Result<> sync_both(os::File& a, os::File& b) {
  Result<> first;
  std::thread other;
  try {
    other = std::thread([&] { first = a.sync(); });
  } catch (const std::system_error&) {
    first = a.sync();  // no more threads: then one after the other
  }
  auto second = b.sync();
  if (other.joinable()) other.join();
  if (!first) return first;
  return second;
}

}  // namespace

struct PackWriter::State {
  os::Path pack_path;
  os::Path index_path;
  std::optional<os::File> pack;
  Compressor compressor;
  std::string buffer;         // what is not yet in the file
  std::uint64_t written = 0;  // bytes in the file
  std::vector<IndexEntry> entries;
  std::unordered_set<Sha1> ids;
  bool finished = false;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    // Published files have other names by now; what is left is garbage.
    std::ignore = os::remove_file(pack_path);
    std::ignore = os::remove_file(index_path);
  }

  std::uint64_t position() const { return written + buffer.size(); }

  Result<> flush() {
    TRY(pack->write_at(written, as_bytes(buffer)));
    written += buffer.size();
    buffer.clear();
    return {};
  }

  Result<> flush_when_full() { return buffer.size() < buffer_size ? Result<>{} : flush(); }

  // Takes back an object that was begun at `start`.
  Result<> roll_back(std::uint64_t start) {
    if (start >= written) {
      buffer.resize(start - written);
      return {};
    }
    buffer.clear();
    written = start;
    return pack->truncate(start);
  }

  void record(const Sha1& id, std::uint32_t crc, std::uint64_t offset) {
    entries.push_back({.id = id, .crc = crc, .offset = offset});
    ids.insert(id);
  }

  Result<Sha1> write_stream(ObjectType type, std::uint64_t size,
                            const std::function<Result<Bytes>()>& read);
  Result<Sha1> checksum();
  Result<Sha1> hash_file();
};

// Leaves a half-written object behind when it fails; the caller rolls back.
Result<Sha1> PackWriter::State::write_stream(ObjectType type, std::uint64_t size,
                                             const std::function<Result<Bytes>()>& read) {
  const auto start = position();
  append_object_header(buffer, type, size);
  auto crc = libdeflate_crc32(0, buffer.data() + (start - written), position() - start);
  const auto sink = [&](Bytes compressed) -> Result<> {
    crc = libdeflate_crc32(crc, compressed.data(), compressed.size());
    buffer += as_text(compressed);
    return flush_when_full();
  };
  Sha1Hasher hasher;
  hasher.update(loose_header(type, size));
  StreamCompressor stream;
  std::uint64_t left = size;
  for (;;) {
    const auto piece = TRY(read());
    if (piece.empty()) break;
    if (piece.size() > left)
      return fail(Code::unprocessable, "The content is longer than announced.");
    left -= piece.size();
    hasher.update(piece);
    TRY(stream.update(piece, sink));
  }
  if (left != 0) return fail(Code::unprocessable, "The content is shorter than announced.");
  TRY(stream.finish(sink));
  const auto id = hasher.finish();
  if (ids.contains(id)) {
    TRY(roll_back(start));
  } else {
    record(id, crc, start);
  }
  return id;
}

// The count in the header is known only now. A pack still in memory is patched there; else the file
// is, and read once more, as git does.
Result<Sha1> PackWriter::State::checksum() {
  const auto header = pack_header(static_cast<std::uint32_t>(entries.size()));
  if (written == 0) {
    buffer.replace(0, header_size, header);
    return sha1(as_bytes(buffer));
  }
  TRY(flush());
  TRY(pack->write_at(count_offset, as_bytes(header).subspan(count_offset)));
  return hash_file();
}

Result<Sha1> PackWriter::State::hash_file() {
  std::string piece(whole_object, '\0');
  Sha1Hasher hasher;
  for (std::uint64_t offset = 0; offset < written;) {
    const auto got = TRY(pack->read_at(offset, std::as_writable_bytes(std::span(piece))));
    if (got == 0) return fail_internal("a pack became shorter while it was written");
    hasher.update(as_bytes(piece).first(got));
    offset += got;
  }
  return hasher.finish();
}

PackWriter::PackWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
PackWriter::PackWriter(PackWriter&&) noexcept = default;
PackWriter::~PackWriter() = default;

Result<PackWriter> PackWriter::create(const os::Path& staging_directory) {
  auto state = std::make_unique<State>();
  const auto name = "tmp_" + random_text(20);
  state->pack_path = staging_directory / (name + ".pack");
  state->index_path = staging_directory / (name + ".idx");
  state->pack = TRY(os::create_new(state->pack_path));
  state->buffer = pack_header(0);
  return PackWriter(std::move(state));
}

bool PackWriter::contains(const Sha1& id) const { return state_->ids.contains(id); }

std::uint32_t PackWriter::count() const {
  return static_cast<std::uint32_t>(state_->entries.size());
}

Result<Sha1> PackWriter::add(ObjectType type, Bytes content) {
  auto& state = *state_;
  if (content.size() > whole_object) {
    return add_stream(type, content.size(),
                      [content]() mutable -> Result<Bytes> { return std::exchange(content, {}); });
  }
  const auto id = object_id(type, content);
  if (state.ids.contains(id)) return id;
  const auto start = state.position();
  const auto begin = state.buffer.size();
  append_object_header(state.buffer, type, content.size());
  state.compressor.compress(content, state.buffer);
  const auto crc = libdeflate_crc32(0, state.buffer.data() + begin, state.buffer.size() - begin);
  state.record(id, crc, start);
  TRY(state.flush_when_full());
  return id;
}

Result<Sha1> PackWriter::add_stream(ObjectType type, std::uint64_t size,
                                    const std::function<Result<Bytes>()>& read) {
  const auto start = state_->position();
  auto id = state_->write_stream(type, size, read);
  if (!id) TRY(state_->roll_back(start));
  return id;
}

Result<StagedPack> PackWriter::finish() {
  auto& state = *state_;
  if (state.finished || state.entries.empty()) return fail_internal("a pack without objects");
  state.finished = true;
  const auto checksum = TRY(state.checksum());
  state.buffer += as_text(checksum.view());
  TRY(state.flush());

  auto index = TRY(os::create_new(state.index_path));
  TRY(index.write_at(0, as_bytes(serialize_index(state.entries, checksum))));
  TRY(make_read_only(*state.pack));
  TRY(make_read_only(index));
  TRY(sync_both(*state.pack, index));
  return StagedPack{.name = "pack-" + checksum.hex(),
                    .pack_file = state.pack_path,
                    .index_file = state.index_path,
                    .objects = count(),
                    .bytes = state.written};
}

Result<> move_pack(const StagedPack& pack, const os::Path& repository_directory) {
  const auto directory = repository_directory / "objects" / "pack";
  const auto index = directory / (pack.name + ".idx");
  if (os::exists(index)) return {};
  TRY(os::rename(pack.pack_file, directory / (pack.name + ".pack")));
  return os::rename(pack.index_file, index);
}

Result<> publish_pack(const StagedPack& pack, const os::Path& repository_directory) {
  TRY(move_pack(pack, repository_directory));
  return os::sync_directory(repository_directory / "objects" / "pack");
}

}  // namespace kohaku::git
