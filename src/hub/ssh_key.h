// A public key of SSH as its owner pastes it: "ssh-ed25519 AAAA… laptop".
// Source: RFC 4253 (6.6), RFC 5656, RFC 8709, OpenSSH's PROTOCOL.u2f.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"

namespace kohaku::hub {

inline constexpr std::size_t longest_ssh_key_text = 16 * 1024;

struct SshPublicKey {
  std::string type;     // "ssh-ed25519"
  std::string blob;     // what base64 stands for
  std::string comment;  // what stands behind it; may be empty
  std::string warning;  // why OpenSSH will refuse it; "" for most keys (decision 29)

  Sha256 fingerprint() const;  // of the blob
};

// Exactly one key: type, base64 in its one spelling, comment. The blob must be a key of that very type
// with nothing behind it: a number where a number belongs, a point or key of the right length.
// bad_request with a sentence for everything else: options before the key, private keys, certificates.
Result<SshPublicKey> parse_ssh_key(std::string_view text);

std::string fingerprint_text(const Sha256& fingerprint);  // "SHA256:…", as ssh-keygen -l shows it
// Nothing for any other text.
std::optional<Sha256> parse_fingerprint(std::string_view text);

}  // namespace kohaku::hub
