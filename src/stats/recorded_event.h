// An event as it is read from a journal.
#pragma once

#include <cstdint>

#include "stats/event.h"

namespace kohaku::stats {

// Where a record begins: segment number × 2^32 + offset. Grows along the journal; 0 is its beginning.
using Position = std::int64_t;

// Client and target are kept once for many events: where positions are equal, they are.
struct RecordedEvent {
  const EventClient& client;  // like the target, until the next one is read
  const EventTarget& target;
  EventOutcome outcome;
  Position client_at;
  Position target_at;
  Position after;  // the position behind it

  Event event() const { return {client, target, outcome}; }
};

}  // namespace kohaku::stats
