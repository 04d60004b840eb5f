#include "stats/journal_segment.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "os/retry.h"
#include "os/system_error.h"
#include "store/crc32c.h"

namespace kohaku::stats {
namespace {

using namespace segment_format;

constexpr std::string_view suffix = ".events";
constexpr std::size_t window_bytes = std::size_t{256} << 10U;

// Offsets in the header.
constexpr std::size_t version_at = 8;
constexpr std::size_t number_at = 16;
constexpr std::size_t node_at = 24;
constexpr std::size_t sum_at = 60;

using Header = std::array<std::byte, header_bytes>;

template <class Number>
Number load(Bytes bytes, std::size_t offset) {
  Number value{};
  std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
  return value;
}

Header header_of(std::uint64_t number, std::string_view node) {
  Header header{};
  std::memcpy(header.data(), magic.data(), magic.size());
  std::memcpy(header.data() + version_at, &version, sizeof version);
  std::memcpy(header.data() + number_at, &number, sizeof number);
  std::memcpy(header.data() + node_at, node.data(), std::min(node.size(), node_bytes));
  const auto sum = store::crc32c(Bytes(header).first(sum_at));
  std::memcpy(header.data() + sum_at, &sum, sizeof sum);
  return header;
}

bool is_header(Bytes header, std::uint64_t number) {
  return header.size() == header_bytes && as_text(header).starts_with(magic) &&
         load<std::uint32_t>(header, version_at) == version &&
         load<std::uint64_t>(header, number_at) == number &&
         load<std::uint32_t>(header, sum_at) == store::crc32c(header.first(sum_at));
}

std::uint32_t sum_of(Bytes length, Bytes payload) {
  return store::crc32c(payload, store::crc32c(length));
}

// Where every write goes to a new place (Btrfs), a page written a second time needs room again: we ask for
// writes in place. Other file systems refuse, and need it not.
void ask_for_writes_in_place(const os::File& file) {
  int flags = 0;
  if (::ioctl(file.descriptor(), FS_IOC_GETFLAGS, &flags) != 0) return;
  flags |= FS_NOCOW_FL;
  ::ioctl(file.descriptor(), FS_IOC_SETFLAGS, &flags);
}

Result<> write_zeros(os::File& file, std::uint64_t bytes) {
  const std::vector<std::byte> zeros(window_bytes);
  for (std::uint64_t offset = 0; offset < bytes; offset += zeros.size()) {
    const auto part = std::min<std::uint64_t>(bytes - offset, zeros.size());
    TRY(file.write_at(offset, Bytes(zeros).first(part)));
  }
  return {};
}

Result<> allocate(os::File& file, std::uint64_t bytes, const os::Path& path) {
  ask_for_writes_in_place(file);
  const auto call = [&] { return ::fallocate(file.descriptor(), 0, 0, static_cast<off_t>(bytes)); };
  if (os::retry(call) == 0) return {};
  if (errno == EOPNOTSUPP || errno == ENOSYS) return write_zeros(file, bytes);
  return os::fail_system(errno, "fallocate", path);
}

// A file that is there under its final name is complete.
Result<os::File> create_file(const os::Path& directory, const os::Path& path,
                             const os::Path& beside, std::uint64_t bytes, const Header& header) {
  auto file = TRY(os::create_new(beside));
  TRY(allocate(file, bytes, beside));
  TRY(file.write_at(0, header));
  TRY(file.sync());
  TRY(os::rename(beside, path));
  TRY(os::sync_directory(directory));
  return file;
}

}  // namespace

std::string segment_name(std::uint64_t number) { return fmt::format("{:016x}{}", number, suffix); }

std::optional<std::uint64_t> segment_number_from(std::string_view name) {
  std::uint64_t number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number, 16);
  if (number == 0 || name != segment_name(number)) return std::nullopt;
  return number;
}

