#include "git/slot_runs.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kohaku::git {
namespace {

bool by_id(const Slot& a, const Slot& b) { return a.id < b.id; }

auto first_not_below(const std::vector<Slot>& run, const Sha1& id) {
  return std::lower_bound(run.begin(), run.end(), id,
                          [](const Slot& slot, const Sha1& wanted) { return slot.id < wanted; });
}

}  // namespace

void SlotRuns::add(std::vector<Slot> slots) {
  if (slots.empty()) return;
  std::sort(slots.begin(), slots.end(), by_id);
  runs_.push_back(std::move(slots));
  while (runs_.size() > 1 && runs_[runs_.size() - 2].size() < 2 * runs_.back().size()) {
    const auto last = std::move(runs_.back());
    runs_.pop_back();
    std::vector<Slot> merged;
    merged.reserve(runs_.back().size() + last.size());
    std::merge(runs_.back().begin(), runs_.back().end(), last.begin(), last.end(),
               std::back_inserter(merged), by_id);
    runs_.back() = std::move(merged);
  }
}

void SlotRuns::remove_packs(const std::vector<bool>& removed) {
  for (auto& run : runs_) {
    std::erase_if(run, [&](const Slot& slot) { return removed[slot.pack]; });
  }
  // The lengths no longer fit each other: build the runs anew.
  for (auto& run : std::exchange(runs_, {})) add(std::move(run));
}

std::optional<Slot> SlotRuns::find(const Sha1& id) const {
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    const auto found = first_not_below(*run, id);
    if (found != run->end() && found->id == id) return *found;
  }
  return std::nullopt;
}

void SlotRuns::collect(const Sha1& low, const Sha1& high, std::size_t most,
                       std::vector<Sha1>& ids) const {
  for (const auto& run : runs_) {
    for (auto slot = first_not_below(run, low); slot != run.end() && !(high < slot->id); ++slot) {
      if (ids.size() >= most) return;
      ids.push_back(slot->id);
    }
  }
}

std::size_t SlotRuns::size() const {
  std::size_t total = 0;
  for (const auto& run : runs_) total += run.size();
  return total;
}

}  // namespace kohaku::git
