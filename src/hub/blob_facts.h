// The size of a blob and the large file behind it, without reading a blob twice.
#pragma once

#include "base/result.h"
#include "git/repository.h"
#include "hub/hub.h"
#include "hub/read_caches.h"

namespace kohaku::hub {

// `blob` is named by a tree of `repository`, which is the repository `repo`. Blocks on the disk when
// the blob was not asked for lately.
Result<BlobFacts> blob_facts(Hub& hub, RepoId repo, const git::Repository& repository,
                             const Sha1& blob);

}  // namespace kohaku::hub
