// What is inside a Staging; only for the files of this room that make and publish one.
#pragma once

#include <optional>
#include <utility>

#include "store/content_digest.h"
#include "store/staging.h"

namespace kohaku::store {

struct Staging::State {
  State(os::Path path_, os::File file_) : path(std::move(path_)), file(std::move(file_)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  os::Path checksums_path() const;

  os::Path path;
  os::File file;
  ContentDigest digest;
  std::uint64_t written_back = 0;  // what the kernel was asked to write to the disk already
  std::optional<Sha256> verified;  // set by verify()
  bool placed = false;             // renamed to its final name: no longer ours to remove
};

}  // namespace kohaku::store
