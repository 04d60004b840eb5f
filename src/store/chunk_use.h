// Which chunks of some xorbs the terms of some objects name.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "db/database.h"
#include "store/xorb.h"
#include "xet/hash.h"

namespace kohaku::store {

// One bit for each chunk of the xorbs that are watched. Not for two threads at once.
class ChunkUse {
 public:
  void watch(const xet::Hash& xorb) { named_.try_emplace(xorb); }
  // Marks what the terms of this object name. Blocks on the database.
  Result<> add(db::Database& database, const Sha256& object);

  bool is_named(const xet::Hash& xorb, std::uint32_t chunk) const;
  // Bytes of the chunks that are named: as they lie in a stored xorb, and of their content.
  std::uint64_t packed_bytes(const Xorb& xorb) const;
  std::uint64_t bytes(const Xorb& xorb) const;

 private:
  // Up to the last chunk that is named.
  std::unordered_map<xet::Hash, std::vector<bool>> named_;
};

}  // namespace kohaku::store
