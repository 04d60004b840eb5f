// A file or folder on the wire, the same for tree and paths-info.
#pragma once

#include <vector>

#include "api/json.h"
#include "hub/listing.h"

namespace kohaku::api {

// {"type","oid","size","path","lfs"?{"oid","size","pointerSize"},"lastCommit"?,"lastModified"?}
void write_entries(JsonWriter& json, const std::vector<hub::ListedEntry>& entries);

}  // namespace kohaku::api
