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

#include "os/failed_sync.h"
#include "os/retry.h"
#include "os/system_error.h"
#include "store/crc32c.h"

namespace kohaku::stats {
namespace {

using namespace segment_format;

constexpr std::string_view suffix = ".events";
constexpr std::uint64_t page_bytes = 4096;
// Small enough for memory that was used before.
constexpr std::size_t window_bytes = std::size_t{64} << 10U;
constexpr std::size_t most_payload_bytes = std::max(most_client_bytes, most_target_bytes);
constexpr std::size_t most_kept_bytes = std::size_t{4} << 20U;

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

// Where one begins: how many bytes it has, with its head.
std::size_t record_size(Bytes record) { return record_head_bytes + load<std::uint32_t>(record, 0); }

// The payload has its place behind the head already.
void write_head(std::byte* record, std::uint32_t length) {
  std::memcpy(record, &length, sizeof length);
  const auto sum = sum_of(Bytes(record, 4), Bytes(record + record_head_bytes, length));
  std::memcpy(record + 4, &sum, sizeof sum);
}

template <std::size_t Most, class Part>
std::size_t encode_record(const Part& part, std::byte* record) {
  const auto length = encode(part, std::span<std::byte, Most>(record + record_head_bytes, Most));
  write_head(record, static_cast<std::uint32_t>(length));
  return record_head_bytes + length;
}

bool is_record(Bytes record) {
  return record.size() > record_head_bytes && record.size() == record_size(record) &&
         load<std::uint32_t>(record, 4) ==
             sum_of(record.first(4), record.subspan(record_head_bytes));
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

EncodedEvent::EncodedEvent(const Event& event) {
  const std::span memory(memory_);
  auto* const client = memory.data() + outcome_record_bytes;
  const auto client_size = encode_record<most_client_bytes>(event, client);
  auto* const target = client + client_size;
  size_ = outcome_record_bytes + client_size + encode_record<most_target_bytes>(event, target);
  const EventOutcome& outcome = event;
  encode(OutcomeRecord{outcome, 0, 0}, memory.subspan<record_head_bytes, outcome_bytes>());
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
      new JournalSegment(number, {static_cast<std::byte*>(memory), bytes}));
}

JournalSegment::~JournalSegment() { ::munmap(memory_.data(), memory_.size()); }

std::uint32_t& JournalSegment::slot_of(Bytes record) {
  return known_[load<std::uint32_t>(record, 4) % known_.size()];
}

std::optional<std::uint32_t> JournalSegment::find(Bytes record) {
  const auto offset = slot_of(record);
  if (offset == 0 || record.size() > used_ - offset) return std::nullopt;
  const auto* const there = memory_.data() + offset;
  if (std::memcmp(there, record.data(), record.size()) != 0) return std::nullopt;
  return offset;
}

std::uint32_t JournalSegment::add(Bytes record) { return slot_of(record) = write(record); }

std::uint32_t JournalSegment::write(Bytes record) {
  const auto offset = static_cast<std::uint32_t>(used_);
  auto* const place = memory_.data() + offset;
  constexpr std::size_t length_bytes = 4;
  std::memcpy(place + length_bytes, record.data() + length_bytes, record.size() - length_bytes);
  // The length comes last: until it stands there, the segment ends here for whoever reads it after this
  // process was killed. Threads of this one have the journal's lock between them.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(place, record.data(), length_bytes);
  used_ += record.size();
  return offset;
}

bool JournalSegment::append(Bytes encoded) {
  const auto parts = encoded.subspan(outcome_record_bytes);
  const auto client = parts.first(record_size(parts));
  const auto target = parts.subspan(client.size());
  const auto client_at = find(client);
  const auto target_at = find(target);
  const auto size =
      outcome_record_bytes + (client_at ? 0 : client.size()) + (target_at ? 0 : target.size());
  if (size > memory_.size() - used_) return false;
  std::array<std::byte, outcome_record_bytes> outcome;
  std::memcpy(outcome.data(), encoded.data(), outcome.size());
  const std::array places = {client_at ? *client_at : add(client),
                             target_at ? *target_at : add(target)};
  std::memcpy(outcome.data() + record_head_bytes + 4, places.data(), sizeof places);
  write_head(outcome.data(), outcome_bytes);
  write(outcome);
  return true;
}

// Where the kernel cannot, or meets an error, append() finds out by itself.
void JournalSegment::warm(std::uint64_t until) {
  until = std::min<std::uint64_t>((until + page_bytes - 1) / page_bytes * page_bytes,
                                  memory_.size() / page_bytes * page_bytes);
  if (until <= warm_) return;
  ::madvise(memory_.data() + warm_, until - warm_, MADV_POPULATE_WRITE);
  warm_ = until;
}

// Only these pages, for the kernel makes each page that it writes read-only, and the next write to it has to
// wait for a fault: warm() would have been for nothing.
Result<> JournalSegment::sync(std::uint64_t until) {
  if (until <= synced_) return {};
  const auto from = synced_ / page_bytes * page_bytes;
  const auto call = [&] { return ::msync(memory_.data() + from, until - from, MS_SYNC); };
  if (os::retry(call) != 0) {
    auto error = os::system_error(errno, "msync", segment_name(number_));
    if (error.code == Code::internal) {
      os::end_after_failed_sync(segment_name(number_), error.detail);
    }
    return std::unexpected(std::move(error));
  }
  synced_ = until;
  return {};
}

Result<JournalSegmentReader>
JournalSegmentReader::open(const os::Path& directory, std::uint64_t number, std::uint64_t offset) {
  auto file = TRY(os::open_for_reading(directory / segment_name(number)));
  JournalSegmentReader reader(std::move(file), number,
                              std::max<std::uint64_t>(offset, header_bytes));
  TRY(reader.check_header());
  return reader;
}

Result<> JournalSegmentReader::check_header() {
  std::array<std::byte, header_bytes> header;
  const auto got = TRY(file_.read_at(0, header));
  damaged_ = !is_header(Bytes(header).first(got), number_);
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

Result<std::optional<Bytes>> JournalSegmentReader::next_payload() {
  static_assert(record_head_bytes + most_payload_bytes <= window_bytes);
  const auto head = TRY(view(offset_, record_head_bytes));
  if (head.size() < record_head_bytes) return std::nullopt;
  const auto length = load<std::uint32_t>(head, 0);
  if (length == 0) return std::nullopt;
  damaged_ = true;
  if (length > most_payload_bytes) return std::nullopt;
  const auto record = TRY(view(offset_, record_head_bytes + length));
  if (!is_record(record)) return std::nullopt;
  damaged_ = false;
  offset_ += record.size();
  return record.subspan(record_head_bytes);
}

// Of the record at `offset`, which ends at `end` or before it; nothing where there is none.
Result<std::optional<Bytes>> JournalSegmentReader::payload_before(std::uint64_t end,
                                                                  std::uint32_t offset) {
  if (offset < header_bytes || offset >= end) return std::nullopt;
  constexpr std::size_t usual_bytes = 1024;
  for (const std::size_t most : {usual_bytes, record_head_bytes + most_payload_bytes}) {
    earlier_.resize(std::min<std::uint64_t>(most, end - offset));
    const auto got = TRY(file_.read_at(offset, earlier_));
    const auto there = Bytes(earlier_).first(got);
    if (there.size() < record_head_bytes) return std::nullopt;
    if (record_size(there) > there.size()) continue;
    const auto record = there.first(record_size(there));
    if (!is_record(record)) return std::nullopt;
    return record.subspan(record_head_bytes);
  }
  return std::nullopt;
}

// Whether it is a client or a target.
bool JournalSegmentReader::keep(std::uint32_t offset, Bytes payload) {
  kept_bytes_ += sizeof(EventTarget) + payload.size();
  if (part_of(payload) == EventPart::client) {
    auto client = decode_client(payload);
    if (client) clients_.insert_or_assign(offset, std::move(*client));
    return client.has_value();
  }
  auto target = decode_target(payload);
  if (target) targets_.insert_or_assign(offset, std::move(*target));
  return target.has_value();
}

Result<bool> JournalSegmentReader::find(std::uint64_t end, std::uint32_t offset, EventPart part) {
  const bool is_kept =
      part == EventPart::client ? clients_.contains(offset) : targets_.contains(offset);
  if (is_kept) return true;
  const auto payload = TRY(payload_before(end, offset));
  return payload && part_of(*payload) == part && keep(offset, *payload);
}

Result<std::optional<RecordedEvent>> JournalSegmentReader::next() {
  while (!damaged_) {
    const auto begin = offset_;
    const auto payload = TRY(next_payload());
    if (!payload) break;
    // What is needed again is read again.
    if (kept_bytes_ > most_kept_bytes) {
      clients_.clear();
      targets_.clear();
      kept_bytes_ = 0;
    }
    if (part_of(*payload) != EventPart::outcome) {
      damaged_ = !keep(static_cast<std::uint32_t>(begin), *payload);
      continue;
    }
    const auto record = decode_outcome(*payload);
    damaged_ = !record || !TRY(find(begin, record->client, EventPart::client)) ||
               !TRY(find(begin, record->target, EventPart::target));
    if (damaged_) break;
    const auto position = [&](std::uint64_t offset) {
      return static_cast<Position>(number_ << 32U | offset);
    };
    return RecordedEvent{
        clients_.at(record->client), targets_.at(record->target), record->outcome,
        position(record->client),    position(record->target),    position(offset_)};
  }
  return std::nullopt;
}

}  // namespace kohaku::stats
