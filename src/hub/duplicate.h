// A copy of a whole repository under another name: history, branches, tags, large files.
#pragma once

#include <optional>
#include <string>

#include "base/task.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/repo.h"

namespace kohaku::hub {

// Packs are immutable, so the copy's directory links to the same files; large objects are linked,
// not copied. The copy is private when asked or when nothing was said and the original is. Appears
// in one transaction, which asks again whether the original may be read. repo_exists when the name
// is taken.
Task<Result<Repo>> duplicate_repository(Hub& hub, const ReadableContent& original,
                                        const NamespaceWriter& owner, std::string name,
                                        std::optional<bool> make_private);

}  // namespace kohaku::hub
