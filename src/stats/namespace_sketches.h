// The downloaders of a namespace: of each day the union of what its repositories have (stats/sketch.h). The
// folding adds to it. Nothing can be taken out of a sketch: where a repository leaves, the days on which it
// had downloaders become stale, and are made anew a few at a time. A stale sketch is an empty BLOB; whoever
// meets one takes what the repositories have instead, so no answer is ever out of date.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/result.h"
#include "db/connection.h"
#include "stats/sketch.h"

namespace kohaku::stats {

// All sketches of the namespace in which the repository is now, of its days. In the transaction that deletes
// or moves it: before that, and after a move once more.
Result<> mark_sketches_stale(db::Connection& connection, RepoId repo);

// What stands in namespace_sketch.sketch, or the union of the repositories' where that is stale.
Result<Sketch> namespace_sketch(db::Connection& connection, AccountId owner, std::int64_t day,
                                int traffic, Bytes stored);

Result<bool> has_stale_sketches(db::Connection& connection);

// Makes at most `most` of them, of one namespace, within a transaction. False when there was nothing to do.
Result<bool> rebuild_stale_sketches(db::Connection& connection, std::int64_t most);

}  // namespace kohaku::stats
