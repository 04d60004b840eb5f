// Writes what objects still name of a stored xorb as a new one, so that the rest can go. The objects
// keep their content and both of their hashes; their terms change.
//
// Order: copy and verify the chunks, publish them as any xorb, and in the same transaction write the
// terms of every object anew and drop the old row. The old file stays for its hour, so that who has
// just looked the row up reads on; readers between two terms find them in their new place
// (TermReader::open).
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "db/database.h"
#include "store/chunk_use.h"
#include "store/xorb_store.h"
#include "xet/hash.h"

namespace kohaku::store {

// Drops the row of a xorb whose terms are gone, inside a transaction; false when it must stay.
using DropXorb = std::function<Result<bool>(db::Connection&, const xet::Hash&)>;

struct Compacted {
  std::uint64_t before = 0;  // packed bytes
  std::uint64_t after = 0;
};

// `use` has watched the xorb over all objects that name it. conflict, and nothing is changed, when it
// is not a stored one any more, when an object names it that did not, or when `drop` says so; internal
// when its file is damaged. Blocks.
Result<Compacted> compact(db::Database& database, XorbStore& xorbs, const ObjectFiles& files,
                          const xet::Hash& hash, const ChunkUse& use, const DropXorb& drop);

}  // namespace kohaku::store
