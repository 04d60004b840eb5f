#include "hub/ssh_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/repo_path.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t longest_comment = 255;
constexpr std::size_t most_bits = 16'384;
constexpr std::size_t least_rsa_bits = 512;
constexpr std::size_t trusted_rsa_bits = 2048;

std::unexpected<Error> refuse(std::string message) {
  return fail(Code::bad_request, std::move(message));
}

std::unexpected<Error> broken(std::string_view type) {
  return refuse(fmt::format("This is not a well-formed {} key. Was a part of it lost?", type));
}

// The fields of a blob, each with its length before it.
class BlobReader {
 public:
  explicit BlobReader(std::string_view blob) : rest_(blob) {}

  // Nothing when the blob ends too early.
  std::optional<std::string_view> text() {
    if (rest_.size() < 4) return std::nullopt;
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8U | static_cast<std::uint8_t>(rest_[i]);
    if (length > rest_.size() - 4) return std::nullopt;
    const auto field = rest_.substr(4, length);
    rest_.remove_prefix(4 + std::size_t{length});
    return field;
  }

  // The bits of a number above zero in its shortest form; nothing for anything else.
  std::optional<std::size_t> number() {
    auto field = text();
    if (!field || field->empty()) return std::nullopt;
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>((*field)[i]); };
    if (at(0) >= 0x80) return std::nullopt;  // negative
    if (at(0) == 0 && (field->size() == 1 || at(1) < 0x80)) return std::nullopt;
    if (at(0) == 0) field->remove_prefix(1);
    const auto bits = field->size() * 8 - static_cast<std::size_t>(std::countl_zero(at(0)));
    return bits <= most_bits ? std::optional(bits) : std::nullopt;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// What a check leaves to say: a warning, or nothing when the blob is not what it should be.
using Verdict = std::optional<std::string>;
constexpr auto fine = "";

Verdict check_rsa(BlobReader& blob) {
  const auto exponent = blob.number();
  const auto modulus = blob.number();
  if (!exponent || !modulus || *exponent < 2 || *modulus < least_rsa_bits) return std::nullopt;
  if (*modulus >= trusted_rsa_bits) return fine;
  return fmt::format(
      "An RSA key of {} bits is weak: SSH servers may refuse it. Use ed25519, or RSA "
      "with {} bits or more.",
      *modulus, trusted_rsa_bits);
}

Verdict check_dss(BlobReader& blob) {
  for (int i = 0; i < 4; ++i) {
    if (!blob.number()) return std::nullopt;
  }
  return "OpenSSH no longer accepts ssh-dss keys: it will refuse this one. Use ed25519.";
}

// A point of the curve, not compressed.
bool is_point(BlobReader& blob, std::string_view curve, std::size_t coordinate_bytes) {
  if (blob.text() != curve) return false;
  const auto point = blob.text();
  return point && point->size() == 1 + 2 * coordinate_bytes && point->front() == 4;
}

Verdict check_ecdsa(BlobReader& blob, std::string_view curve, std::size_t coordinate_bytes) {
  return is_point(blob, curve, coordinate_bytes) ? Verdict(fine) : std::nullopt;
}

bool is_ed25519(BlobReader& blob) {
  const auto key = blob.text();
  return key && key->size() == 32;
}

// What a security key signs for: "ssh:" and perhaps more.
bool is_application(BlobReader& blob) {
  const auto name = blob.text();
  return name && name->starts_with("ssh:") && name->size() <= 255 &&
         std::ranges::all_of(*name, [](char c) { return c > ' ' && c < 0x7f; });
}

struct KeyType {
  std::string_view name;
  Verdict (*check)(BlobReader& blob);
};

constexpr std::array<KeyType, 8> key_types{{
    {"ssh-ed25519", [](BlobReader& b) { return is_ed25519(b) ? Verdict(fine) : std::nullopt; }},
    {"ssh-rsa", check_rsa},
    {"ssh-dss", check_dss},
    {"ecdsa-sha2-nistp256", [](BlobReader& b) { return check_ecdsa(b, "nistp256", 32); }},
    {"ecdsa-sha2-nistp384", [](BlobReader& b) { return check_ecdsa(b, "nistp384", 48); }},
    {"ecdsa-sha2-nistp521", [](BlobReader& b) { return check_ecdsa(b, "nistp521", 66); }},
    {"sk-ssh-ed25519@openssh.com",
     [](BlobReader& b) {
       return is_ed25519(b) && is_application(b) ? Verdict(fine) : std::nullopt;
     }},
    {"sk-ecdsa-sha2-nistp256@openssh.com",
     [](BlobReader& b) {
       return is_point(b, "nistp256", 32) && is_application(b) ? Verdict(fine) : std::nullopt;
     }},
}};

const KeyType* find_type(std::string_view name) {
  const auto* found = std::ranges::find(key_types, name, &KeyType::name);
  return found == key_types.end() ? nullptr : found;
}

std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find_first_of(" \t"), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(text.find_first_not_of(" \t", end), text.size()));
  return word;
}

