// Keeps what was read from the database while the database has not changed: exact, since every
// committed change makes a new generation, and free on a hub that is read more than it is written.
#pragma once

#include <cstdint>
#include <utility>

#include "base/result.h"
#include "db/database.h"
#include "hub/recent_cache.h"

namespace kohaku::hub {

// Bounded as RecentCache is. Any number of threads.
template <class Key, class Value, class Hash>
class CurrentCache {
 public:
  explicit CurrentCache(std::size_t most) : entries_(most) {}

  // `read` is Result<Value>(db::Connection&); failures are not kept.
  template <class Read>
  Result<Value> get(db::Database& database, const Key& key, Read read) {
    // Asked for before reading: a change in between makes the entry old at once, never wrong.
    const auto generation = database.generation();
    if (auto kept = entries_.find(key); kept && kept->generation == generation) {
      return std::move(kept->value);
    }
    auto value = TRY(database.read_now(read));
    entries_.put(key, Entry{generation, value});
    return value;
  }

 private:
  struct Entry {
    std::uint64_t generation = 0;
    Value value;
  };
  RecentCache<Key, Entry, Hash> entries_;
};

}  // namespace kohaku::hub
