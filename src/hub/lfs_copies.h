// Copying large objects from one repository to another without moving their bytes.
#pragma once

#include <optional>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "base/task.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "xet/hash.h"

namespace kohaku::hub {

// One of the two; the SHA-256 wins.
struct WantedCopy {
  std::optional<Sha256> sha256;
  std::optional<xet::Hash> xet_hash;  // the Xet file hash
};

// Links what `source` holds to `target`, until a commit names it or seven days have passed (decision
// 15). For each wanted object whether `source` holds it; what it does not hold is told like what
// exists nowhere. The transaction asks again whether the caller may read the one (repo_not_found) and
// write the other (forbidden).
Task<Result<std::vector<bool>>> copy_objects(Hub& hub, ReadableContent source, WritableRepo target,
                                             std::vector<WantedCopy> wanted);

}  // namespace kohaku::hub
