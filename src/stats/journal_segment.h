// One file of the journal, {number:016x}.events (docs/events.md): a header, then records one after the
// other, then zeros up to its fixed size. JournalSegment is one that this process writes,
// JournalSegmentReader reads any.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "os/files.h"
#include "stats/event.h"
#include "stats/recorded_event.h"

namespace kohaku::stats {

namespace segment_format {
inline constexpr std::string_view magic = "KHEVENTS";
inline constexpr std::uint32_t version = 2;
inline constexpr std::size_t header_bytes = 64;
inline constexpr std::size_t node_bytes = 16;
inline constexpr std::size_t record_head_bytes = 8;  // length and check sum
inline constexpr std::size_t outcome_record_bytes = record_head_bytes + outcome_bytes;
}  // namespace segment_format

std::string segment_name(std::uint64_t number);
std::optional<std::uint64_t> segment_number_from(std::string_view name);

// An event made ready for any segment: the record of its outcome, which lacks where the others stand, then
// those of its client and its target. Large: for the stack only.
class EncodedEvent {
 public:
  explicit EncodedEvent(const Event& event);
  EncodedEvent(const EncodedEvent&) = delete;
  EncodedEvent& operator=(const EncodedEvent&) = delete;
  ~EncodedEvent() = default;

  Bytes bytes() const { return Bytes(memory_).first(size_); }

 private:
  // Left uninitialized: most of it is never touched.
  std::array<std::byte, 3 * segment_format::record_head_bytes + outcome_bytes + most_client_bytes +
                            most_target_bytes>
      memory_;
  std::size_t size_;
};

// A mapped file with room for all of its bytes: writing to it cannot fail for want of room. One thread at
// a time, except sync().
class JournalSegment {
 public:
  // Durable, with its name, when this returns. insufficient_storage, and nothing left behind, when there
  // is no room. `node` has node_bytes.
  static Result<std::unique_ptr<JournalSegment>> create(const os::Path& directory,
                                                        std::uint64_t number, std::string_view node,
                                                        std::uint64_t bytes);
  JournalSegment(const JournalSegment&) = delete;
  JournalSegment& operator=(const JournalSegment&) = delete;
  ~JournalSegment();

  std::uint64_t number() const { return number_; }
  std::uint64_t used() const { return used_; }  // bytes from the beginning; header_bytes at first
  bool empty() const { return used_ == segment_format::header_bytes; }

  // An EncodedEvent's bytes; a client or target that stands here already is not written again. False when
  // it does not fit. A process that dies in the midst leaves no event, not half of one.
  bool append(Bytes encoded);

  // Has the memory up to `until` ready, so that append() meets no page that nobody used yet: that takes long,
  // and the others wait. One thread at a time, beside append().
  void warm(std::uint64_t until);

  // Makes durable what stands before `until`, unless it is already. One thread at a time, beside
  // append().
  Result<> sync(std::uint64_t until);

 private:
  JournalSegment(std::uint64_t number, std::span<std::byte> memory)
      : number_(number), memory_(memory) {}

  std::uint32_t& slot_of(Bytes record);
  std::optional<std::uint32_t> find(Bytes record);
  std::uint32_t add(Bytes record);
  std::uint32_t write(Bytes record);

  std::uint64_t number_;
  std::span<std::byte> memory_;  // of the file
  std::uint64_t used_ = segment_format::header_bytes;
  std::uint64_t synced_ = segment_format::header_bytes;
  std::uint64_t warm_ = 0;
  // Where clients and targets stand that were written last, by their check sums; 0: none.
  std::array<std::uint32_t, 8192> known_{};
};

// Reads the records of a file, which may grow behind what is read. One thread.
class JournalSegmentReader {
 public:
  // From `offset`, where a record begins, or from the first one. not_found when the file is gone.
  static Result<JournalSegmentReader> open(const os::Path& directory, std::uint64_t number,
                                           std::uint64_t offset);

  // The next event, valid until the next call; nothing behind the last whole one.
  Result<std::optional<RecordedEvent>> next();
  std::uint64_t offset() const { return offset_; }  // behind what next() gave
  // After next() gave nothing: there is something that is no event.
  bool damaged() const { return damaged_; }

 private:
  JournalSegmentReader(os::File file, std::uint64_t number, std::uint64_t offset)
      : file_(std::move(file)), number_(number), offset_(offset) {}
  Result<> check_header();
  Result<Bytes> view(std::uint64_t offset, std::size_t size);
  Result<std::optional<Bytes>> next_payload();
  Result<std::optional<Bytes>> payload_before(std::uint64_t end, std::uint32_t offset);
  bool keep(std::uint32_t offset, Bytes payload);
  Result<bool> find(std::uint64_t end, std::uint32_t offset, EventPart part);

  os::File file_;
  std::uint64_t number_;
  std::uint64_t offset_;
  bool damaged_ = false;
  std::vector<std::byte> window_;  // of the file, from window_offset_
  std::uint64_t window_offset_ = 0;
  std::size_t window_size_ = 0;
  // Of events to come, by where they stand.
  std::unordered_map<std::uint32_t, EventClient> clients_;
  std::unordered_map<std::uint32_t, EventTarget> targets_;
  std::size_t kept_bytes_ = 0;
  std::vector<std::byte> earlier_;  // payload_before()
};

}  // namespace kohaku::stats
