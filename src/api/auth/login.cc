#include "api/auth/login.h"

#include <fmt/format.h>

#include "api/browser.h"
#include "hub/sign_in.h"

namespace kohaku::api {
namespace {

std::string cookie_text(const Call& call, std::string_view value, std::int64_t seconds) {
  const bool is_https = call.base_url().starts_with("https://");
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", session_cookie, value,
                     seconds, is_https ? "; Secure" : "");
}

}  // namespace

void set_session_cookie(http::Reply& reply, const Call& call, const hub::Session& session) {
  const auto seconds = session.expires_at.seconds() - call.hub.clock.now().seconds();
  reply.headers.add("Set-Cookie", cookie_text(call, session.secret, seconds));
}

Task<Result<http::Reply>> log_in(hub::Anyone, Call& call, Body<LoginRequest> body) {
  if (is_from_foreign_page(call.request, call.base_url())) {
    co_return fail(Code::forbidden, "A sign-in must come from a page of this site.");
  }
  const auto session = CO_TRY(
      co_await hub::sign_in(call.hub, {body->username, body->password, call.request.peer_address}));
  LoginReply answer;
  answer.username = session.user.name;
  answer.session_secret = hub::csrf_token(call.hub, session.secret);
  auto reply = http::json_reply(200, to_json(answer));
  set_session_cookie(reply, call, session);
  co_return reply;
}

Result<http::Reply> log_out(const hub::SignedInWriter&, Call& call) {
  const auto value = cookie(call.request, session_cookie);
  if (!value.empty()) TRY(hub::end_session(call.hub, value));
  auto reply = http::json_reply(200, to_json(LogoutReply{}));
  reply.headers.add("Set-Cookie", cookie_text(call, "", 0));
  return reply;
}

}  // namespace kohaku::api
