// The journal of events: one per node, append-only, checksummed (decision 20; docs/events.md has the
// format). Nothing that happens to it fails a download: append() never fails and never waits for a disk.
//
// Segments of a fixed size lie in {data}/events, preallocated and mapped, so that an append is a copy into
// the page cache: it outlives the process at once, and a power failure from the next sync on. The next
// segment is always made ahead. When there is no room for it, events wait in a bounded memory, those that
// count nothing are dropped first, and lost() says how many found no place.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/files.h"
#include "stats/event.h"

namespace kohaku::stats {

// Where a record begins: segment number × 2^32 + offset. Grows along the journal; 0 is its beginning.
using Position = std::int64_t;

struct JournalOptions {
  std::uint64_t segment_bytes = std::uint64_t{8} << 20U;
  std::uint64_t most_waiting_bytes = std::uint64_t{4} << 20U;
};

class Journal {
 public:
  // Makes the directory if it is missing. What an earlier run left is kept; a new segment begins.
  // insufficient_storage when there is no room even for the first one.
  static Result<std::unique_ptr<Journal>> open(const os::Path& directory,
                                               JournalOptions options = {});
  ~Journal();  // syncs

  // From any thread. Costs a copy under a lock that nobody holds for longer than such a copy.
  void append(const Event& event) noexcept;

  // Makes what is appended durable, sees to the next segment, takes in what waits in memory; then says up
  // to where the journal is on disk. May block; one thread at a time (the consumer's).
  Result<Position> sync();

  // Gives back every whole record from `from` up to `until`, in order, with the position after it; stops
  // when `take` says false. A damaged record ends its segment: what follows in it is given up, and logged.
  // Any thread; holds no lock.
  Result<> read(Position from, Position until,
                const std::function<Result<bool>(const Event&, Position after)>& take) const;

  // Removes segments that end at or before `position`.
  Result<> remove_before(Position position);

  const std::string& node() const;      // this journal's name: made once, kept in its directory
  std::uint64_t lost() const;           // events that found no place, since the start
  std::uint64_t waiting_bytes() const;  // in memory, for want of room on the disk
  std::uint64_t appended() const;       // events, since the start
  Position end() const;                 // after what is appended
  std::uint64_t disk_bytes() const;     // of all segments

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::stats
