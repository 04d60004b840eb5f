#include "hub/identity_cache.h"

#include <utility>

namespace kohaku::hub {

IdentityCache::Shard& IdentityCache::shard_of(const Sha256& hash) {
  return shards_[std::to_integer<std::size_t>(hash.bytes.back()) % shard_count];
}

std::optional<Identity> IdentityCache::find(const Sha256& secret_hash, CredentialKind kind,
                                            std::uint64_t generation) {
  Shard& shard = shard_of(secret_hash);
  const std::scoped_lock lock(shard.mutex);
  const auto found = shard.entries.find(secret_hash);
  if (found == shard.entries.end()) return std::nullopt;
  const Entry& entry = found->second;
  if (entry.generation != generation || entry.identity.kind != kind) return std::nullopt;
  return entry.identity;
}

void IdentityCache::keep(const Sha256& secret_hash, std::uint64_t generation, Identity identity) {
  Shard& shard = shard_of(secret_hash);
  const std::scoped_lock lock(shard.mutex);
  if (shard.entries.size() >= most_per_shard) shard.entries.clear();
  shard.entries.insert_or_assign(secret_hash, Entry{generation, std::move(identity)});
}

bool TokenTouches::is_due(TokenId token, std::optional<Micros> last_used, Micros now) {
  const auto is_recent = [&](Micros time) { return now < time.plus_seconds(interval_seconds); };
  if (last_used && is_recent(*last_used)) return false;
  const std::scoped_lock lock(mutex_);
  if (touched_.size() >= most_tokens) touched_.clear();
  const auto [entry, is_new] = touched_.try_emplace(token, now);
  if (!is_new && is_recent(entry->second)) return false;
  entry->second = now;
  return true;
}

}  // namespace kohaku::hub
