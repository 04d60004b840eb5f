#include "hub/sign_in.h"

#include <fmt/format.h>

#include <utility>

#include "base/repo_name.h"
#include "hub/email_verification.h"
#include "hub/guards.h"

namespace kohaku::hub {
namespace {

// Counts an attempt before its password is checked, so that parallel ones count too; a right
// password takes its own back.
class CountedAttempt {
 public:
  CountedAttempt(Hub& hub, const Attempt& attempt)
      : guards_(*hub.guards), name_(normalize_name(attempt.name)), address_(attempt.address) {
    const auto now = hub.clock.now();
    allowed_ = guards_.sign_ins_by_name_and_address.try_once(pair(), now) &&
               guards_.sign_ins_by_address.try_once(address_, now) &&
               guards_.sign_ins_by_name.try_once(name_, now);
  }

  Result<> check() const {
    if (allowed_) return {};
    return fail_too_many("Too many failed sign-ins. Try again in a few minutes.",
                         sign_in_window_seconds);
  }

  void succeeded() {
    guards_.sign_ins_by_name_and_address.forget(pair());
    guards_.sign_ins_by_address.take_back(address_);
    guards_.sign_ins_by_name.take_back(name_);
  }

 private:
  std::string pair() const { return fmt::format("{} {}", address_, name_); }

  Guards& guards_;
  std::string name_;
  std::string address_;
  bool allowed_ = false;
};

Result<> check_account_state(Hub& hub, const Account& account) {
  if (!account.is_active) return fail(Code::forbidden, "This account is disabled.");
  if (account.email_verified || !hub.config.require_email_verification) return {};
  return fail(Code::forbidden,
              "Please confirm your e-mail address first. We have sent you a letter with a link.");
}

}  // namespace

Task<Result<Account>> check_sign_in(Hub& hub, Attempt attempt) {
  CountedAttempt counted(hub, attempt);
  CO_TRY(counted.check());
  auto account =
      CO_TRY(hub.database.read_now([&](auto& c) { return find_account(c, attempt.name); }));
  const auto stored = account ? account->password_hash : std::nullopt;
  if (!CO_TRY(co_await hub.guards->passwords.verify(std::move(attempt.password), stored))) {
    co_return fail(Code::bad_credentials, "Invalid username or password");
  }
  counted.succeeded();
  const auto state = check_account_state(hub, *account);
  if (!state && account->is_active) {
    CO_TRY(co_await hub.pool.run([&] { return resend_verification(hub, *account); }));
  }
  CO_TRY(state);
  co_return std::move(*account);
}

Task<Result<Session>> sign_in(Hub& hub, Attempt attempt) {
  const auto account = CO_TRY(co_await check_sign_in(hub, std::move(attempt)));
  const auto session = make_session(hub, {account.id, account.name});
  const auto now = hub.clock.now();
  CO_TRY(co_await hub.database.write(
      [&](db::Connection& connection) { return insert_session(connection, session, now); }));
  co_return session;
}

}  // namespace kohaku::hub
