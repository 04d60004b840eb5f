#include "store/staging.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "store/staging_state.h"

namespace kohaku::store {
namespace {

// Small enough that the last sync finds little to do, large enough for the disk to run in sequence.
constexpr std::uint64_t writeback_bytes = std::uint64_t{8} << 20U;

Result<> write_checksums(const os::Path& path, const ContentDigest& digest) {
  auto file = TRY(os::create_new(path));
  const auto text = serialize_checksums(digest.checksums().blocks(), digest.size());
  TRY(file.append(as_bytes(text)));
  return file.sync();
}

// Check sums first: an object without them would be damage, they without an object are swept.
Result<> rename_and_sync(const ObjectFiles& files, const os::Path& staged,
                         const os::Path& staged_checksums, const std::string& physical_name) {
  const auto directory = files.directory(physical_name);
  TRY(os::make_directories(directory));
  TRY(os::rename(staged_checksums, files.checksums(physical_name)));
  TRY(os::rename(staged, files.object(physical_name)));
  return os::sync_directory(directory);
}

}  // namespace

Staging::State::~State() {
  if (placed) return;
  // What cannot be removed here is swept by age at a later start.
  static_cast<void>(os::remove_file(path));
  static_cast<void>(os::remove_file(checksums_path()));
}

os::Path Staging::State::checksums_path() const {
  auto beside = path;
  beside += ".crc";
  return beside;
}

Staging::Staging(std::unique_ptr<State> state) : state_(std::move(state)) {}
Staging::Staging(Staging&&) noexcept = default;
Staging& Staging::operator=(Staging&&) noexcept = default;
Staging::~Staging() = default;

Result<Staging> Staging::create(const os::Path& directory) {
  auto path = directory / (random_text(24) + ".new");
  auto file = TRY(os::create_new(path));
  return Staging(std::make_unique<State>(std::move(path), std::move(file)));
}

Result<Staging> Staging::create_for_xorb(const os::Path& directory) {
  auto staging = TRY(create(directory));
  staging.state_->digest = ContentDigest::checksums_only();
  return staging;
}

Result<> Staging::write(Bytes bytes) {
  auto& state = *state_;
  const auto offset = state.digest.size();
  state.digest.update(bytes);
  TRY(state.file.write_at(offset, bytes));
  const auto written = state.digest.size();
  if (written - state.written_back >= writeback_bytes) {
    state.file.start_writeback(state.written_back, written - state.written_back);
    state.written_back = written;
  }
  return {};
}

std::uint64_t Staging::size() const { return state_->digest.size(); }

Result<> Staging::verify(const Sha256& expected, std::uint64_t expected_size) {
  auto& state = *state_;
  if (state.digest.size() != expected_size) {
    return fail(Code::unprocessable, fmt::format("The upload has {} bytes, but {} were promised.",
                                                 state.digest.size(), expected_size));
  }
  const auto actual = state.digest.finish();
  if (actual != expected) {
    return fail(Code::unprocessable, fmt::format("The bytes hash to {}, but {} was promised.",
                                                 actual.hex(), expected.hex()));
  }
  TRY(seal());
  state.verified = actual;
  return {};
}

Result<> Staging::seal() {
  TRY(state_->file.sync());
  return write_checksums(state_->checksums_path(), state_->digest);
}

Result<> Staging::place(const ObjectFiles& files, const std::string& physical_name) {
  auto& state = *state_;
  auto placed = rename_and_sync(files, state.path, state.checksums_path(), physical_name);
  if (placed) {
    state.placed = true;
  } else {
    static_cast<void>(files.remove(physical_name));
  }
  return placed;
}

}  // namespace kohaku::store
