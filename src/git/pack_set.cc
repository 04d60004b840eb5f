#include "git/pack_set.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "git/maintenance.h"
#include "git/mapped_file.h"
#include "git/pack_index.h"
#include "os/log.h"

namespace kohaku::git {
namespace {

// Packs of more objects keep their index on disk, mapped.
constexpr std::uint32_t most_small = 4096;
constexpr std::uint64_t most_small_bytes = 1100 + std::uint64_t{most_small} * 28;
// No more than this in memory for one repository: 16 MiB.
constexpr std::size_t most_slots = 512 << 10;

// File systems stamp with the kernel's tick, so a directory changed twice within one shows the same
// time for both. One that has rested longer than this when it was read cannot hide a change.
constexpr auto tick = std::chrono::milliseconds(50);
// After a pack of our own was added unseen changes are looked for this seldom.
constexpr auto distrust = std::chrono::seconds(2);

}  // namespace

struct PackSet::Large {
  std::uint32_t pack;
  MappedFile file;
  IndexView index;
};

PackSet::PackSet(os::Path repository_directory, std::shared_ptr<OpenFiles> files)
    : repository_directory_(std::move(repository_directory)),
      directory_(repository_directory_ / "objects" / "pack"),
      files_(std::move(files)) {}

PackSet::~PackSet() = default;

std::optional<PackSet::DirectoryTime> PackSet::directory_time() const {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(directory_, error);
  return error ? std::nullopt : std::optional(time);
}

std::optional<Place> PackSet::look_up(const Sha1& id) const {
  const std::shared_lock lock(mutex_);
  if (const auto slot = small_.find(id)) return Place{packs_[slot->pack], slot->offset};
  for (auto large = large_.rbegin(); large != large_.rend(); ++large) {
    if (const auto position = large->index.find(id)) {
      return Place{packs_[large->pack], large->index.offset_at(*position)};
    }
  }
  return std::nullopt;
}

Result<Place> PackSet::find(const Sha1& id) {
  if (auto place = look_up(id)) return std::move(*place);
  if (TRY(scan_if_changed())) {
    if (auto place = look_up(id)) return std::move(*place);
  }
  return fail(Code::not_found, "The object does not exist.", id.hex());
}

// True when the view may have changed since the caller looked.
Result<bool> PackSet::scan_if_changed() {
  const std::lock_guard lock(scanning_);
  const auto time = directory_time();
  if (time && time == known_time_ && DirectoryTime::clock::now() < trusted_until_) return false;
  TRY(scan());
  return true;
}

Result<> PackSet::refresh() {
  const std::lock_guard lock(scanning_);
  return scan();
}

Result<std::vector<std::string>> PackSet::pack_names() const {
  std::vector<std::string> names;
  std::error_code error;
  // Not os::list: nothing but the names is needed, and there may be thousands.
  for (std::filesystem::directory_iterator entry(directory_, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto& path = entry->path();
    if (path.extension() == ".idx") names.push_back(path.stem().native());
  }
  if (error) return fail_internal("list " + directory_.native() + ": " + error.message());
  return names;
}

Result<> PackSet::scan() {
  const auto time = directory_time();
  const auto now = DirectoryTime::clock::now();
  const auto names = TRY(pack_names());
  for (const auto& name : names) {
    const auto added = add(name);
    // One that vanished meanwhile was consolidated; a damaged one must not take the others with it.
    if (!added && added.error().code != Code::not_found) {
      os::log_error("pack left out", {{"repository", repository_directory_.native()},
                                      {"pack", name},
                                      {"reason", added.error().detail}});
    }
  }
  forget_missing(names);
  known_time_ = time;
  read_at_ = now;
  trusted_until_ = time && now - *time > tick ? DirectoryTime::max() : DirectoryTime::min();
  return {};
}

Result<> PackSet::add(const std::string& name) {
  {
    const std::shared_lock lock(mutex_);
    if (numbers_.contains(name)) return {};
  }
  auto pack = std::make_shared<const Pack>(name, directory_ / (name + ".pack"), files_);
  const auto path = directory_ / (name + ".idx");
  if (weight() < most_slots) {
    auto index = os::read_whole(path, most_small_bytes);
    if (index) {
      TRY(IndexView::parse(as_bytes(*index)));
      add_small(std::move(pack), *index);
      return {};
    }
    if (index.error().code == Code::not_found) return std::unexpected(index.error());
  }
  auto file = TRY(MappedFile::open(path));
  const auto index = TRY(IndexView::parse(file.bytes()));
  const std::unique_lock lock(mutex_);
  const auto number = static_cast<std::uint32_t>(packs_.size());
  packs_.push_back(std::move(pack));
  numbers_.emplace(name, number);
  large_.push_back({.pack = number, .file = std::move(file), .index = index});
  return {};
}

void PackSet::add_small(std::shared_ptr<const Pack> pack, const std::string& content) {
  const auto index = *IndexView::parse(as_bytes(content));
  std::vector<Slot> slots(index.count());
  const std::unique_lock lock(mutex_);
  const auto number = static_cast<std::uint32_t>(packs_.size());
  for (std::uint32_t i = 0; i < index.count(); ++i) {
    slots[i] = {.id = index.id_at(i), .pack = number, .offset = index.offset_at(i)};
  }
  numbers_.emplace(pack->name(), number);
  packs_.push_back(std::move(pack));
  small_.add(std::move(slots));
}

void PackSet::forget_missing(const std::vector<std::string>& present) {
  const std::unordered_set<std::string> names(present.begin(), present.end());
  std::vector<std::shared_ptr<const Pack>> closed;  // after the lock is released
  const std::unique_lock lock(mutex_);
  std::vector<bool> removed(packs_.size());
  std::erase_if(numbers_, [&](const auto& known) {
    if (names.contains(known.first)) return false;
    removed[known.second] = true;
    closed.push_back(std::move(packs_[known.second]));
    return true;
  });
  if (closed.empty()) return;
  small_.remove_packs(removed);
  std::erase_if(large_, [&](const Large& large) { return removed[large.pack]; });
}

Result<> PackSet::publish(const StagedPack& pack) {
  {
    const std::lock_guard lock(scanning_);
    const auto before = directory_time();
    TRY(move_pack(pack, repository_directory_));
    TRY(add(pack.name));
    // Whatever changed the directory besides us just now is found by the next distrustful look.
    if (before && before == known_time_) {
      known_time_ = directory_time();
      trusted_until_ = read_at_ + distrust;
    }
  }
  return os::sync_directory(directory_);
}

Result<> PackSet::remove(const std::vector<std::string>& names) {
  const std::lock_guard lock(scanning_);
  TRY(remove_packs(repository_directory_, names));
  return scan();
}

Result<std::vector<Sha1>> PackSet::ids_between(const Sha1& low, const Sha1& high,
                                               std::size_t most) {
  TRY(scan_if_changed());
  std::vector<Sha1> ids;
  {
    const std::shared_lock lock(mutex_);
    small_.collect(low, high, most, ids);
    for (const auto& large : large_) {
      for (auto i = large.index.lower_bound(low); i < large.index.count() && ids.size() < most;
           ++i) {
        const auto id = large.index.id_at(i);
        if (high < id) break;
        ids.push_back(id);
      }
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::size_t PackSet::weight() const {
  const std::shared_lock lock(mutex_);
  return small_.size();
}

}  // namespace kohaku::git
