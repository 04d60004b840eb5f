#include "api/users/keys.h"

#include <charconv>

#include "hub/ssh_key.h"

namespace kohaku::api {
namespace {

Result<hub::SshKeyId> key_of(const Call& call) {
  const auto text = call.path.value("id");
  hub::SshKeyId id;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id.value);
  if (error == std::errc{} && stop == end) return id;
  return fail(Code::not_found, "This SSH key was not found.");
}

KeyReply reply_of(hub::SshKey key) {
  return {.id = key.id,
          .title = std::move(key.title),
          .key_type = std::move(key.type),
          .fingerprint = hub::fingerprint_text(key.fingerprint),
          .created_at = key.created_at,
          .last_used = key.last_used,
          .warning = {}};
}

}  // namespace

Result<KeysReply> list_keys(const hub::SignedIn& user, hub::Hub& hub) {
  auto keys = TRY(hub.database.read_now(
      [&](db::Connection& connection) { return hub::list_ssh_keys(connection, user.user().id); }));
  KeysReply reply;
  for (auto& key : keys) reply.keys.push_back(reply_of(std::move(key)));
  return reply;
}

Result<KeyReply> add_key(const hub::SignedInWriter& user, hub::Hub& hub,
                         const Body<AddKeyRequest>& body) {
  auto added = TRY(hub::add_ssh_key(hub, user.user().id, body->title.value_or(""), body->key));
  auto reply = reply_of(std::move(added.key));
  if (!added.warning.empty()) reply.warning = std::move(added.warning);
  return reply;
}

Result<KeyReply> show_key(const hub::SignedIn& user, Call& call) {
  const auto id = TRY(key_of(call));
  return reply_of(TRY(call.hub.database.read_now([&](db::Connection& connection) {
    return hub::find_ssh_key(connection, user.user().id, id);
  })));
}

Result<RemoveKeyReply> remove_key(const hub::SignedInWriter& user, Call& call) {
  TRY(hub::remove_ssh_key(call.hub, user.user().id, TRY(key_of(call))));
  return RemoveKeyReply{};
}

}  // namespace kohaku::api
