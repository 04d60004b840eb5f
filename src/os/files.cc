// Names in directories: the functions of os/files.h that take paths.
#include "os/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/hash.h"
#include "os/retry.h"
#include "os/system_error.h"

namespace kohaku::os {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using OpenDirectory = std::unique_ptr<DIR, CloseDirectory>;

Path parent_of(const Path& path) {
  auto parent = path.parent_path();
  return parent.empty() ? Path(".") : parent;
}

Result<> write_and_sync(const Path& path, Bytes bytes) {
  auto file = TRY(create_new(path));
  TRY(file.append(bytes));
  return file.sync();
}

Result<bool> make_one_directory(const Path& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0) return true;
  const int number = errno;
  struct stat status{};
  if (number == EEXIST && ::stat(directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return false;
  }
  return fail_system(number, "make directory", directory);
}

std::int64_t micros(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

}  // namespace

Result<std::string> read_whole(const Path& path, std::uint64_t most) {
  const auto file = TRY(open_for_reading(path));
  const auto size = TRY(file.size());
  const auto too_large = [&] {
    return fail_internal(path.native() + " is larger than " + std::to_string(most) + " bytes");
  };
  if (size > most) return too_large();
  // Files of /proc say that they are empty, and any file may grow meanwhile: read until the end.
  std::string text(static_cast<std::size_t>(size), '\0');
  std::size_t used = 0;
  while (true) {
    if (used == text.size()) text.resize(text.size() + 4096);
    const auto got = TRY(file.read_at(used, std::as_writable_bytes(std::span(text)).subspan(used)));
    used += got;
    if (used > most) return too_large();
    if (used < text.size()) break;
  }
  text.resize(used);
  return text;
}

Result<> replace_durably(const Path& path, Bytes bytes) {
  Path beside = path;
  beside += ".new-" + random_text(16);
  auto done = write_and_sync(beside, bytes);
  if (done) done = os::rename(beside, path);
  if (!done) {
    ::unlink(beside.c_str());
    return done;
  }
  return sync_directory(parent_of(path));
}

Result<> rename(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return fail_system(errno, "rename " + from.native() + " to", to);
  }
  return {};
}

Result<> hard_link(const Path& from, const Path& to) {
  if (::link(from.c_str(), to.c_str()) != 0) {
    return fail_system(errno, "link " + from.native() + " to", to);
  }
  return {};
}

Result<> sync_directory(const Path& directory) {
  const int descriptor =
      retry([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) return fail_system(errno, "open", directory);
  return File(descriptor).sync();
}

Result<> make_directories(const Path& directory) {
  if (auto made = make_one_directory(directory); made) {
    return *made ? sync_directory(parent_of(directory)) : Result<>{};
  } else if (made.error().code != Code::not_found || parent_of(directory) == directory) {
    return std::unexpected(std::move(made).error());
  }
  // "a/b/" has the parent "a/b", which is itself.
  const bool names_itself = !directory.has_filename();
  TRY(make_directories(parent_of(directory)));
  if (!names_itself && TRY(make_one_directory(directory)))
    return sync_directory(parent_of(directory));
  return {};
}

Result<> remove_file(const Path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail_system(errno, "remove", path);
  return {};
}

Result<> remove_tree(const Path& path) {
  std::error_code failure;
  std::filesystem::remove_all(path, failure);
  if (failure) return fail_system(failure.value(), "remove", path);
  return {};
}

bool exists(const Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Result<std::vector<Entry>> list(const Path& directory) {
  const OpenDirectory open(::opendir(directory.c_str()));
  if (!open) return fail_system(errno, "open", directory);
  std::vector<Entry> entries;
  while (true) {
    errno = 0;
    const auto* found = ::readdir(open.get());
    if (found == nullptr) break;
    const std::string_view name = found->d_name;
    if (name == "." || name == "..") continue;
    struct stat status{};
    if (::fstatat(::dirfd(open.get()), found->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;  // gone since it was read
      return fail_system(errno, "stat", directory / name);
    }
    entries.push_back({std::string(name),
                       S_ISDIR(status.st_mode),
                       static_cast<std::uint64_t>(status.st_size),
                       {micros(status.st_mtim)}});
  }
  if (errno != 0) return fail_system(errno, "list", directory);
  std::ranges::sort(entries, {}, &Entry::name);
  return entries;
}

Result<std::uint64_t> free_bytes(const Path& path) {
  struct statvfs status{};
  if (retry([&] { return ::statvfs(path.c_str(), &status); }) != 0) {
    return fail_system(errno, "statvfs", path);
  }
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

}  // namespace kohaku::os
