#include "api/routes.h"
#include "api/auth/login.h"
#include "api/auth/me.h"
#include "api/auth/register.h"
#include "api/auth/tokens.h"
#include "api/auth/verify_email.h"
#include "api/oauth/device.h"
#include "api/oauth/token.h"

namespace kohaku::api {

void add_auth_routes(Routes& routes) {
  routes.file("api/auth/register.cc").own().post<&register_account>("/api/auth/register");
  routes.file("api/auth/login.cc")
      .own()
      .post<&log_in>("/api/auth/login")
      .post<&log_out>("/api/auth/logout");
  routes.file("api/auth/verify_email.cc").own().get<&verify_email>("/api/auth/verify-email");
  routes.file("api/auth/me.cc").own().get<&me>("/api/auth/me");
  routes.file("api/auth/me.cc").get<&who_am_i>("/api/whoami-v2");
  routes.file("api/auth/tokens.cc")
      .own()
      .get<&tokens>("/api/auth/tokens")
      .post<&create_token>("/api/auth/tokens/create")
      .remove<&revoke_token>("/api/auth/tokens/{id}");
  routes.file("api/oauth/token.cc")
      .own()
      .post<&begin_device_login>("/oauth/device")
      .post<&give_token>("/oauth/token");
  routes.file("api/oauth/device.cc")
      .own()
      .get<&device_page>("/oauth/device")
      .post<&device_sign_in>("/oauth/device/sign-in")
      .post<&device_decide>("/oauth/device/decide");
}

}  // namespace kohaku::api
