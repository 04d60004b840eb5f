#include "os/scratch_directory.h"

#include <utility>

#include "base/hash.h"
#include "os/log.h"

namespace kohaku::os {

Result<ScratchDirectory> ScratchDirectory::make(const Path& parent) {
  auto path = parent / ("scratch-" + random_text(16));
  TRY(make_directories(path));
  return ScratchDirectory(std::move(path));
}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

ScratchDirectory& ScratchDirectory::operator=(ScratchDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

ScratchDirectory::~ScratchDirectory() {
  if (path_.empty()) return;
  if (auto removed = remove_tree(path_); !removed) {
    log_warning("A scratch directory stays behind", {{"detail", removed.error().detail}});
  }
}

}  // namespace kohaku::os
