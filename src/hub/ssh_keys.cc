#include "hub/ssh_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/repo_path.h"
#include "hub/ssh_key.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t longest_title = 255;

Result<std::string> choose_title(std::string title, const SshPublicKey& key) {
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; };
  if (title.size() > longest_title || !is_utf8(title) || std::ranges::any_of(title, is_control)) {
    return fail(Code::bad_request,
                fmt::format("A title is text of at most {} bytes.", longest_title));
  }
  if (title.find_first_not_of(' ') != title.npos) return title;
  return key.comment.empty() ? key.type : key.comment;
}

std::unexpected<Error> no_such_key() {
  return fail(Code::not_found, "This SSH key was not found.");
}

Result<> insert(db::Connection& connection, AccountId user, const SshPublicKey& key,
                SshKey& added) {
  const auto taken = TRY(connection.sql("SELECT id FROM ssh_key WHERE fingerprint = ?1")
                             .bind(added.fingerprint)
                             .first<SshKeyId>());
  if (taken) return fail(Code::conflict, "This SSH key is in use already.");
  const auto count = TRY(connection.sql("SELECT COUNT(*) FROM ssh_key WHERE user_id = ?1")
                             .bind(user)
                             .first<std::int64_t>());
  if (count && std::get<0>(*count) >= most_ssh_keys) {
    return fail(Code::unprocessable,
                fmt::format("You have {} SSH keys. Remove one first.", most_ssh_keys));
  }
  TRY(connection
          .sql(
              "INSERT INTO ssh_key (user_id, title, key_type, public_key, fingerprint, created_at) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
          .bind(user, added.title, added.type, base64_encode(as_bytes(key.blob)), added.fingerprint,
                added.created_at)
          .run());
  added.id = {connection.last_insert_id()};
  return {};
}

constexpr std::string_view columns = "id, title, key_type, fingerprint, created_at, last_used";

SshKey read_key(db::Statement& row) {
  return {.id = row.get<SshKeyId>(0),
          .title = row.get<std::string>(1),
          .type = row.get<std::string>(2),
          .fingerprint = row.get<Sha256>(3),
          .created_at = row.get<Micros>(4),
          .last_used = row.get<std::optional<Micros>>(5)};
}

template <class Key>
Result<std::optional<SshLogin>> find_login(db::Connection& connection, std::string_view column,
                                           const Key& key) {
  db::Statement row = connection
                          .sql(fmt::format("SELECT k.id, a.id, a.name, k.key_type, k.public_key "
                                           "FROM ssh_key k JOIN account a ON a.id = k.user_id "
                                           "WHERE k.{} = ?1 AND a.is_active <> 0",
                                           column))
                          .bind(key);
  if (!TRY(row.step())) return std::nullopt;
  return SshLogin{.id = row.get<SshKeyId>(0),
                  .user = row.get<AccountId>(1),
                  .user_name = row.get<std::string>(2),
                  .type = row.get<std::string>(3),
                  .public_key = row.get<std::string>(4)};
}

}  // namespace

Result<AddedSshKey> add_ssh_key(Hub& hub, AccountId user, std::string title,
                                std::string_view text) {
  auto key = TRY(parse_ssh_key(text));
  AddedSshKey added;
  added.key.title = TRY(choose_title(std::move(title), key));
  added.key.type = key.type;
  added.key.fingerprint = key.fingerprint();
  added.key.created_at = hub.clock.now();
  added.warning = std::move(key.warning);
  TRY(hub.database.write_now([&](auto& c) { return insert(c, user, key, added.key); }));
  return added;
}

Result<std::vector<SshKey>> list_ssh_keys(db::Connection& connection, AccountId user) {
  auto row =
      connection
          .sql(fmt::format("SELECT {} FROM ssh_key WHERE user_id = ?1 ORDER BY id DESC", columns))
          .bind(user);
  std::vector<SshKey> keys;
  while (TRY(row.step())) keys.push_back(read_key(row));
  return keys;
}

Result<SshKey> find_ssh_key(db::Connection& connection, AccountId user, SshKeyId key) {
  auto row =
      connection.sql(fmt::format("SELECT {} FROM ssh_key WHERE id = ?1 AND user_id = ?2", columns))
          .bind(key, user);
  if (!TRY(row.step())) return no_such_key();
  return read_key(row);
}

Result<> remove_ssh_key(Hub& hub, AccountId user, SshKeyId key) {
  return hub.database.write_now([=](db::Connection& connection) -> Result<> {
    const auto removed = TRY(
        connection.sql("DELETE FROM ssh_key WHERE id = ?1 AND user_id = ?2").bind(key, user).run());
    return removed == 0 ? Result<>(no_such_key()) : Result<>();
  });
}

Result<std::optional<SshLogin>> find_ssh_login(db::Connection& connection,
                                               const Sha256& fingerprint) {
  return find_login(connection, "fingerprint", fingerprint);
}

Result<std::optional<SshLogin>> find_ssh_login(db::Connection& connection, SshKeyId key) {
  return find_login(connection, "id", key);
}

Result<> touch_ssh_key(Hub& hub, SshKeyId key) {
  const auto now = hub.clock.now();
  return hub.database.write_now([=](db::Connection& connection) -> Result<> {
    TRY(connection.sql("UPDATE ssh_key SET last_used = ?1 WHERE id = ?2").bind(now, key).run());
    return {};
  });
}

}  // namespace kohaku::hub
