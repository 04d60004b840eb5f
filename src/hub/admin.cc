#include "hub/admin.h"

#include "hub/accounts.h"
#include "hub/guards.h"
#include "hub/tokens.h"

namespace kohaku::hub {

Result<> create_user(Hub& hub, const std::string& name, const std::optional<std::string>& email,
                     const std::optional<std::string>& password) {
  NewUser user{.name = name};
  if (email) user.email = TRY(parse_email(*email));
  if (password) {
    TRY(check_password(*password));
    user.password_hash = TRY(hub.guards->passwords.hash_now(*password));
  }
  const auto now = hub.clock.now();
  TRY(hub.database.write_now([&](auto& connection) { return insert_user(connection, user, now); }));
  return {};
}

Result<std::string> create_token(Hub& hub, const std::string& user, const std::string& name,
                                 const std::string& role) {
  const auto parsed = TRY(parse_token_role(role));
  const auto account = TRY(hub.database.read_now([&](auto& c) { return require_user(c, user); }));
  return TRY(create_token(hub, account.id, name, parsed)).secret;
}

}  // namespace kohaku::hub
