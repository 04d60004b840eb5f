// Writing the shard that answers the global chunk query: "these xorbs are here, with these chunks".
//
// The form is the one the reference server gives and hf_xet 1.8.0 imports (MDBShardInfo::
// load_from_reader, then ShardFileManager::register_shards): header with footer_size 200, an empty
// file section, the xorb section, NO lookup tables (the footer says zero entries for each; the client
// then indexes the xorb section itself), the footer. Chunk hashes may be keyed: the client hashes
// its own ones with the footer's key and compares, so that an answer tells the hash of no chunk that
// the client does not have. hf_xet keeps the shard in its cache directory and drops it when `expires`
// has passed: a time of zero is past, so it has to be set.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "xet/chunk_table.h"
#include "xet/hash.h"

namespace kohaku::xet {

struct XorbEntry {
  Hash hash;
  std::span<const StoredChunk> chunks;
};

// Times in seconds since 1970. The oldest `created` leaves the client's cache first. A `chunk_key` of
// zeros gives plain chunk hashes.
std::string write_dedup_shard(std::span<const XorbEntry> xorbs, std::uint64_t created,
                              std::uint64_t expires, const Hash& chunk_key = {});

}  // namespace kohaku::xet
