// A xorb as its readers need it: where its chunks lie, and how to get at their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "store/open_objects.h"
#include "xet/hash.h"
#include "xet/xorb.h"

namespace kohaku::store {

// Chunks are numbered from 0; `first` and `last` of a span bound it as [first, last). Immutable, so
// any number of threads.
class Xorb {
 public:
  // Where the bytes lie. A view's file is a whole object, whose bytes from `offset` on are the
  // chunks themselves.
  struct Place {
    bool is_view = false;
    std::string physical_name;
    std::uint64_t file_size = 0;
    std::uint64_t offset = 0;
  };

  Xorb(const xet::Hash& hash, Place place, std::vector<xet::StoredChunk> chunks);

  const xet::Hash& hash() const { return hash_; }
  const Place& place() const { return place_; }
  const std::vector<xet::StoredChunk>& chunks() const { return chunks_; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(chunks_.size()); }

  // Where chunk `index` begins, of the serialized chunks and of their content; `count()` gives the
  // whole length.
  std::uint64_t packed_offset(std::uint32_t index) const { return packed_offsets_[index]; }
  std::uint64_t offset(std::uint32_t index) const { return offsets_[index]; }
  // The chunk that holds the byte at `position` of the serialized chunks.
  std::uint32_t chunk_at_packed(std::uint64_t position) const;

  // What the object costs in memory, about.
  std::size_t footprint() const;

 private:
  xet::Hash hash_;
  Place place_;
  std::vector<xet::StoredChunk> chunks_;
  std::vector<std::uint32_t> packed_offsets_;  // count() + 1
  std::vector<std::uint32_t> offsets_;         // count() + 1
};

// Whether bytes are compared with their check sums before they are believed. Not needed where the
// reader hashes all of them anyway.
enum class Checking { by_checksum, by_reader };

// Reads and decodes chunks; keeps its buffers. Not for two threads at once. Blocks on the disk.
class ChunkReader {
 public:
  ChunkReader(OpenObjects& files, Checking checking) : files_(files), checking_(checking) {}

  // Appends the content of the chunks [first, last), which must lie inside the xorb. internal, and a
  // line in the log, when the disk holds other bytes than were published.
  Result<> append(const Xorb& xorb, std::uint32_t first, std::uint32_t last,
                  std::vector<std::byte>& out);

 private:
  Result<> append_view(const Xorb& xorb, OpenObject& file, std::uint32_t first, std::uint32_t last,
                       std::vector<std::byte>& out);

  Result<> read(OpenObject& file, std::uint64_t offset, std::span<std::byte> out) const;

  OpenObjects& files_;
  Checking checking_;
  std::vector<std::byte> packed_;
  xet::ChunkDecoder decoder_;
};

// Reads exactly out.size() bytes that were compared with their check sums.
Result<> read_checked(OpenObject& file, std::uint64_t offset, std::span<std::byte> out);

}  // namespace kohaku::store
