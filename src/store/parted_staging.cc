#include "store/parted_staging.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "store/staging_state.h"

namespace kohaku::store {
namespace {

constexpr std::size_t read_bytes = std::size_t{1} << 20U;

// Hashes what the file holds from where the digest ends.
Result<> hash_rest(const os::File& file, ContentDigest& digest) {
  std::vector<std::byte> buffer(read_bytes);
  while (true) {
    const auto got = TRY(file.read_at(digest.size(), buffer));
    digest.update(Bytes(buffer).first(got));
    if (got < buffer.size()) return {};
  }
}

}  // namespace

// Who may write a part: the Part that knows the present generation.
struct PartedStaging::Part::Slot {
  std::mutex mutex;
  std::uint64_t generation = 0;
};

PartedStaging::Part::Part(std::shared_ptr<PartedStaging> owner, std::shared_ptr<Slot> slot,
                          std::uint64_t offset, std::uint64_t size)
    : owner_(std::move(owner)), slot_(std::move(slot)), offset_(offset), size_(size) {}

Result<> PartedStaging::Part::write(Bytes bytes) {
  if (bytes.size() > size_ - written_) {
    return fail(Code::unprocessable, fmt::format("The part has more than {} bytes.", size_));
  }
  if (digest_) digest_->update(bytes);
  const std::lock_guard lock(slot_->mutex);
  if (slot_->generation != generation_) {
    return fail(Code::conflict, "This part is being sent again, or the upload was completed.");
  }
  TRY(owner_->file_.write_at(offset_ + written_, bytes));
  owner_->file_.start_writeback(offset_ + written_, bytes.size());
  written_ += bytes.size();
  return {};
}

Result<> PartedStaging::Part::finish() {
  if (written_ != size_) {
    return fail(Code::unprocessable,
                fmt::format("The part has {} bytes, but must have {}.", written_, size_));
  }
  TRY(owner_->file_.sync());
  const std::lock_guard lock(owner_->mutex_);
  const std::lock_guard slot_lock(slot_->mutex);
  if (slot_->generation != generation_) {
    return fail(Code::conflict, "This part is being sent again, or the upload was completed.");
  }
  // The prefix grows over this part, unless bytes before it changed meanwhile.
  if (digest_ && owner_->prefix_version_ == prefix_version_ && owner_->prefix_.size() == offset_) {
    owner_->prefix_ = std::move(*digest_);
  }
  return {};
}

Result<std::shared_ptr<PartedStaging>> PartedStaging::open(os::Path path) {
  auto file = os::create_new(path);
  if (!file && file.error().code == Code::conflict) file = os::open_for_writing(path);
  if (!file) return std::unexpected(std::move(file).error());
  return std::shared_ptr<PartedStaging>(new PartedStaging(std::move(path), std::move(*file)));
}

Result<std::shared_ptr<PartedStaging::Part>>
PartedStaging::begin(std::int64_t number, std::uint64_t offset, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  if (sealed_) return fail(Code::conflict, "The upload is being completed.");
  auto& slot = slots_[number];
  if (!slot) slot = std::make_shared<Part::Slot>();
  std::shared_ptr<Part> part(new Part(shared_from_this(), slot, offset, size));
  {
    const std::lock_guard slot_lock(slot->mutex);
    part->generation_ = ++slot->generation;
  }
  if (offset < prefix_.size()) {
    prefix_ = {};
    ++prefix_version_;
  }
  part->prefix_version_ = prefix_version_;
  if (offset == prefix_.size()) part->digest_ = prefix_.fork();
  return part;
}

Result<Staging> PartedStaging::seal(const Sha256& expected, std::uint64_t expected_size) {
  TRY(stop_writing());
  // A name of its own, so that an upload begun anew under the old one cannot write to these bytes,
  // and a descriptor of its own, since a Part that was stopped may still be syncing ours.
  const auto sealed = path_.parent_path() / (random_text(24) + ".new");
  TRY(os::rename(path_, sealed));
  auto file = os::open_for_writing(sealed);
  if (!file) {
    static_cast<void>(os::remove_file(sealed));
    return std::unexpected(std::move(file).error());
  }
  Staging staging(std::make_unique<Staging::State>(sealed, std::move(*file)));
  auto& state = *staging.state_;
  state.digest = std::move(prefix_);
  TRY(hash_rest(state.file, state.digest));
  TRY(staging.verify(expected, expected_size));
  return staging;
}

// After this nobody writes: every Part finds its generation gone.
Result<> PartedStaging::stop_writing() {
  const std::lock_guard lock(mutex_);
  if (sealed_) return fail(Code::conflict, "The upload is being completed.");
  sealed_ = true;
  for (const auto& [number, slot] : slots_) {
    const std::lock_guard slot_lock(slot->mutex);
    ++slot->generation;
  }
  return {};
}

}  // namespace kohaku::store
