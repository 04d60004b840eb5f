// Open files: the File of os/files.h and the ways to open one.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/hash.h"
#include "os/failed_sync.h"
#include "os/files.h"
#include "os/retry.h"
#include "os/system_error.h"

namespace kohaku::os {
namespace {

// Some kernels transfer at most 2 GiB a call; this stays below and on a page boundary.
constexpr std::size_t most_per_call = std::size_t{1} << 30U;

// For messages only: an open file does not remember its name.
Path path_of(int descriptor) {
  std::error_code ignored;
  const auto path =
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), ignored);
  return path.empty() ? Path("descriptor " + std::to_string(descriptor)) : path;
}

Result<File> open_file(const Path& path, int flags) {
  const int descriptor = retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); });
  if (descriptor < 0) return fail_system(errno, "open", path);
  return File(descriptor);
}

}  // namespace

File::File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::uint64_t> File::size() const {
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) return fail_system(errno, "fstat", path_of(descriptor_));
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::size_t> File::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto part = std::min(out.size() - done, most_per_call);
    const auto got = retry([&] {
      return ::pread(descriptor_, out.data() + done, part, static_cast<off_t>(offset + done));
    });
    if (got < 0) return fail_system(errno, "read", path_of(descriptor_));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<> File::write_at(std::uint64_t offset, Bytes bytes) {
  while (!bytes.empty()) {
    const auto part = std::min(bytes.size(), most_per_call);
    const auto put = retry(
        [&] { return ::pwrite(descriptor_, bytes.data(), part, static_cast<off_t>(offset)); });
    if (put < 0) return fail_system(errno, "write", path_of(descriptor_));
    offset += static_cast<std::uint64_t>(put);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<> File::append(Bytes bytes) {
  while (!bytes.empty()) {
    const auto part = std::min(bytes.size(), most_per_call);
    const auto put = retry([&] { return ::write(descriptor_, bytes.data(), part); });
    if (put < 0) return fail_system(errno, "write", path_of(descriptor_));
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<> File::truncate(std::uint64_t size) {
  if (retry([&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); }) != 0) {
    return fail_system(errno, "truncate", path_of(descriptor_));
  }
  return {};
}

Result<> File::sync() {
  // fdatasync writes the length too, when it changed; it leaves out only the times.
  if (retry([&] { return ::fdatasync(descriptor_); }) == 0) return {};
  auto error = system_error(errno, "sync", path_of(descriptor_).native());
  if (error.code == Code::internal) {
    end_after_failed_sync(path_of(descriptor_).native(), error.detail);
  }
  return std::unexpected(std::move(error));
}

void File::start_writeback(std::uint64_t offset, std::uint64_t length) {
  ::sync_file_range(descriptor_, static_cast<off64_t>(offset), static_cast<off64_t>(length),
                    SYNC_FILE_RANGE_WRITE);
}

Result<File> open_for_reading(const Path& path) { return open_file(path, O_RDONLY); }

Result<File> open_for_writing(const Path& path) { return open_file(path, O_RDWR); }

Result<File> create_new(const Path& path) { return open_file(path, O_RDWR | O_CREAT | O_EXCL); }

Result<File> create_unnamed(const Path& directory) {
  auto file = open_file(directory, O_RDWR | O_TMPFILE);
  if (file || file.error().code != Code::internal) return file;
  // Not every file system can do it.
  const auto path = directory / (".unnamed-" + random_text(16));
  file = create_new(path);
  if (file) TRY(remove_file(path));
  return file;
}

Result<File> lock_exclusively(const Path& path) {
  auto file = TRY(open_file(path, O_RDWR | O_CREAT));
  if (retry([&] { return ::flock(file.descriptor(), LOCK_EX | LOCK_NB); }) == 0) return file;
  if (errno != EWOULDBLOCK) return fail_system(errno, "lock", path);
  return fail(Code::unavailable, "Another process is using " + path.native() + ".");
}

}  // namespace kohaku::os
