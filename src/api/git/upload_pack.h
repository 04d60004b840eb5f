// A fetch: what the client has and wants goes to `git upload-pack`, its answer back, in constant
// memory.
//
//   POST /{repo}[.git]/git-upload-pack
//
// also below /models, /datasets, /spaces. The request may be compressed (gzip) and chunked; it is read
// whole, into a file, before git starts, so that no slow sender holds a git program. At most
// KOHAKU_HUB_GIT_PROCESSES run at once, others wait in line.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/call.h"
#include "base/task.h"
#include "git/wire.h"
#include "hub/access.h"

namespace kohaku::api {

Task<Result<http::Reply>> git_upload_pack(hub::ReadableContent repo, Call& call);

// The output of `git upload-pack` on a repository that the caller may read, behind a preamble. `input`
// is what it reads. `download` learns of the pack, when there is one in the output; null where nobody counts.
Task<Result<http::Body>> run_upload_pack(hub::Hub& hub, RepoId repo, git::UploadPack what,
                                         int protocol, std::optional<os::File> input,
                                         std::string preamble,
                                         std::shared_ptr<stats::Event> download);

}  // namespace kohaku::api
