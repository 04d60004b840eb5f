// The journal of events: one per node, append-only, checksummed (decision 20; docs/events.md has the
// format). Nothing that happens to it fails a download: append() never fails and never waits for a disk.
//
// Segments of a fixed size lie in {data}/events, preallocated and mapped, so that an append is a copy into
// the page cache: it outlives the process at once, and a power failure from the next sync on. The next
// segments are made ahead. When there is no room for them, events wait in a bounded memory, those that
// count nothing are dropped first, and counters() says how many found no place.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "os/files.h"
#include "stats/event.h"
#include "stats/recorded_event.h"

namespace kohaku::stats {

// By one policy or another (stats/policy.h); other events are only logged.
bool is_any_download(const Event& event);

struct JournalOptions {
  std::uint64_t segment_bytes = std::uint64_t{8} << 20U;  // at least 64 KiB, below 4 GiB
  std::size_t segments_ahead = 2;                         // kept ready behind the current one
  std::uint64_t most_waiting_bytes = std::uint64_t{4} << 20U;
  // A segment with events is left after this time, so that what was read of it can be removed.
  std::chrono::steady_clock::duration most_segment_age = std::chrono::hours(1);
  bool (*counts)(const Event& event) = is_any_download;  // those that do not are dropped first
};

// Since the start, but for what says `now`.
struct JournalCounters {
  std::uint64_t appended = 0;       // events that were given to append()
  std::uint64_t lost = 0;           // those of them that found no place
  std::uint64_t lost_counting = 0;  // those of the lost that would have counted
  std::uint64_t waiting = 0;        // now: events in memory, for want of room on the disk
  std::uint64_t waiting_bytes = 0;  // now
  std::uint64_t disk_bytes = 0;     // now: of all segments
  Position end = 0;                 // now: after what is in a segment
};

class Journal {
 public:
  // Makes the directory if it is missing. What an earlier run left is kept; a new segment begins. A full
  // disk is none of its failures, unless the directory is new: then events wait from the start.
  static Result<std::unique_ptr<Journal>> open(const os::Path& directory,
                                               JournalOptions options = {});
  ~Journal();  // syncs
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // From any thread. Costs a copy under a lock that nobody holds for longer than a few such copies.
  void append(const Event& event) noexcept;

  // Makes what is appended durable, sees to the next segments, takes in what waits in memory; then says
  // up to where the journal is on disk. Costs nothing when there is nothing to do. May block; any
  // thread, one after the other. That there is no room is no failure: it is logged, and tried again.
  Result<Position> sync();

  // Gives back every whole event from `from` up to `until`, in order; stops when `take` says false. A
  // damaged record ends its segment: what follows in it is given up, and logged. `until` is what sync()
  // or counters() said. Any thread; holds no lock meanwhile.
  using Take = std::function<Result<bool>(const RecordedEvent& read)>;
  Result<> read(Position from, Position until, const Take& take) const;

  // Removes segments that end at or before `position`, but for the one that is written.
  Result<> remove_before(Position position);

  const std::string& node() const;  // this journal's name: made once, kept in its directory
  JournalCounters counters() const;
  // How much of the journal lies behind `position`, at most: what is left to be read.
  std::uint64_t bytes_after(Position position) const;

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::stats
