// The files of packs that stay open between reads, bounded: a server with a hundred thousand
// repositories, each with many packs, must not run out of descriptors.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/result.h"
#include "os/files.h"

namespace kohaku::git {

// Any number of threads. A file in use stays open for its users when it is closed here.
class OpenFiles {
 public:
  explicit OpenFiles(std::size_t most) : most_(most) {}

  // A key for one file, never given twice.
  std::uint64_t new_key();
  // The file of this key, opened at `path` when it is not open.
  Result<std::shared_ptr<const os::File>> get(std::uint64_t key, const os::Path& path);
  void close(std::uint64_t key);

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::shared_ptr<const os::File> file;
  };
  std::shared_ptr<const os::File> find(std::uint64_t key);
  std::shared_ptr<const os::File> keep(std::uint64_t key, std::shared_ptr<const os::File> file);

  std::size_t most_;
  std::mutex mutex_;
  std::uint64_t last_key_ = 0;
  std::list<Slot> recent_;  // the latest used first
  std::unordered_map<std::uint64_t, std::list<Slot>::iterator> by_key_;
};

}  // namespace kohaku::git
