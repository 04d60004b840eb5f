#include "stats/waiting_records.h"

namespace kohaku::stats {

std::uint64_t WaitingRecords::cost(std::size_t record_bytes) {
  return record_bytes + sizeof(Waiting);
}

bool WaitingRecords::first_counts() const {
  if (others_.empty()) return true;
  return !counting_.empty() && counting_.front().turn < others_.front().turn;
}

Bytes WaitingRecords::front() const {
  return as_bytes((first_counts() ? counting_ : others_).front().record);
}

void WaitingRecords::pop() {
  auto& from = first_counts() ? counting_ : others_;
  auto& bytes = first_counts() ? counting_bytes_ : other_bytes_;
  bytes -= cost(from.front().record.size());
  from.pop_front();
}

bool WaitingRecords::make_room(std::uint64_t cost, bool counts) {
  if (bytes() + cost <= most_bytes_) return true;
  if (!counts || counting_bytes_ + cost > most_bytes_) return false;
  while (bytes() + cost > most_bytes_) {
    other_bytes_ -= WaitingRecords::cost(others_.back().record.size());
    others_.pop_back();
    ++lost_;
  }
  return true;
}

void WaitingRecords::add(Bytes record, bool counts) {
  if (!make_room(cost(record.size()), counts)) {
    ++lost_;
    if (counts) ++lost_counting_;
    return;
  }
  (counts ? counting_ : others_).push_back({next_turn_++, std::string(as_text(record))});
  (counts ? counting_bytes_ : other_bytes_) += cost(record.size());
}

}  // namespace kohaku::stats
