// Ref names, and the projection of the database's refs into a git directory.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "os/files.h"

namespace kohaku::git {

// git-check-ref-format(1) for what stands after refs/heads/ or refs/tags/, at most 255 bytes, not
// starting with `-`. bad_request with a sentence.
Result<> check_branch_name(std::string_view name);
Result<> check_tag_name(std::string_view name);

struct Ref {
  std::string name;  // "refs/heads/main"
  Sha1 target;
  std::optional<Sha1> peeled;  // for annotated tags
};

// Replaces packed-refs and HEAD so that git sees exactly these refs, and removes loose ones. Atomic
// for readers; not synced, since it can be made again.
Result<> project_refs(const os::Path& repository_directory, std::vector<Ref> refs,
                      std::string_view default_branch);

}  // namespace kohaku::git
