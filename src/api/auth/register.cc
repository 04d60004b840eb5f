#include "api/auth/register.h"

#include "hub/accounts.h"

namespace kohaku::api {

Task<Result<RegisterReply>> register_account(hub::Anyone, hub::Hub& hub,
                                             Body<RegisterRequest> body) {
  if (hub.config.invitation_only) {
    co_return fail(Code::forbidden, "Accounts on this site are made by invitation only.");
  }
  const auto account =
      CO_TRY(co_await hub::register_user(hub, {body->username, body->email, body->password}));
  RegisterReply reply;
  reply.email_verified = account.email_verified;
  reply.message = account.email_verified
                      ? "Account created successfully"
                      : "Account created. Open the link in the letter we sent you to sign in.";
  co_return reply;
}

}  // namespace kohaku::api
