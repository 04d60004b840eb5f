// SHA-1, SHA-256, HMAC-SHA-256 and random bytes, over OpenSSL.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"

struct evp_md_ctx_st;

namespace kohaku {

// Hashes a stream piece by piece. Movable; not for use from two threads at once.
class Sha1Hasher {
 public:
  Sha1Hasher();
  void update(Bytes bytes);
  void update(std::string_view text) { update(as_bytes(text)); }
  Sha1 finish();  // once; then the hasher is spent

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

class Sha256Hasher {
 public:
  Sha256Hasher();
  void update(Bytes bytes);
  void update(std::string_view text) { update(as_bytes(text)); }
  Sha256 finish();            // once; then the hasher is spent
  Sha256Hasher fork() const;  // of the same bytes so far, going its own way from here

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

Sha1 sha1(Bytes bytes);
Sha256 sha256(Bytes bytes);
inline Sha256 sha256(std::string_view text) { return sha256(as_bytes(text)); }
Sha256 hmac_sha256(Bytes key, Bytes message);

// Compares without telling by its duration where two values differ.
bool equal_in_constant_time(Bytes a, Bytes b);

// Fills with bytes from the operating system's generator; ends the process if it fails.
void random_bytes(std::span<std::byte> out);
// `length` letters and digits from random_bytes (62 symbols, unbiased).
std::string random_text(std::size_t length);

}  // namespace kohaku
