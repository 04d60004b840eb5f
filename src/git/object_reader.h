// Objects out of packs: entries put together with the deltas upon them, and loose objects, which
// git itself may have left. Whatever is read whole is checked against its id.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "git/blob_stream.h"
#include "git/object.h"
#include "git/pack_set.h"

namespace kohaku::git {

struct Object {
  ObjectType type = ObjectType::blob;
  std::string content;
};

// An object with deltas upon it must fit into memory at every step of its chain.
inline constexpr std::uint64_t most_delta_object = 128ULL << 20U;

// Any number of threads.
class ObjectReader {
 public:
  ObjectReader(const os::Path& repository_directory, PackSet& packs)
      : objects_(repository_directory / "objects"), packs_(packs) {}

  bool contains(const Sha1& id) const;
  // Code::not_found when the object is not there.
  Result<ObjectHeader> header(const Sha1& id) const;
  // The size alone: without a walk down the chain of deltas, at whose end the type stands.
  Result<std::uint64_t> size(const Sha1& id) const;
  // Code::payload_too_large when it has more than `most` bytes.
  Result<Object> read(const Sha1& id, std::uint64_t most) const;
  // Code::not_found also when it is no blob.
  Result<std::unique_ptr<BlobStream>> open_blob(const Sha1& id) const;

 private:
  Result<ObjectHeader> packed_header(const Sha1& id) const;
  Result<std::uint64_t> packed_size(const Sha1& id) const;
  Result<Object> read_packed(const Sha1& id, std::uint64_t most) const;
  Result<std::unique_ptr<BlobStream>> open_packed_blob(const Sha1& id) const;
  Result<Place> base_of(const Place& place, const PackEntry& entry) const;
  os::Path loose_path(const Sha1& id) const;

  os::Path objects_;
  PackSet& packs_;
};

}  // namespace kohaku::git
