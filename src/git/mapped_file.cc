#include "git/mapped_file.h"

#include <sys/mman.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace kohaku::git {

Result<MappedFile> MappedFile::open(const os::Path& path) {
  const auto file = TRY(os::open_for_reading(path));
  return map(file);
}

Result<MappedFile> MappedFile::map(const os::File& file) {
  const auto size = TRY(file.size());
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.descriptor(), 0);
  if (memory == MAP_FAILED) {
    return fail_internal("mmap: " + std::generic_category().message(errno));
  }
  return MappedFile(Bytes(static_cast<const std::byte*>(memory), size));
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace kohaku::git
