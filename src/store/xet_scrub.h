// Holds xorbs, and large objects made of terms over them, against their rows, their files and their
// hashes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/database.h"
#include "store/object_files.h"
#include "store/scrub.h"
#include "store/xorb_store.h"

namespace kohaku::store {

// Every xorb: its chunks give its sizes and its hash; a stored one has its file with its length and
// its check sums, a view an object that holds its bytes. Every object with terms: they give its size
// out of chunks that are there, and are the xorbs that object_xorb says. With `bytes` also the hash of
// every chunk, the Xet file hash of every object, and the SHA-256 of those in xet form, reassembled.
//
// Adds to `report`. `xorbs` is read through, so it is one of the scrub's own: what the server has
// checked is checked again. Changes nothing; blocks for as long as it takes.
Result<> scrub_xet(db::Database& database, const ObjectFiles& files, XorbStore& xorbs, bool bytes,
                   const ScrubProgress& progress, ScrubReport& report);

}  // namespace kohaku::store
