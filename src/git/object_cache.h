// Parsed objects that were read lately, bounded by the bytes they take.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/digest.h"

namespace kohaku::git {

// Which repository an entry belongs to: a key of the cache, so that no repository ever answers with
// an object that only another one holds. One number per opening, never used again.
struct CacheKey {
  std::uint64_t repository = 0;
  Sha1 id;
  friend bool operator==(const CacheKey&, const CacheKey&) = default;
};

struct CacheKeyHash {
  std::size_t operator()(const CacheKey& key) const noexcept {
    return std::hash<Sha1>{}(key.id) ^ (key.repository * 0x9E3779B97F4A7C15ULL);
  }
};

// Any number of threads.
template <class T>
class ObjectCache {
 public:
  explicit ObjectCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  std::shared_ptr<const T> find(const CacheKey& key) {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    recent_.splice(recent_.begin(), recent_, found->second);
    return found->second->value;
  }

  // `bytes`: about what the value takes. One larger than a quarter of the cache is not kept.
  void keep(const CacheKey& key, std::shared_ptr<const T> value, std::size_t bytes) {
    bytes += overhead;
    if (bytes > most_bytes_ / 4) return;
    std::list<Entry> evicted;  // freed after the lock is released
    const std::lock_guard lock(mutex_);
    if (by_key_.contains(key)) return;
    recent_.push_front({.key = key, .value = std::move(value), .bytes = bytes});
    by_key_[key] = recent_.begin();
    bytes_ += bytes;
    while (bytes_ > most_bytes_) {
      bytes_ -= recent_.back().bytes;
      by_key_.erase(recent_.back().key);
      evicted.splice(evicted.begin(), recent_, std::prev(recent_.end()));
    }
  }

 private:
  static constexpr std::size_t overhead = 160;  // of the list, the map and the pointer
  struct Entry {
    CacheKey key;
    std::shared_ptr<const T> value;
    std::size_t bytes = 0;
  };

  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::list<Entry> recent_;  // the latest used first
  std::unordered_map<CacheKey, typename std::list<Entry>::iterator, CacheKeyHash> by_key_;
};

}  // namespace kohaku::git
