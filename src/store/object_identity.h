// Gives an object that arrived whole its Xet identity: where it is cut into chunks, the xorbs that
// views of it are (decision 17), and its Xet file hash.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "db/database.h"
#include "os/clock.h"
#include "store/open_objects.h"
#include "xet/chunker.h"
#include "xet/hash.h"
#include "xet/shard.h"
#include "xet/xorb.h"

namespace kohaku::store {

// A whole object whose Xet identity is not known yet.
struct Unidentified {
  Sha256 sha256;
  std::uint64_t size = 0;
  std::string physical_name;
};

// Up to `most` of them, in the order of their hashes from behind `after` on.
Result<std::vector<Unidentified>> find_unidentified(db::Database& database, const Sha256& after,
                                                    int most);

// Reads one object once, in constant memory but for one term per 64 MiB. Not for two threads at
// once; blocks on disk and database. Dropped before its end it leaves views that the next attempt
// finds again.
class Identification {
 public:
  static Result<std::unique_ptr<Identification>> begin(db::Database& database,
                                                       const os::Clock& clock,
                                                       OpenObjects& open_objects,
                                                       Unidentified object);

  // Goes on for some 16 MiB; true when the identity is written. internal when the file is damaged.
  Result<bool> advance();

 private:
  Identification(db::Database& database, const os::Clock& clock, Unidentified object,
                 std::shared_ptr<OpenObject> file);
  Result<> read_block();
  Result<> take(Bytes bytes);
  Result<> end_chunk(Bytes chunk);
  Result<> end_xorb();
  Result<> finish();

  db::Database& database_;
  const os::Clock& clock_;
  Unidentified object_;
  std::shared_ptr<OpenObject> file_;
  std::uint64_t read_ = 0;
  std::vector<std::byte> block_;

  xet::Chunker chunker_;
  std::vector<std::byte> open_chunk_;  // what earlier blocks held of the current chunk
  xet::HashTree tree_;                 // of the whole file

  std::vector<xet::StoredChunk> chunks_;  // of the current xorb
  std::uint64_t xorb_begin_ = 0;
  std::uint64_t xorb_size_ = 0;
  std::vector<xet::Term> terms_;
  xet::Hash first_chunk_;
};

}  // namespace kohaku::store
