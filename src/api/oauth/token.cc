#include "api/oauth/token.h"

#include <fmt/format.h>

#include "api/oauth/form.h"
#include "hub/device_login.h"

namespace kohaku::api {
namespace {

constexpr std::string_view device_grant = "urn:ietf:params:oauth:grant-type:device_code";

http::Reply not_stored(http::Reply reply) {
  reply.headers.set("Cache-Control", "no-store");
  return reply;
}

http::Reply oauth_error(std::string_view error, std::string_view description) {
  auto reply = not_stored(http::json_reply(
      400, to_json(OAuthErrorReply{std::string(error), std::string(description)})));
  reply.headers.set("X-Error-Code", std::string(error));
  reply.headers.set("X-Error-Message", std::string(description));
  return reply;
}

http::Reply token_reply(const hub::NewToken& made) {
  OAuthTokenReply answer{.access_token = made.secret};
  if (made.token.expires_at) {
    answer.expires_in.emplace(made.token.expires_at->seconds() - made.token.created_at.seconds());
  }
  return not_stored(http::json_reply(200, to_json(answer)));
}

http::Reply poll_reply(const hub::DevicePoll& poll) {
  using State = hub::DevicePoll::State;
  switch (poll.state) {
    case State::approved: return token_reply(*poll.token);
    case State::pending:
      return oauth_error("authorization_pending", "The user has not decided yet.");
    case State::slow_down: return oauth_error("slow_down", "Wait longer between two requests.");
    case State::expired: return oauth_error("expired_token", "The code is too old. Begin again.");
    case State::denied: return oauth_error("access_denied", "The user refused the sign-in.");
    case State::unknown: break;
  }
  return oauth_error("invalid_grant", "This device code is not known or was used already.");
}

}  // namespace

Task<Result<http::Reply>> begin_device_login(hub::Anyone, Call& call) {
  const auto form = CO_TRY(co_await read_form(call.request));
  const auto login = co_await call.hub.pool.run([&] {
    return hub::begin_device_login(call.hub, form.get("client_id"), call.request.peer_address);
  });
  if (!login) {
    const auto& error = login.error();
    if (error.code == Code::bad_request) co_return oauth_error("invalid_request", error.message);
    co_return std::unexpected(error);
  }
  const auto page = call.base_url() + "/oauth/device";
  co_return not_stored(http::json_reply(
      200,
      to_json(DeviceCodeReply{.device_code = login->device_code,
                              .user_code = login->user_code,
                              .verification_uri = page,
                              .verification_uri_complete = page + "?user_code=" + login->user_code,
                              .expires_in = hub::device_login_seconds,
                              .interval = hub::device_poll_seconds})));
}

Task<Result<http::Reply>> give_token(hub::Anyone, Call& call) {
  const auto form = CO_TRY(co_await read_form(call.request));
  const auto grant = form.get("grant_type");
  if (grant.empty()) co_return oauth_error("invalid_request", "'grant_type' is missing.");
  if (grant == "refresh_token") {
    co_return oauth_error("invalid_grant", "Tokens of this hub are not refreshed. Sign in again.");
  }
  if (grant != device_grant) {
    co_return oauth_error("unsupported_grant_type", "Only the device code grant is offered.");
  }
  if (form.get("device_code").empty()) {
    co_return oauth_error("invalid_request", "'device_code' is missing.");
  }
  const auto poll = CO_TRY(co_await call.hub.pool.run([&] {
    return hub::poll_device_login(call.hub, form.get("device_code"), form.get("client_id"));
  }));
  co_return poll_reply(poll);
}

}  // namespace kohaku::api