JournalRecord::JournalRecord(const Event& event) {
  const std::span memory(memory_);
  const auto length = static_cast<std::uint32_t>(
      encode(event, memory.subspan<record_head_bytes, most_encoded_bytes>()));
  size_ = record_head_bytes + length;
  std::memcpy(memory.data(), &length, sizeof length);
  const auto sum = sum_of(memory.first<4>(), memory.subspan(record_head_bytes, length));
  std::memcpy(memory.data() + 4, &sum, sizeof sum);
}

Result<std::unique_ptr<JournalSegment>> JournalSegment::create(const os::Path& directory,
                                                               std::uint64_t number,
                                                               std::string_view node,
                                                               std::uint64_t bytes) {
  const auto path = directory / segment_name(number);
  auto beside = path;
  beside += ".new";
  auto file = create_file(directory, path, beside, bytes, header_of(number, node));
  void* memory = MAP_FAILED;
  if (file) {
    memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file->descriptor(), 0);
    if (memory == MAP_FAILED) file = os::fail_system(errno, "mmap", path);
  }
  if (!file) {
    (void)os::remove_file(beside);
    (void)os::remove_file(path);
    return std::unexpected(std::move(file).error());
  }
  return std::unique_ptr<JournalSegment>(
      new JournalSegment(number, std::move(*file), {static_cast<std::byte*>(memory), bytes}));
}

JournalSegment::~JournalSegment() { ::munmap(memory_.data(), memory_.size()); }

bool JournalSegment::append(Bytes record) {
  if (record.size() > memory_.size() - used_) return false;
  auto* const place = memory_.data() + used_;
  constexpr std::size_t length_bytes = 4;
  std::memcpy(place + length_bytes, record.data() + length_bytes, record.size() - length_bytes);
  // The length comes last: until it stands there, the segment ends here for whoever reads it after this
  // process was killed. Threads of this one have the journal's lock between them.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(place, record.data(), length_bytes);
  used_ += record.size();
  return true;
}

Result<> JournalSegment::sync(std::uint64_t until) {
  if (until <= synced_) return {};
  TRY(file_.sync());
  synced_ = until;
  return {};
}

Result<JournalSegmentReader>
JournalSegmentReader::open(const os::Path& directory, std::uint64_t number, std::uint64_t offset) {
  auto file = TRY(os::open_for_reading(directory / segment_name(number)));
  JournalSegmentReader reader(std::move(file), std::max<std::uint64_t>(offset, header_bytes));
  TRY(reader.check_header(number));
  return reader;
}

Result<> JournalSegmentReader::check_header(std::uint64_t number) {
  std::array<std::byte, header_bytes> header;
  const auto got = TRY(file_.read_at(0, header));
  damaged_ = !is_header(Bytes(header).first(got), number);
  return {};
}

// Fewer only at the end of the file.
Result<Bytes> JournalSegmentReader::view(std::uint64_t offset, std::size_t size) {
  const bool inside = offset >= window_offset_ && offset + size <= window_offset_ + window_size_;
  if (!inside) {
    window_.resize(window_bytes);
    window_offset_ = offset;
    window_size_ = TRY(file_.read_at(offset, window_));
  }
  const auto skipped = static_cast<std::size_t>(offset - window_offset_);
  return Bytes(window_).subspan(skipped, std::min(size, window_size_ - skipped));
}

std::optional<Bytes> JournalSegmentReader::damage() {
  damaged_ = true;
  return std::nullopt;
}

Result<std::optional<Bytes>> JournalSegmentReader::next() {
  static_assert(record_head_bytes + most_encoded_bytes <= window_bytes);
  if (damaged_) return std::nullopt;
  const auto head = TRY(view(offset_, record_head_bytes));
  if (head.size() < record_head_bytes) return std::nullopt;
  const auto length = load<std::uint32_t>(head, 0);
  if (length == 0) return std::nullopt;
  if (length > most_encoded_bytes) return damage();
  const auto record = TRY(view(offset_, record_head_bytes + length));
  if (record.size() < record_head_bytes + length) return damage();
  const auto payload = record.subspan(record_head_bytes);
  if (load<std::uint32_t>(record, 4) != sum_of(record.first(4), payload)) return damage();
  offset_ += record.size();
  return payload;
}

}  // namespace kohaku::stats
