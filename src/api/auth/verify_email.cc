#include "api/auth/verify_email.h"

#include <fmt/format.h>

#include "api/auth/login.h"
#include "base/encoding.h"
#include "hub/email_verification.h"

namespace kohaku::api {

Result<http::Reply> verify_email(const hub::Anyone&, Call& call) {
  const auto session = hub::verify_email(call.hub, call.query.text("token").value_or(""));
  if (!session && session.error().code != Code::bad_request) {
    return std::unexpected(session.error());
  }
  http::Reply reply;
  reply.status = 302;
  reply.headers.set("Cache-Control", "no-store");
  if (session) {
    set_session_cookie(reply, call, *session);
    reply.headers.set("Location", fmt::format("/{}", session->user.name));
  } else {
    reply.headers.set("Location", fmt::format("/?error=invalid_token&message={}",
                                              percent_encode(session.error().message)));
  }
  return reply;
}

}  // namespace kohaku::api
