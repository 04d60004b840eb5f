// How a reader puts a file together: which chunks of which xorbs, and which bytes of them to fetch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "hub/hub.h"
#include "hub/xet_access.h"
#include "xet/hash.h"

namespace kohaku::hub {

// Chunks [first, last) of one xorb, and where they lie in its serialized form: bytes [begin, end).
struct FetchRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct FetchedXorb {
  xet::Hash hash;
  std::string physical_name;       // where its bytes lie now (hub/xet_links.h)
  std::vector<FetchRange> ranges;  // in order, none touching another
};

struct PlannedTerm {
  std::uint32_t xorb = 0;  // in Reconstruction::xorbs
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint32_t size = 0;  // unpacked bytes
};

// Kept small, since a file may have very many terms: some 40 bytes a term.
struct Reconstruction {
  std::uint64_t offset_into_first_term = 0;  // bytes of it that were not asked for
  std::vector<PlannedTerm> terms;
  std::vector<FetchedXorb> xorbs;
};

// A file of the token's repository, by its Xet file hash, from byte `offset` on, `length` of them (the
// whole file when nothing is said). entry_not_found when the repository holds no such file;
// range_not_satisfiable beyond its end; payload_too_large when it takes more terms than one answer may
// have. Blocks on the database.
struct ByteSpan {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};
struct XetFile {
  Sha256 sha256;
  std::uint64_t size = 0;
};
Result<XetFile> find_xet_file(Hub& hub, const XetReader& reader, const xet::Hash& file);
Result<Reconstruction> plan_reconstruction(Hub& hub, const XetReader& reader, const xet::Hash& file,
                                           ByteSpan span);

}  // namespace kohaku::hub
