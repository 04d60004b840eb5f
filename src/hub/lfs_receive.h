// Bytes of large objects arriving by upload links: whole, or in parts that are then completed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "http/message.h"
#include "hub/hub.h"
#include "hub/lfs_links.h"

namespace kohaku::hub {

// Reads the body, compares size and hash with what the upload promised, publishes the object and
// links it to the repository. unprocessable for other bytes, insufficient_storage when the disk is
// full; nothing of a refused upload stays or shows. The body is not read when its declared length is
// another one (length_required without any).
Task<Result<>> receive_whole(Hub& hub, OpenedUpload opened, http::BodyReader& body);

// Stores one part; sent again, it replaces the earlier one. Gives the part's entity tag, without
// quotes: another one each time.
Task<Result<std::string>> receive_part(Hub& hub, OpenedUpload opened, std::int64_t number,
                                       http::BodyReader& body);

// Publishes an upload whose parts are all there, named in order with the entity tags they got
// (bad_request otherwise, and the parts stay). When the whole is not what was promised
// (unprocessable) all parts must be sent again.
Task<Result<>> complete_upload(Hub& hub, OpenedUpload opened, std::vector<UploadedPart> parts);

}  // namespace kohaku::hub
