#include "cli/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace kohaku::cli {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> unwritten(const fs::path& path, int number) {
  return fail(Code::insufficient_storage,
              fmt::format("{} could not be written: {}.", path.string(), std::strerror(number)));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

// Removes the file unless it was renamed.
class Temporary {
 public:
  explicit Temporary(const fs::path& final_path)
      : path_(fmt::format("{}.{}.part", final_path.string(), ::getpid())) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (is_there_) ::unlink(path_.c_str());
  }

  int create() {
    const int descriptor = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    is_there_ = descriptor >= 0;
    return descriptor;
  }
  bool rename_to(const fs::path& path) {
    if (::rename(path_.c_str(), path.c_str()) != 0) return false;
    is_there_ = false;
    return true;
  }

 private:
  fs::path path_;
  bool is_there_ = false;
};

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<> write_in_place(const fs::path& path, std::string_view text) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.number() < 0 || !write_all(file.number(), text)) return unwritten(path, errno);
  return {};
}

// `before`: what is at `path` now, or null.
Result<> replace(const fs::path& path, std::string_view text, const struct stat* before) {
  Temporary temporary(path);
  const Descriptor file(temporary.create());
  if (file.number() < 0) return unwritten(path, errno);
  if (before != nullptr && ::fchmod(file.number(), before->st_mode & 07777U) != 0) {
    return unwritten(path, errno);
  }
  if (!write_all(file.number(), text) || ::fsync(file.number()) != 0) return unwritten(path, errno);
  if (!temporary.rename_to(path)) return unwritten(path, errno);
  return {};
}

}  // namespace

Result<> write_output(const fs::path& path, std::string_view text) {
  struct stat before{};
  if (::stat(path.c_str(), &before) != 0) return replace(path, text, nullptr);
  if (S_ISDIR(before.st_mode)) return unwritten(path, EISDIR);
  if (!S_ISREG(before.st_mode)) return write_in_place(path, text);
  std::error_code failed;
  const auto target = fs::canonical(path, failed);
  if (failed) return unwritten(path, failed.value());
  return replace(target, text, &before);
}

}  // namespace kohaku::cli
