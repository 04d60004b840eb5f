#include "hub/passwords.h"

#include <sodium.h>

#include <utility>

#include "base/hash.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t shortest = 8;
constexpr std::size_t longest = 1024;

// What an unknown name is compared with, so that it takes as long as a known one: the hash of
// random bytes that nobody kept, with the parameters of every other hash.
constexpr const char* nobodys_hash = "$argon2id$v=19$m=65536,t=2,p=1$7xd258Y4fI3jKGbzwOg2xA"
                                     "$X27uYbvBgLVVZPa2AVTs0Q0GLMwvA11/448vjglBXNM";

template <class Slots>
class Slot {
 public:
  explicit Slot(Slots& slots) : slots_(slots) { slots_.acquire(); }
  ~Slot() { slots_.release(); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

 private:
  Slots& slots_;
};

class Waiting {
 public:
  explicit Waiting(std::atomic<int>& count) : count_(count), before_(count.fetch_add(1)) {}
  ~Waiting() { count_.fetch_sub(1); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  Result<> check(int most) const {
    if (before_ < most) return {};
    return fail_too_many("Too many people sign in at this moment. Try again soon.", 5);
  }

 private:
  std::atomic<int>& count_;
  int before_;
};

}  // namespace

Result<> check_password(std::string_view password) {
  if (password.size() < shortest) {
    return fail(Code::bad_request, "The password must have at least 8 characters.");
  }
  if (password.size() > longest) return fail(Code::bad_request, "The password is too long.");
  return {};
}

Result<std::string> Passwords::hash_now(std::string_view password) {
  const Slot slot(slots_);
  std::string out(crypto_pwhash_STRBYTES, '\0');
  if (sodium_init() < 0 ||
      crypto_pwhash_str_alg(out.data(), password.data(), password.size(),
                            crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(Code::unavailable, "The server is short of memory. Try again soon.",
                "argon2id could not allocate its memory");
  }
  out.resize(out.find('\0'));
  return out;
}

bool Passwords::verify_now(std::string_view password, const std::optional<std::string>& hash) {
  const Slot slot(slots_);
  if (sodium_init() < 0) return false;
  const char* stored = hash ? hash->c_str() : nobodys_hash;
  const bool equal = crypto_pwhash_str_verify(stored, password.data(), password.size()) == 0;
  return equal && hash.has_value();
}

Task<Result<std::string>> Passwords::hash(std::string password) {
  const Waiting waiting(waiting_);
  CO_TRY(waiting.check(most_waiting));
  co_return co_await pool_.run([&] { return hash_now(password); });
}

Task<Result<bool>> Passwords::verify(std::string password, std::optional<std::string> hash) {
  const Waiting waiting(waiting_);
  CO_TRY(waiting.check(most_waiting));
  co_return co_await pool_.run([&] { return verify_now(password, hash); });
}

RecentPasswords::RecentPasswords() : key_() { random_bytes(key_); }

Sha256 RecentPasswords::fingerprint(std::string_view password, std::string_view stored_hash) const {
  std::string text(stored_hash);  // holds no NUL, so the pair is unambiguous
  text.push_back('\0');
  text.append(password);
  const auto hash = hmac_sha256(key_, as_bytes(text));
  sodium_memzero(text.data(), text.size());
  return hash;
}

bool RecentPasswords::is_known(std::string_view password, std::string_view stored_hash,
                               Micros now) {
  const auto key = fingerprint(password, stored_hash);
  const std::scoped_lock lock(mutex_);
  const auto found = known_until_.find(key);
  return found != known_until_.end() && now < found->second;
}

void RecentPasswords::keep(std::string_view password, std::string_view stored_hash, Micros now) {
  const auto key = fingerprint(password, stored_hash);
  const std::scoped_lock lock(mutex_);
  if (known_until_.size() >= most) known_until_.clear();
  known_until_.insert_or_assign(key, now.plus_seconds(lifetime_seconds));
}

}  // namespace kohaku::hub
