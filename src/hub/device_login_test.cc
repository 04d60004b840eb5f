#include "hub/device_login.h"

#include "hub/accounts_fixture.h"

namespace kohaku::hub {
namespace {

using State = DevicePoll::State;

class DeviceLoginTest : public AccountsTest {
 protected:
  DeviceLogin begin() { return ok(begin_device_login(hub(), "client", "10.0.0.1")); }
  DevicePoll poll(const DeviceLogin& login, const std::string& client = "client") {
    return ok(poll_device_login(hub(), login.device_code, client));
  }

  User ada_ = add_user("ada");
};

TEST_F(DeviceLoginTest, GivesATokenOnceApproved) {
  const auto login = begin();
  EXPECT_EQ(poll(login).state, State::pending);
  EXPECT_EQ(ok(find_device_login(hub(), ada_, login.user_code)), clock().now());
  ok(decide_device_login(hub(), ada_, login.user_code, Decision::approve));
  const auto answer = poll(login);
  ASSERT_EQ(answer.state, State::approved);
  const auto caller = identify("Bearer " + answer.token->secret);
  ASSERT_TRUE(caller.user.has_value());
  EXPECT_EQ(caller.user->id, ada_.id);
  EXPECT_TRUE(caller.may_write);
  EXPECT_EQ(caller.token_name, "hf auth login (2023-11-14)");
  EXPECT_EQ(poll(login).state, State::unknown);
  EXPECT_EQ(number("SELECT count(*) FROM token"), 1);
}

TEST_F(DeviceLoginTest, GivesNothingOnceDenied) {
  const auto login = begin();
  ok(decide_device_login(hub(), ada_, login.user_code, Decision::deny));
  EXPECT_EQ(poll(login).state, State::denied);
  EXPECT_EQ(number("SELECT count(*) FROM token"), 0);
}

TEST_F(DeviceLoginTest, ADecisionIsMadeOnce) {
  const auto login = begin();
  ok(decide_device_login(hub(), ada_, login.user_code, Decision::deny));
  EXPECT_EQ(code_of(decide_device_login(hub(), ada_, login.user_code, Decision::approve)),
            Code::not_found);
  EXPECT_EQ(code_of(find_device_login(hub(), ada_, login.user_code)), Code::not_found);
  EXPECT_EQ(poll(login).state, State::denied);
}

TEST_F(DeviceLoginTest, EndsAfterAQuarterOfAnHour) {
  const auto pending = begin();
  const auto approved = begin();
  ok(decide_device_login(hub(), ada_, approved.user_code, Decision::approve));
  clock().advance_seconds(device_login_seconds);
  EXPECT_EQ(code_of(decide_device_login(hub(), ada_, pending.user_code, Decision::approve)),
            Code::not_found);
  EXPECT_EQ(poll(pending).state, State::expired);
  EXPECT_EQ(poll(approved).state, State::expired);
  clock().advance_seconds(3601);
  begin();
  EXPECT_EQ(number("SELECT count(*) FROM device_login"), 1) << "what is over is swept";
}

TEST_F(DeviceLoginTest, AsksHastyProgramsToWait) {
  const auto login = begin();
  EXPECT_EQ(poll(login).state, State::pending);
  EXPECT_EQ(poll(login).state, State::slow_down);
  clock().advance_seconds(device_poll_seconds);
  EXPECT_EQ(poll(login).state, State::pending);
}

TEST_F(DeviceLoginTest, BelongsToItsClient) {
  const auto login = begin();
  ok(decide_device_login(hub(), ada_, login.user_code, Decision::approve));
  EXPECT_EQ(poll(login, "other").state, State::unknown);
  EXPECT_EQ(poll({"wrong", login.user_code}).state, State::unknown);
  EXPECT_EQ(poll(login).state, State::approved);
  EXPECT_EQ(code_of(begin_device_login(hub(), "", "10.0.0.1")), Code::bad_request);
}

TEST_F(DeviceLoginTest, ADisabledUserApprovedInVain) {
  const auto login = begin();
  ok(decide_device_login(hub(), ada_, login.user_code, Decision::approve));
  execute("UPDATE account SET is_active = 0");
  EXPECT_EQ(poll(login).state, State::denied);
  EXPECT_EQ(number("SELECT count(*) FROM token"), 0);
}

TEST_F(DeviceLoginTest, CodesCannotBeGuessedForLong) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(code_of(find_device_login(hub(), ada_, "BCDF-GHJK")), Code::not_found);
  }
  const auto login = begin();
  EXPECT_EQ(code_of(decide_device_login(hub(), ada_, login.user_code, Decision::approve)),
            Code::too_many_requests);
}

TEST_F(DeviceLoginTest, OneAddressBeginsOnlySoMany) {
  for (int i = 0; i < 60; ++i) begin();
  EXPECT_EQ(code_of(begin_device_login(hub(), "client", "10.0.0.1")), Code::too_many_requests);
  EXPECT_TRUE(begin_device_login(hub(), "client", "10.0.0.2").has_value());
}

TEST_F(DeviceLoginTest, CodesAreReadGenerously) {
  const auto login = begin();
  EXPECT_EQ(login.user_code.size(), 9U);
  EXPECT_EQ(normalize_user_code(login.user_code), login.user_code);
  EXPECT_EQ(normalize_user_code("bcdf ghjk"), "BCDF-GHJK");
  EXPECT_EQ(normalize_user_code("bcdfghjk"), "BCDF-GHJK");
  for (const auto* typed : {"", "BCDF", "BCDF-GHJA", "BCDF-GHJKL", "BCDF-GHJ<"}) {
    EXPECT_FALSE(normalize_user_code(typed).has_value()) << typed;
  }
}

}  // namespace
}  // namespace kohaku::hub
