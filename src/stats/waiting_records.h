// Encoded events that found no room on the disk, in the order in which they came. Those that count
// nothing go first when the memory is full too, the latest before the earlier. One thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/bytes.h"

namespace kohaku::stats {

class WaitingRecords {
 public:
  // `most_bytes` of memory, with what keeping a record costs besides its bytes.
  explicit WaitingRecords(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

  void add(Bytes record, bool counts);
  bool empty() const { return size() == 0; }
  Bytes front() const;  // the earliest; not empty
  void pop();

  std::uint64_t size() const { return counting_.size() + others_.size(); }
  std::uint64_t bytes() const { return counting_bytes_ + other_bytes_; }
  std::uint64_t lost() const { return lost_; }
  std::uint64_t lost_counting() const { return lost_counting_; }

 private:
  struct Waiting {
    std::uint64_t turn;
    std::string record;
  };
  static std::uint64_t cost(std::size_t record_bytes);
  bool first_counts() const;
  bool make_room(std::uint64_t cost, bool counts);

  std::uint64_t most_bytes_;
  std::deque<Waiting> counting_;
  std::deque<Waiting> others_;
  std::uint64_t counting_bytes_ = 0;
  std::uint64_t other_bytes_ = 0;
  std::uint64_t next_turn_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t lost_counting_ = 0;
};

}  // namespace kohaku::stats
