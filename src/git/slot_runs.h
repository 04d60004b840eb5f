// Where the objects of many small packs lie, in one sorted view: runs of slots, each at least twice
// as long as the next, so that adding a pack and finding an object both cost a logarithm.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/digest.h"

namespace kohaku::git {

struct Slot {
  Sha1 id;
  std::uint32_t pack = 0;  // the caller's number
  std::uint64_t offset = 0;
};

// Many readers or one writer: the caller locks.
class SlotRuns {
 public:
  void add(std::vector<Slot> slots);                    // in any order
  void remove_packs(const std::vector<bool>& removed);  // by number
  std::optional<Slot> find(const Sha1& id) const;       // of several, one of them
  // Appends the ids from `low` to `high`, both included; stops at `most`.
  void collect(const Sha1& low, const Sha1& high, std::size_t most, std::vector<Sha1>& ids) const;
  std::size_t size() const;

 private:
  std::vector<std::vector<Slot>> runs_;  // the longest first
};

}  // namespace kohaku::git
