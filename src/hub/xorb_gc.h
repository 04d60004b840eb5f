// Collects xorbs that nobody counts on any more (decisions 17 and 32), and large objects with the
// views of them.
//
//   - a registration goes when its keep_until has passed
//   - a large object without links goes when no view of it is registered, or named by the terms of
//     another object; its terms and its views go with it
//   - a xorb goes when it is older than an hour, no registration lives and no object's terms name it.
//     A view waits until its object's Xet identity is known, which will name it.
//   - a stored xorb without a living registration, of whose packed bytes objects name less than half,
//     is written anew without the rest (store/xorb_compaction.h)
//
// Each of these asks again in its transaction; what an upload, a chunk query or a shard names
// meanwhile stays. Files follow their rows an hour later (hub/lfs_gc.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/date.h"
#include "base/digest.h"
#include "base/result.h"
#include "db/connection.h"
#include "hub/hub.h"
#include "xet/hash.h"

namespace kohaku::hub {

struct XorbReport {
  std::uint64_t registrations = 0;    // that have expired
  std::uint64_t xorbs = 0;            // stored ones and views
  std::uint64_t bytes = 0;            // of the stored ones on the disk
  std::uint64_t compacted = 0;        // written anew
  std::uint64_t compacted_bytes = 0;  // of the disk that this frees
  std::vector<std::string> skipped;   // xorbs that could not be compacted
};

Result<std::uint64_t> drop_expired_registrations(Hub& hub, Micros now, bool dry_run);

// The views that went with the object; nothing when it must stay. Inside a transaction.
Result<std::optional<std::vector<xet::Hash>>> drop_object(db::Connection& connection,
                                                          const Sha256& sha256, Micros now);
// Whether objects other than those in `gone` name a view of this one, or clients count on one.
Result<bool> has_used_view(db::Connection& connection, const Sha256& sha256, Micros now,
                           const std::unordered_set<Sha256>& gone);

// Xorbs, then compaction. A dry run takes the objects in `gone` for gone. Blocks.
Result<> collect_xorbs(Hub& hub, Micros now, bool dry_run, const std::unordered_set<Sha256>& gone,
                       XorbReport& report);

}  // namespace kohaku::hub
