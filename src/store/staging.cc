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
  TRY(state.file.sync());
  TRY(write_checksums(state.checksums_path(), state.digest));
  state.verified = actual;
  return {};
}

}  // namespace kohaku::store
