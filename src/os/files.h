// Files and directories on POSIX: every call says how it failed, and everything that must survive a
// crash is synced by name. ENOSPC, EDQUOT and EFBIG become Code::insufficient_storage, ENOENT
// Code::not_found, EEXIST Code::conflict, too many open files Code::unavailable, all else
// Code::internal, with path and errno in the detail. Nothing opened here is inherited by a child.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/date.h"
#include "base/result.h"

namespace kohaku::os {

using Path = std::filesystem::path;

// An open file; closed with its last owner. One thread at a time, except read_at, which any number
// of threads may call together.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  int descriptor() const { return descriptor_; }
  Result<std::uint64_t> size() const;
  // Up to `out.size()` bytes from `offset`; fewer only at the end of the file.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const;
  Result<> write_at(std::uint64_t offset, Bytes bytes);
  Result<> append(Bytes bytes);  // at the file position, all of it
  Result<> truncate(std::uint64_t size);
  // Data and what is needed to find it. After an I/O error here nothing written may be believed:
  // it is logged, and the process ends (os/failed_sync.h).
  Result<> sync();
  // Begins writing back the dirty pages without waiting, so that a later sync() has less to do.
  void start_writeback(std::uint64_t offset, std::uint64_t length);

 private:
  int descriptor_ = -1;
};

Result<File> open_for_reading(const Path& path);
Result<File> open_for_writing(const Path& path);  // existing, read and write
Result<File> create_new(const Path& path);        // must not exist; mode 0600; read and write
// A file without a name in `directory`, gone with its last owner.
Result<File> create_unnamed(const Path& directory);

Result<std::string> read_whole(const Path& path, std::uint64_t most);  // internal when larger
// Writes beside, syncs, renames over, syncs the directory: old or new after a crash, never a mix.
Result<> replace_durably(const Path& path, Bytes bytes);
Result<> rename(const Path& from, const Path& to);  // not yet durable: sync_directory(parent)
Result<> hard_link(const Path& from, const Path& to);
Result<> sync_directory(const Path& directory);
Result<> make_directories(const Path& directory);  // and parents; existing is fine; synced
Result<> remove_file(const Path& path);            // missing is fine
Result<> remove_tree(const Path& path);            // missing is fine
bool exists(const Path& path);

struct Entry {
  std::string name;
  bool is_directory = false;
  std::uint64_t size = 0;
  Micros modified;
};
Result<std::vector<Entry>> list(const Path& directory);  // by name; links are not followed

Result<std::uint64_t> free_bytes(const Path& path);

// An exclusive lock on a file (made if missing), held while it lives: one server per data
// directory. Code::unavailable when another process holds it.
Result<File> lock_exclusively(const Path& path);

}  // namespace kohaku::os
