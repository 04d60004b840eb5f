// The SSH keys of users: who may connect, and as whom.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "db/connection.h"
#include "hub/hub.h"

namespace kohaku::hub {

using SshKeyId = Id<struct SshKeyTag>;

inline constexpr std::int64_t most_ssh_keys = 100;  // of one user

struct SshKey {
  SshKeyId id;
  std::string title;
  std::string type;  // "ssh-ed25519"
  Sha256 fingerprint;
  Micros created_at;
  std::optional<Micros> last_used;
};

struct AddedSshKey {
  SshKey key;
  std::string warning;  // "" for most keys; see ssh_key.h
};

// `title` may be empty: then the key's comment, else its type. bad_request for what is no key and for
// a bad title; conflict when this key is known already, whosever it is; unprocessable for one too
// many. Blocks until durable.
Result<AddedSshKey> add_ssh_key(Hub& hub, AccountId user, std::string title, std::string_view text);
// Newest first.
Result<std::vector<SshKey>> list_ssh_keys(db::Connection& connection, AccountId user);
// not_found unless the key is this user's.
Result<SshKey> find_ssh_key(db::Connection& connection, AccountId user, SshKeyId key);
Result<> remove_ssh_key(Hub& hub, AccountId user, SshKeyId key);  // the same; blocks until durable

// A key that somebody may connect with: that of an active user.
struct SshLogin {
  SshKeyId id;
  AccountId user;
  std::string user_name;
  std::string type;
  std::string public_key;  // base64
};
Result<std::optional<SshLogin>> find_ssh_login(db::Connection& connection,
                                               const Sha256& fingerprint);
Result<std::optional<SshLogin>> find_ssh_login(db::Connection& connection, SshKeyId key);
// Notes the use of a key. Blocks until durable.
Result<> touch_ssh_key(Hub& hub, SshKeyId key);

}  // namespace kohaku::hub
