// What reading repositories remembers: facts that follow from an object's id and so never change.
#pragma once

#include <cstdint>
#include <memory>

#include "git/lfs_pointer.h"
#include "hub/recent_cache.h"

namespace kohaku::hub {

// What a listing says of a blob: its size, and the large file it stands for, if it is a pointer.
struct BlobFacts {
  std::uint64_t size = 0;
  std::shared_ptr<const git::LfsPointer> pointer;
};

struct ContentFacts;  // hub/content_facts.h

struct ReadCaches {
  RecentCache<RepoObject, BlobFacts, RepoObjectHash> blobs{400'000};
  RecentCache<RepoObject, std::shared_ptr<const ContentFacts>, RepoObjectHash> contents{500};
};

}  // namespace kohaku::hub
