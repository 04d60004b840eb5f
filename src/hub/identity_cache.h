// Who is behind a token or a cookie, remembered while the database has not changed. Bounded, any
// thread. The keys are hashes: no secret is kept.
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/date.h"
#include "base/digest.h"
#include "base/ids.h"

namespace kohaku::hub {

enum class CredentialKind { none, session, token, password };

struct Identity {
  AccountId user;
  std::string user_name;
  CredentialKind kind = CredentialKind::none;
  bool may_write = false;
  TokenId token;           // of a token
  std::string token_name;  // of a token
  std::optional<Micros> expires_at;
  std::optional<Micros> last_used;  // of a token, as the database had it
};

class IdentityCache {
 public:
  // What was kept for this secret at this very generation of the database.
  std::optional<Identity> find(const Sha256& secret_hash, CredentialKind kind,
                               std::uint64_t generation);
  // `generation` was asked for before the identity was read.
  void keep(const Sha256& secret_hash, std::uint64_t generation, Identity identity);

 private:
  struct Entry {
    std::uint64_t generation = 0;
    Identity identity;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<Sha256, Entry> entries;
  };
  static constexpr std::size_t shard_count = 16;
  static constexpr std::size_t most_per_shard = 256;

  Shard& shard_of(const Sha256& hash);
  std::array<Shard, shard_count> shards_;
};

// Lets `last_used` of one token be written at most once a minute. Bounded, any thread.
class TokenTouches {
 public:
  bool is_due(TokenId token, std::optional<Micros> last_used, Micros now);

 private:
  static constexpr std::int64_t interval_seconds = 60;
  static constexpr std::size_t most_tokens = 10'000;

  std::mutex mutex_;
  std::unordered_map<TokenId, Micros> touched_;
};

}  // namespace kohaku::hub
