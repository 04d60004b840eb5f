#include "git/open_files.h"

#include <utility>

namespace kohaku::git {

std::uint64_t OpenFiles::new_key() {
  const std::lock_guard lock(mutex_);
  return ++last_key_;
}

std::shared_ptr<const os::File> OpenFiles::find(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second);
  return found->second->file;
}

std::shared_ptr<const os::File> OpenFiles::keep(std::uint64_t key,
                                                std::shared_ptr<const os::File> file) {
  std::shared_ptr<const os::File> evicted;  // closed after the lock is released
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) return found->second->file;
  recent_.push_front({.key = key, .file = file});
  by_key_[key] = recent_.begin();
  if (recent_.size() > most_) {
    evicted = std::move(recent_.back().file);
    by_key_.erase(recent_.back().key);
    recent_.pop_back();
  }
  return file;
}

Result<std::shared_ptr<const os::File>> OpenFiles::get(std::uint64_t key, const os::Path& path) {
  if (auto file = find(key)) return file;
  return keep(key, std::make_shared<const os::File>(TRY(os::open_for_reading(path))));
}

void OpenFiles::close(std::uint64_t key) {
  std::shared_ptr<const os::File> closed;
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  closed = std::move(found->second->file);
  recent_.erase(found->second);
  by_key_.erase(found);
}

}  // namespace kohaku::git
