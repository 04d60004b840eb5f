// What a Repository holds, and what all repositories of one process share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "git/object_cache.h"
#include "git/object_reader.h"
#include "git/open_files.h"
#include "git/pack_set.h"
#include "git/repository.h"

namespace kohaku::git {

// The sizes are chosen so that all of it stays well below what a small server has.
struct SharedCaches {
  std::shared_ptr<OpenFiles> files = std::make_shared<OpenFiles>(256);
  ObjectCache<Tree> trees{32 << 20};
  ObjectCache<Commit> commits{8 << 20};
  ObjectCache<std::string> blobs{8 << 20};
  ObjectCache<std::uint64_t> counts{1 << 20};
};

struct Repository::State {
  State(os::Path path, std::uint64_t opening, std::shared_ptr<SharedCaches> caches)
      : directory(std::move(path)),
        number(opening),
        shared(std::move(caches)),
        packs(directory, shared->files),
        reader(directory, packs) {}

  os::Path directory;
  std::uint64_t number;  // of this opening: the key of its cache entries
  std::shared_ptr<SharedCaches> shared;
  mutable PackSet packs;
  ObjectReader reader;
};

}  // namespace kohaku::git
