#include "api/oauth/device.h"

#include <fmt/format.h>

#include "api/auth/login.h"
#include "api/browser.h"
#include "api/oauth/form.h"
#include "api/oauth/html.h"
#include "base/encoding.h"
#include "hub/device_login.h"
#include "hub/sign_in.h"

namespace kohaku::api {
namespace {

constexpr std::string_view title = "Sign in a program";

http::Reply show(const Call& call, int status, std::string_view body) {
  return page_reply(status, call.hub.config.site_name, title, body);
}

std::string problem_text(std::string_view message) {
  if (message.empty()) return {};
  return fmt::format("<p class=\"problem\">{}</p>\n", escape_html(message));
}

http::Reply sign_in_page(const Call& call, int status, std::string_view user_code,
                         std::string_view problem) {
  return show(call, status,
              problem_text(problem) +
                  fill_page("device_sign_in.html",
                            {{"site", call.hub.config.site_name}, {"user_code", user_code}}));
}

http::Reply code_page(const Call& call, const hub::User& user, int status,
                      std::string_view user_code, std::string_view problem) {
  return show(call, status,
              problem_text(problem) +
                  fill_page("device_code.html", {{"user", user.name}, {"user_code", user_code}}));
}

http::Reply refusal_page(const Call& call, const hub::User& user, std::string_view user_code,
                         const Error& error) {
  auto reply = code_page(call, user, code_entry(error.code).status, user_code, error.message);
  http::set_retry_after(reply.headers, error);
  return reply;
}

// Who is signed in by cookie; the pages know no other way.
const hub::User* browser_user(const hub::Anyone& anyone) {
  const auto& caller = anyone.caller();
  if (!caller.user || caller.credential != hub::CredentialKind::session) return nullptr;
  return &*caller.user;
}

http::Reply see_other(std::string_view location) {
  http::Reply reply;
  reply.status = 303;
  reply.headers.set("Location", location);
  reply.headers.set("Cache-Control", "no-store");
  return reply;
}

http::Reply confirm_page(const Call& call, const hub::User& user, const std::string& user_code,
                         Micros asked_at) {
  const auto csrf = hub::csrf_token(call.hub, cookie(call.request, session_cookie));
  return show(call, 200,
              fill_page("device_confirm.html", {{"user", user.name},
                                                {"user_code", user_code},
                                                {"asked_at", http_date(asked_at)},
                                                {"csrf", csrf}}));
}

// Made by a form of this very session's page?
bool is_own_form(const hub::Anyone& anyone, const Call& call, const Form& form) {
  return anyone.caller().may_write && is_from_our_page(call.request, call.base_url()) &&
         hub::is_csrf_token(call.hub, cookie(call.request, session_cookie), form.get("csrf"));
}

Result<hub::Decision> parse_decision(std::string_view text) {
  if (text == "approve") return hub::Decision::approve;
  if (text == "deny") return hub::Decision::deny;
  return fail(Code::bad_request, "Choose to approve or to deny.");
}

http::Reply decision_page(const Call& call, const hub::User& user, hub::Decision decision) {
  if (decision == hub::Decision::deny) return show(call, 200, fill_page("device_denied.html", {}));
  return show(call, 200, fill_page("device_approved.html", {{"user", user.name}}));
}

}  // namespace

Result<http::Reply> device_page(const hub::Anyone& anyone, Call& call) {
  const auto typed = call.query.text("user_code").value_or("");
  const auto* user = browser_user(anyone);
  if (user == nullptr) return sign_in_page(call, 200, typed, "");
  if (typed.empty()) return code_page(call, *user, 200, "", "");
  const auto asked_at = hub::find_device_login(call.hub, *user, typed);
  if (!asked_at) return refusal_page(call, *user, typed, asked_at.error());
  return confirm_page(call, *user, hub::normalize_user_code(typed).value_or(typed), *asked_at);
}

Task<Result<http::Reply>> device_sign_in(hub::Anyone, Call& call) {
  const auto form = CO_TRY(co_await read_form(call.request));
  const auto user_code = form.get("user_code");
  if (is_from_foreign_page(call.request, call.base_url())) {
    co_return sign_in_page(call, 403, user_code, "A sign-in must come from a page of this site.");
  }
  const auto session = co_await hub::sign_in(
      call.hub, {form.get("username"), form.get("password"), call.request.peer_address});
  if (!session) {
    const auto& error = session.error();
    auto reply = sign_in_page(call, code_entry(error.code).status, user_code, error.message);
    http::set_retry_after(reply.headers, error);
    co_return reply;
  }
  auto reply = see_other("/oauth/device?user_code=" + percent_encode(user_code));
  set_session_cookie(reply, call, *session);
  co_return reply;
}

Task<Result<http::Reply>> device_decide(hub::Anyone anyone, Call& call) {
  const auto form = CO_TRY(co_await read_form(call.request));
  const auto user_code = form.get("user_code");
  const auto* user = browser_user(anyone);
  if (user == nullptr) co_return sign_in_page(call, 401, user_code, "Please sign in first.");
  if (!is_own_form(anyone, call, form)) {
    co_return code_page(call, *user, 403, user_code,
                        "This request did not come from this page. Try again.");
  }
  const auto decision = parse_decision(form.get("decision"));
  if (!decision) co_return refusal_page(call, *user, user_code, decision.error());
  const auto done = co_await call.hub.pool.run(
      [&] { return hub::decide_device_login(call.hub, *user, user_code, *decision); });
  if (!done) co_return refusal_page(call, *user, user_code, done.error());
  co_return decision_page(call, *user, *decision);
}

}  // namespace kohaku::api
