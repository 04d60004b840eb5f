// A file's content as memory, read by the kernel when it is touched. For files that never change.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "os/files.h"

namespace kohaku::git {

class MappedFile {
 public:
  static Result<MappedFile> open(const os::Path& path);  // not empty
  static Result<MappedFile> map(const os::File& file);   // not empty; lives on without the file
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  Bytes bytes() const { return bytes_; }  // valid while this lives, wherever it is moved to

 private:
  explicit MappedFile(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

}  // namespace kohaku::git
