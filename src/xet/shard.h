// Reading a shard: which files consist of which chunks of which xorbs, and which chunks new xorbs
// have. A client uploads one after the xorbs.
//
// Source: hub-docs docs/xet/shard.md, checked against xet-core-structures 1.8.0 (tests/xet/vectors).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "xet/hash.h"

namespace kohaku::xet {

inline constexpr std::size_t most_shard_bytes = 64 << 20;  // of an upload; open() takes any size

// A part of a file: the chunks [first, last_exclusive) of a xorb.
struct Term {
  Hash xorb;
  std::uint32_t size = 0;  // unpacked bytes of these chunks, as the client says
  std::uint32_t first = 0;
  std::uint32_t last_exclusive = 0;

  friend bool operator==(const Term&, const Term&) = default;
};

// A view: whatever it gives is valid as long as the bytes, and it allocates nothing. Copies walk on
// their own. What it gives is the client's word: structure is checked, hashes and sizes are not.
class ShardReader {
 public:
  // A file's block. Terms may repeat and overlap; a file may occur twice.
  struct File {
    Hash hash;
    std::uint32_t terms = 0;
    bool has_verification = false;
    std::optional<Sha256> sha256;

    Term term(std::uint32_t index) const;  // index < terms
    // The RangeHasher value of the term's chunks; nothing when the file has none.
    std::optional<Hash> verification(std::uint32_t index) const;
    std::uint64_t size() const;  // of all terms; cannot overflow

    Bytes records;  // behind the block's header
  };

  struct XorbChunk {
    Hash hash;                 // keyed when chunk_key() is not zeros
    std::uint32_t offset = 0;  // in the unpacked xorb
    std::uint32_t size = 0;    // unpacked

    friend bool operator==(const XorbChunk&, const XorbChunk&) = default;
  };
  // A xorb's block.
  struct Xorb {
    Hash hash;
    std::uint32_t chunks = 0;
    std::uint32_t size = 0;          // unpacked
    std::uint32_t packed_bytes = 0;  // 0 when the client does not say (hf_xet)

    XorbChunk chunk(std::uint32_t index) const;  // index < chunks

    Bytes records;  // behind the block's header
  };

  // Checks the structure of all of it: every count fits into the bytes that are there, every term
  // names at least one of at most 8,192 chunks. A footer of 200 bytes is optional; lookup tables
  // before it are not read. Code::bad_request with a sentence for anything else.
  static Result<ShardReader> open(Bytes shard);

  std::size_t file_count() const { return file_count_; }
  std::size_t xorb_count() const { return xorb_count_; }
  // The next in the shard's order; nothing after the last.
  std::optional<File> next_file();
  std::optional<Xorb> next_xorb();

  // From the footer: the key of the chunk hashes (zeros: they are plain), and the time, in seconds
  // since 1970, when the shard stops to be valid. Zero without a footer.
  Hash chunk_key() const;
  std::uint64_t expires() const;

 private:
  ShardReader() = default;

  Result<std::size_t> check_files(std::size_t at);
  Result<std::size_t> check_xorbs(std::size_t at);
  Result<> check_end(std::size_t at) const;

  Bytes shard_;
  Bytes footer_;  // empty when there is none
  std::size_t xorbs_at_ = 0;
  std::size_t file_count_ = 0;
  std::size_t xorb_count_ = 0;
  std::size_t next_file_at_ = 0;
  std::size_t next_xorb_at_ = 0;
};

}  // namespace kohaku::xet