// Base64 in its one spelling: the whole alphabet, padded, no bits left over.
std::optional<std::string> decode_exactly(std::string_view text) {
  auto decoded = base64_decode(text);
  if (!decoded || base64_encode(as_bytes(*decoded)) != text) return std::nullopt;
  return decoded;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const auto first = std::min(text.find_first_not_of(space), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(space) + 1);
}

Result<> check_comment(std::string_view comment) {
  const bool plain = is_utf8(comment) && std::ranges::none_of(comment, [](char c) {
                       return (c >= 0 && c < ' ') || c == 0x7f;
                     });
  if (plain && comment.size() <= longest_comment) return {};
  return refuse(fmt::format("The comment of a key is text of at most {} bytes.", longest_comment));
}

}  // namespace

Sha256 SshPublicKey::fingerprint() const { return sha256(blob); }

Result<SshPublicKey> parse_ssh_key(std::string_view text) {
  if (text.size() > longest_ssh_key_text) return refuse("This text is too long for a key.");
  text = trimmed(text);
  if (text.starts_with("-----BEGIN") || text.find("PRIVATE KEY") != text.npos) {
    return refuse("This is not a public key. Paste the content of the file that ends in .pub, and "
                  "keep the private key to yourself.");
  }
  if (text.find_first_of("\r\n") != text.npos) return refuse("Give one key, in one line.");
  const auto* type = find_type(take_word(text));
  if (type == nullptr) {
    return refuse(
        "The key must begin with its type: ssh-ed25519, ssh-rsa, ecdsa-sha2-nistp256, "
        "ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-dss, sk-ssh-ed25519@openssh.com or "
        "sk-ecdsa-sha2-nistp256@openssh.com.");
  }
  auto blob = decode_exactly(take_word(text));
  TRY(check_comment(text));
  if (!blob) return broken(type->name);
  BlobReader reader(*blob);
  if (reader.text() != type->name) return broken(type->name);
  auto warning = type->check(reader);
  if (!warning || !reader.at_end()) return broken(type->name);
  return SshPublicKey{std::string(type->name), std::move(*blob), std::string(text),
                      std::move(*warning)};
}

std::string fingerprint_text(const Sha256& fingerprint) {
  auto text = base64_encode(fingerprint.view());
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

std::optional<Sha256> parse_fingerprint(std::string_view text) {
  constexpr std::string_view prefix = "SHA256:";
  if (!text.starts_with(prefix)) return std::nullopt;
  const auto raw = base64_decode(text.substr(prefix.size()));
  const auto digest = raw ? Sha256::from_bytes(as_bytes(*raw)) : std::nullopt;
  if (!digest || fingerprint_text(*digest) != text) return std::nullopt;
  return digest;
}

}  // namespace kohaku::hub
