// A directory for work that is not to be kept: a quarantine, or a test.
#pragma once

#include "base/result.h"
#include "os/files.h"

namespace kohaku::os {

// Removed with everything in it when its owner goes.
class ScratchDirectory {
 public:
  // Under a fresh name below `parent`, which exists.
  static Result<ScratchDirectory> make(const Path& parent);
  ScratchDirectory(ScratchDirectory&& other) noexcept;
  ScratchDirectory& operator=(ScratchDirectory&& other) noexcept;
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();

  const Path& path() const { return path_; }

 private:
  explicit ScratchDirectory(Path path) : path_(std::move(path)) {}
  Path path_;
};

}  // namespace kohaku::os
