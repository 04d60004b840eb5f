#include "store/open_objects.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "os/log.h"
#include "store/block_checksums.h"
#include "store/crc32c.h"

namespace kohaku::store {
namespace {

constexpr std::size_t read_bytes = std::size_t{128} << 10U;

Result<std::uint32_t> checksum_on_disk(const os::File& file, std::uint64_t offset,
                                       std::uint64_t length) {
  const auto buffer = std::make_unique_for_overwrite<std::array<std::byte, read_bytes>>();
  std::uint32_t crc = 0;
  while (length > 0) {
    const auto part = std::span(*buffer).first(std::min<std::uint64_t>(read_bytes, length));
    const auto got = TRY(file.read_at(offset, part));
    if (got < part.size()) return fail_internal("the file ends early");
    crc = crc32c(part, crc);
    offset += got;
    length -= got;
  }
  return crc;
}

}  // namespace

OpenObject::OpenObject(os::Path path, os::File file, std::uint64_t size,
                       std::vector<std::uint32_t> blocks,
                       std::shared_ptr<std::atomic<std::uint64_t>> damage)
    : path_(std::move(path)),
      file_(std::move(file)),
      size_(size),
      blocks_(std::move(blocks)),
      checked_(blocks_.size()),
      damage_(std::move(damage)) {}

Result<std::shared_ptr<OpenObject>>
OpenObject::open(const ObjectFiles& files, const std::string& physical_name, std::uint64_t size,
                 std::shared_ptr<std::atomic<std::uint64_t>> damage) {
  auto path = files.object(physical_name);
  auto opened = os::open_for_reading(path);
  if (!opened && opened.error().code == Code::not_found) {
    os::log_error("A large object has a row and no file", {{"path", path.native()}});
    return fail_internal(path.native() + " is missing");
  }
  auto file = TRY(std::move(opened));
  const auto length = TRY(file.size());
  if (length != size) {
    os::log_error("A large object on disk has another length",
                  {{"path", path.native()}, {"length", static_cast<std::int64_t>(length)}});
    return fail_internal(path.native() + " has another length than its row says");
  }
  auto blocks = TRY(read_checksums(files.checksums(physical_name), size));
  return std::shared_ptr<OpenObject>(
      new OpenObject(std::move(path), std::move(file), size, std::move(blocks), std::move(damage)));
}

Result<> OpenObject::check(std::uint64_t offset, std::uint64_t length) {
  if (length == 0) return {};
  if (offset > size_ || length > size_ - offset) {
    return fail_internal("a span beyond the end of " + path_.native());
  }
  const auto last = (offset + length - 1) / checksum_block_bytes;
  for (auto block = offset / checksum_block_bytes; block <= last; ++block) {
    if (!checked_[block].load(std::memory_order_relaxed)) TRY(check_block(block));
  }
  return {};
}

Result<> OpenObject::check_block(std::uint64_t block) {
  const auto offset = block * checksum_block_bytes;
  const auto length = std::min(checksum_block_bytes, size_ - offset);
  const auto actual = TRY(checksum_on_disk(file_, offset, length));
  if (actual != blocks_[block]) {
    if (damage_) ++*damage_;
    os::log_error("A large object on disk is damaged",
                  {{"path", path_.native()}, {"offset", static_cast<std::int64_t>(offset)}});
    return fail_internal("damaged block of " + path_.native());
  }
  checked_[block].store(true, std::memory_order_relaxed);
  return {};
}

http::FileBody file_body(std::shared_ptr<OpenObject> object, std::uint64_t offset,
                         std::uint64_t length) {
  http::FileBody body;
  body.file = {object, &object->file()};  // lives as long as the object
  body.offset = offset;
  body.length = length;
  body.verify = [object = std::move(object)](std::uint64_t at, std::uint64_t count) {
    return object->check(at, count);
  };
  return body;
}

Result<std::shared_ptr<OpenObject>> OpenObjects::get(const std::string& physical_name,
                                                     std::uint64_t size) {
  if (auto object = find(physical_name)) return object;
  auto object = TRY(OpenObject::open(files_, physical_name, size, damage_));
  return keep(physical_name, std::move(object));
}

void OpenObjects::forget(const std::string& physical_name) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(physical_name);
  if (found == by_name_.end()) return;
  recent_.erase(found->second);
  by_name_.erase(found);
}

std::shared_ptr<OpenObject> OpenObjects::find(const std::string& physical_name) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(physical_name);
  if (found == by_name_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second);
  return found->second->object;
}

std::shared_ptr<OpenObject> OpenObjects::keep(const std::string& physical_name,
                                              std::shared_ptr<OpenObject> object) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = by_name_.try_emplace(physical_name, recent_.end());
  if (!is_new) return found->second->object;  // another thread was quicker
  recent_.push_front({physical_name, object});
  found->second = recent_.begin();
  if (recent_.size() > most_) {
    by_name_.erase(recent_.back().physical_name);
    recent_.pop_back();
  }
  return object;
}

}  // namespace kohaku::store
