// The hashes of Xet: of a chunk, of a xorb, of a file, of a range of chunks. All are keyed BLAKE3 and
// differ in the key and in what is hashed.
//
// Source: hub-docs docs/xet/hashing.md, checked against xet-core-structures 1.8.0 (tests/xet/vectors).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "xet/blake3.h"

namespace kohaku::xet {

// The bytes as the formats store them. Its text is NOT hex(): see to_text.
using Hash = Digest<32, struct HashTag>;

// 64 lower-case digits: four little-endian u64, each printed as %016x, so that every group of eight
// bytes reads backwards. This is the form in URLs and JSON.
std::string to_text(const Hash& hash);
// Nothing unless `text` is exactly such digits.
std::optional<Hash> parse_hash(std::string_view text);

// A shard keeps a file's SHA-256 as a Hash whose text is the usual text of the SHA-256.
Sha256 to_sha256(const Hash& hash);
Hash from_sha256(const Sha256& digest);

// The hash of a chunk's (unpacked) bytes.
Hash chunk_hash(Bytes chunk);
// What stands for `chunk` in a shard whose chunk hashes are keyed with `key`. A key of zeros is "no
// key": the hash itself.
Hash keyed_chunk_hash(const Hash& key, const Hash& chunk);

struct Chunk {
  Hash hash;
  std::uint32_t size = 0;  // unpacked bytes
};

// The tree over a sequence of chunks, in the memory of a few nodes per level. Copyable.
class HashTree {
 public:
  // The next chunk, or a node of another tree; `size` in unpacked bytes.
  void add(const Hash& hash, std::uint64_t size);

  // Of what was added so far; more may follow. Zeros for nothing at all. This is a xorb's hash.
  Hash root() const;
  // The hash of a file that consists of these chunks; zeros for the empty file.
  Hash file_hash() const;

 private:
  struct Node {
    Hash hash;
    std::uint64_t size = 0;
  };
  // A group has 3 to 9 nodes; it ends after a node whose hash says so. Only the last may be shorter.
  static constexpr std::size_t most_children = 9;
  struct Level {
    std::array<Node, most_children> group;
    std::size_t count = 0;     // nodes in `group`
    bool has_parents = false;  // a group of this level has ended
  };

  void add(std::size_t level, const Node& node);
  void end_group(std::size_t level);
  static Node parent_of(std::span<const Node> children);

  std::vector<Level> levels_;
};

Hash xorb_hash(std::span<const Chunk> chunks);
Hash file_hash(std::span<const Chunk> chunks);

// The verification hash of a range of chunks: who knows it has seen the chunk hashes.
class RangeHasher {
 public:
  RangeHasher();
  void add(const Hash& chunk) { state_.update(chunk.view()); }
  // Of what was added so far; more may follow.
  Hash finish() const { return state_.digest<Hash>(); }

 private:
  Blake3 state_;
};

}  // namespace kohaku::xet
