// Writes shards as clients upload them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "xet/little_endian.h"
#include "xet/shard.h"
#include "xet/shard_format.h"
#include "xet/shard_writer.h"

namespace kohaku::xet {

struct FileEntry {
  Hash hash;
  std::vector<Term> terms;
  std::vector<Hash> verification;  // as many as terms, or none
  std::optional<Sha256> sha256;
};

inline void append_record(std::string& out, const Hash& hash, std::uint32_t a, std::uint32_t b,
                          std::uint32_t c, std::uint32_t d) {
  out += as_text(hash.view());
  for (const std::uint32_t number : {a, b, c, d}) append_u32(out, number);
}

inline void append_file(std::string& out, const FileEntry& file) {
  const std::uint32_t flags = (file.verification.empty() ? 0 : shard_format::has_verification) |
                              (file.sha256 ? shard_format::has_sha256 : 0);
  append_record(out, file.hash, flags, static_cast<std::uint32_t>(file.terms.size()), 0, 0);
  for (const Term& term : file.terms) {
    append_record(out, term.xorb, 0, term.size, term.first, term.last_exclusive);
  }
  for (const Hash& hash : file.verification) append_record(out, hash, 0, 0, 0, 0);
  if (file.sha256) append_record(out, from_sha256(*file.sha256), 0, 0, 0, 0);
}

// The form of hf_xet: no footer.
inline std::string write_upload_shard(std::span<const FileEntry> files,
                                      std::span<const XorbEntry> xorbs) {
  // The header and the xorb section of the answer to a chunk query, with the files between them.
  std::string shard = write_dedup_shard(xorbs, 0, 0);
  shard.resize(shard.size() - shard_format::footer_bytes);
  shard.replace(40, 8, 8, '\0');
  std::string blocks;
  for (const FileEntry& file : files) append_file(blocks, file);
  return shard.insert(shard_format::record_bytes, blocks);
}

}  // namespace kohaku::xet
