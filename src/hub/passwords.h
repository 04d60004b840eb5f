// Passwords: argon2id by libsodium. One hash takes 64 MiB and tens of milliseconds, so at most two
// are computed at once, on threads of their own, and only so many may wait.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/date.h"
#include "base/digest.h"
#include "base/result.h"
#include "base/task.h"
#include "os/pool.h"

namespace kohaku::hub {

// 8 to 1,024 bytes; bad_request with a sentence otherwise.
Result<> check_password(std::string_view password);

class Passwords {
 public:
  // "$argon2id$…", with its own salt. Blocks; for the command line and tests.
  Result<std::string> hash_now(std::string_view password);
  // Without a hash (no such user, no password set) it takes as long and answers false. Blocks.
  bool verify_now(std::string_view password, const std::optional<std::string>& hash);

  // The same without blocking the event loop; too_many_requests when too many wait already.
  Task<Result<std::string>> hash(std::string password);
  Task<Result<bool>> verify(std::string password, std::optional<std::string> hash);

 private:
  static constexpr int most_at_once = 2;
  static constexpr int most_waiting = 64;

  std::counting_semaphore<most_at_once> slots_{most_at_once};
  std::atomic<int> waiting_{0};
  os::Pool pool_{most_at_once};
};

// Passwords that were right within the last ten minutes, since git and others send theirs with each
// request. Kept as a hash under a key that this process alone has, together with the stored hash: a
// changed password is unknown at once. Bounded, any thread.
class RecentPasswords {
 public:
  RecentPasswords();
  bool is_known(std::string_view password, std::string_view stored_hash, Micros now);
  void keep(std::string_view password, std::string_view stored_hash, Micros now);

 private:
  static constexpr std::int64_t lifetime_seconds = 600;
  static constexpr std::size_t most = 1000;

  Sha256 fingerprint(std::string_view password, std::string_view stored_hash) const;

  std::array<std::byte, 32> key_;
  std::mutex mutex_;
  std::unordered_map<Sha256, Micros> known_until_;
};

}  // namespace kohaku::hub
