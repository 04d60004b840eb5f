// A user's own SSH keys (docs/ssh.md).
//
//   GET    /api/user/keys
//   POST   /api/user/keys        {key, title?}; 409 when the key is known, whosever it is
//   GET    /api/user/keys/{id}
//   DELETE /api/user/keys/{id}
#pragma once

#include <string>
#include <vector>

#include "api/call.h"
#include "api/endpoint.h"
#include "hub/access.h"
#include "hub/ssh_keys.h"

namespace kohaku::api {

struct KeyReply {
  hub::SshKeyId id;
  std::string title;
  std::string key_type;
  std::string fingerprint;  // "SHA256:…"
  Micros created_at;
  std::optional<Micros> last_used;
  Omittable<std::string> warning;  // when the key is added: why SSH servers may refuse it
};
BOOST_DESCRIBE_STRUCT(KeyReply, (),
                      (id, title, key_type, fingerprint, created_at, last_used, warning))

struct KeysReply {
  std::vector<KeyReply> keys;
};
BOOST_DESCRIBE_STRUCT(KeysReply, (), (keys))

struct AddKeyRequest {
  std::optional<std::string> title;  // the key's comment when it is not given
  std::string key;
};
BOOST_DESCRIBE_STRUCT(AddKeyRequest, (), (title, key))

struct RemoveKeyReply {
  bool success = true;
  std::string message = "SSH key removed";
};
BOOST_DESCRIBE_STRUCT(RemoveKeyReply, (), (success, message))

Result<KeysReply> list_keys(const hub::SignedIn& user, hub::Hub& hub);
Result<KeyReply> add_key(const hub::SignedInWriter& user, hub::Hub& hub,
                         const Body<AddKeyRequest>& body);
// 404 for a key that is not the caller's own.
Result<KeyReply> show_key(const hub::SignedIn& user, Call& call);
Result<RemoveKeyReply> remove_key(const hub::SignedInWriter& user, Call& call);

}  // namespace kohaku::api
