// How a reader puts a file together: which chunks of which xorbs, and which bytes of them to fetch.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "hub/hub.h"
#include "hub/xet_access.h"
#include "store/xorb.h"
#include "xet/hash.h"
#include "xet/shard.h"

namespace kohaku::hub {

// Chunks [first, last) of one xorb, and where they lie in its serialized form: bytes [begin, end).
struct FetchRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct FetchedXorb {
  std::shared_ptr<const store::Xorb> xorb;
  std::vector<FetchRange> ranges;  // in order, none touching another
};

struct Reconstruction {
  std::uint64_t offset_into_first_term = 0;  // bytes of it that were not asked for
  std::vector<xet::Term> terms;
  std::map<xet::Hash, FetchedXorb> xorbs;
};

// A file of the token's repository, by its Xet file hash, from byte `offset` on, `length` of them (the
// whole file when nothing is said). entry_not_found when the repository holds no such file;
// range_not_satisfiable beyond its end. Blocks on the database.
struct ByteSpan {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};
Result<std::uint64_t> find_xet_size(Hub& hub, const XetReader& reader, const xet::Hash& file);
Result<Reconstruction> plan_reconstruction(Hub& hub, const XetReader& reader, const xet::Hash& file,
                                           ByteSpan span);

}  // namespace kohaku::hub
