#include "store/parted_uploads.h"

#include <algorithm>

namespace kohaku::store {
namespace {

// Beyond this, uploads without a running part are closed; reopened, they hash again at the end.
constexpr std::size_t most_open = 128;

}  // namespace

Result<std::shared_ptr<PartedStaging>> PartedUploads::open(const std::string& id) {
  const std::lock_guard lock(mutex_);
  auto found = open_.find(id);
  if (found == open_.end()) {
    close_idle();
    auto upload = TRY(PartedStaging::open(staging_ / (id + ".parts")));
    found = open_.emplace(id, Entry{std::move(upload), 0}).first;
  }
  found->second.last_used = ++uses_;
  return found->second.upload;
}

void PartedUploads::forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  open_.erase(id);
}

Result<> PartedUploads::remove(const std::string& id) {
  forget(id);
  return os::remove_file(staging_ / (id + ".parts"));
}

void PartedUploads::close_idle() {
  if (open_.size() < most_open) return;
  auto oldest = open_.end();
  for (auto at = open_.begin(); at != open_.end(); ++at) {
    if (at->second.upload.use_count() > 1) continue;  // a part of it is arriving
    if (oldest == open_.end() || at->second.last_used < oldest->second.last_used) oldest = at;
  }
  if (oldest != open_.end()) open_.erase(oldest);
}

}  // namespace kohaku::store
