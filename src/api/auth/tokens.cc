#include "api/auth/tokens.h"

#include <charconv>

#include "hub/tokens.h"

namespace kohaku::api {
namespace {

std::optional<TokenId> parse_token_id(std::string_view text) {
  TokenId id;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id.value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return id;
}

}  // namespace

Result<TokensReply> tokens(const hub::SignedIn& user, hub::Hub& hub) {
  auto rows =
      TRY(hub.database.read_now([&](auto& c) { return hub::list_tokens(c, user.user().id); }));
  TokensReply reply;
  for (auto& row : rows) {
    reply.tokens.push_back({row.id, std::move(row.name), std::string(hub::to_string(row.role)),
                            row.last_used, row.created_at, row.expires_at});
  }
  return reply;
}

Result<CreateTokenReply> create_token(const hub::SignedInWriter& user, hub::Hub& hub,
                                      const Body<CreateTokenRequest>& body) {
  const auto role = TRY(hub::parse_token_role(body->role.value_or("write")));
  auto made = TRY(hub::create_token(hub, user.user().id, body->name, role));
  return CreateTokenReply{
      .token = std::move(made.secret),
      .token_id = made.token.id,
      .role = std::string(hub::to_string(role)),
      .message = "Token created. Copy it now: it will not be shown again.",
  };
}

Result<RevokeTokenReply> revoke_token(const hub::SignedInWriter& user, Call& call) {
  const auto id = parse_token_id(call.path.value("id"));
  if (!id) return fail(Code::not_found, "This token was not found.");
  TRY(hub::revoke_token(call.hub, user.user().id, *id));
  return RevokeTokenReply{};
}

}  // namespace kohaku::api
