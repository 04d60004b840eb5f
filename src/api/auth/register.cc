#include "api/auth/register.h"

#include "hub/accounts.h"

namespace kohaku::api {

Task<Result<http::Reply>> register_account(hub::Anyone, Call& call, Body<RegisterRequest> body) {
  if (call.hub.config.invitation_only) {
    co_return fail(Code::forbidden, "Accounts on this site are made by invitation only.");
  }
  const auto account = CO_TRY(co_await hub::register_user(
      call.hub, {body->username, body->email, body->password, call.request.peer_address}));
  RegisterReply reply;
  reply.email_verified = account.email_verified;
  reply.message = account.email_verified
                      ? "Account created successfully"
                      : "Account created. Open the link in the letter we sent you to sign in.";
  co_return http::json_reply(200, to_json(reply));
}

}  // namespace kohaku::api
