// Keeps what was used lately, bounded by a count of entries. Any number of threads.
//
// Two generations instead of a list: what is found in the old one moves to the young one; when the
// young one is full it becomes the old one and the old one goes. One pointer per entry cheaper than
// an exact order, and as good for keys that are asked for again within a page or two.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/digest.h"
#include "base/ids.h"

namespace kohaku::hub {

// An object of one repository. What is known of a private repository's object is never found under
// another repository's name.
struct RepoObject {
  RepoId repo;
  Sha1 id;
  friend bool operator==(const RepoObject&, const RepoObject&) = default;
};

struct RepoObjectHash {
  std::size_t operator()(const RepoObject& key) const noexcept {
    return std::hash<Sha1>{}(key.id) ^ (std::hash<RepoId>{}(key.repo) * 0x9E3779B97F4A7C15ULL);
  }
};

template <class Key, class Value, class Hash>
class RecentCache {
 public:
  // Holds between `most` and 2 × `most` entries when it is full.
  explicit RecentCache(std::size_t most) : most_per_shard_(most / shard_count + 1) {}

  std::optional<Value> find(const Key& key) {
    auto& shard = shard_of(key);
    const std::scoped_lock lock(shard.mutex);
    if (const auto found = shard.young.find(key); found != shard.young.end()) return found->second;
    auto node = shard.old.extract(key);
    if (node.empty()) return std::nullopt;
    make_room(shard);
    return shard.young.insert(std::move(node)).position->second;
  }

  void put(const Key& key, Value value) {
    auto& shard = shard_of(key);
    const std::scoped_lock lock(shard.mutex);
    make_room(shard);
    shard.young.insert_or_assign(key, std::move(value));
  }

 private:
  static constexpr std::size_t shard_count = 16;
  using Map = std::unordered_map<Key, Value, Hash>;
  struct Shard {
    std::mutex mutex;
    Map young;
    Map old;
  };

  // The low bits choose the bucket inside a shard, so the shard is chosen by others.
  Shard& shard_of(const Key& key) { return shards_[(Hash{}(key) >> 40U) % shard_count]; }

  void make_room(Shard& shard) {
    if (shard.young.size() < most_per_shard_) return;
    shard.old = std::move(shard.young);
    shard.young = Map();
  }

  std::size_t most_per_shard_;
  std::array<Shard, shard_count> shards_;
};

}  // namespace kohaku::hub
