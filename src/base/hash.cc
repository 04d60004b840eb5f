#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstdlib>

namespace kohaku {
namespace {

// Fetched once: an implicit fetch costs more than hashing a short message.
const EVP_MD* sha1_algorithm() {
  static const EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return algorithm;
}

const EVP_MD* sha256_algorithm() {
  static const EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

void require(int ok) {
  if (ok != 1) std::abort();  // OpenSSL fails here only when memory or the library itself is broken
}

template <class Digest>
Digest finish_digest(evp_md_ctx_st* context) {
  Digest digest;
  require(
      EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.bytes.data()), nullptr));
  return digest;
}

template <class Digest>
Digest digest_of(Bytes bytes, const EVP_MD* algorithm) {
  Digest digest;
  require(EVP_Digest(bytes.data(), bytes.size(),
                     reinterpret_cast<unsigned char*>(digest.bytes.data()), nullptr, algorithm,
                     nullptr));
  return digest;
}

}  // namespace

void Sha1Hasher::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }
void Sha256Hasher::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha1Hasher::Sha1Hasher() : context_(EVP_MD_CTX_new()) {
  require(EVP_DigestInit_ex(context_.get(), sha1_algorithm(), nullptr));
}

void Sha1Hasher::update(Bytes bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

Sha1 Sha1Hasher::finish() { return finish_digest<Sha1>(context_.get()); }

Sha256Hasher::Sha256Hasher() : context_(EVP_MD_CTX_new()) {
  require(EVP_DigestInit_ex(context_.get(), sha256_algorithm(), nullptr));
}

void Sha256Hasher::update(Bytes bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

Sha256 Sha256Hasher::finish() { return finish_digest<Sha256>(context_.get()); }

Sha256Hasher Sha256Hasher::fork() const {
  Sha256Hasher hasher;
  require(EVP_MD_CTX_copy_ex(hasher.context_.get(), context_.get()));
  return hasher;
}

Sha1 sha1(Bytes bytes) { return digest_of<Sha1>(bytes, sha1_algorithm()); }
Sha256 sha256(Bytes bytes) { return digest_of<Sha256>(bytes, sha256_algorithm()); }

Sha256 hmac_sha256(Bytes key, Bytes message) {
  Sha256 digest;
  unsigned int length = 0;
  if (HMAC(sha256_algorithm(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(),
           reinterpret_cast<unsigned char*>(digest.bytes.data()), &length) == nullptr) {
    std::abort();
  }
  return digest;
}

bool equal_in_constant_time(Bytes a, Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void random_bytes(std::span<std::byte> out) {
  require(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())));
}

std::string random_text(std::size_t length) {
  static constexpr std::string_view symbols =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string text;
  while (text.size() < length) {
    std::byte byte{};
    random_bytes({&byte, 1});
    const auto value = std::to_integer<unsigned>(byte) & 63U;
    if (value < symbols.size()) text.push_back(symbols[value]);  // 62 and 63 are drawn again
  }
  return text;
}

}  // namespace kohaku
