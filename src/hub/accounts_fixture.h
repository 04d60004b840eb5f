// What the tests of people share: a hub over a real database in a directory that goes away, with a
// clock that stands still.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/encoding.h"
#include "db/database.h"
#include "git/repository.h"
#include "hub/access.h"
#include "hub/accounts.h"
#include "hub/admin.h"
#include "hub/hub.h"
#include "os/files.h"
#include "os/scratch_directory.h"

namespace kohaku::hub {

class AccountsTest : public testing::Test {
 protected:
  AccountsTest() : directory_(ok(os::ScratchDirectory::make(testing::TempDir()))) {
    const auto& root = directory_.path();
    secrets_ = std::make_unique<Secrets>(ok(Secrets::open(root / "secrets")));
    database_ = ok(db::Database::open((root / "hub.db").string()));
    repositories_ = ok(git::Repositories::open(root / "repositories"));
    pool_ = std::make_unique<os::Pool>(2);
    objects_ = ok(store::ObjectStore::open(root / "store", *database_, clock_, *pool_));
    hub_.reset(new Hub{config_, *secrets_, clock_, *pool_, *database_, *repositories_, *objects_});
  }

  Hub& hub() { return *hub_; }
  Config& config() { return config_; }
  os::ManualClock& clock() { return clock_; }

  template <class T>
  static T ok(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
    return std::move(*result);
  }
  static void ok(Result<> result) {
    if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
  }

  // The code of a failure; internal, which no rule answers, when there is none.
  template <class T>
  static Code code_of(const Result<T>& result) {
    EXPECT_FALSE(result.has_value());
    return result ? Code::internal : result.error().code;
  }

  template <class T>
  static T wait_for(Task<T> task) {
    boost::asio::io_context loop;
    auto answer = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
    loop.run();
    return answer.get();
  }

  template <class Function>
  auto read(Function function) {
    return ok(hub().database.read_now(std::move(function)));
  }

  void execute(const std::string& sql) {
    ok(hub().database.write_now([&](db::Connection& c) { return c.script(sql); }));
  }

  std::int64_t number(const std::string& sql) {
    return read([&](db::Connection& c) -> Result<std::int64_t> {
      return std::get<0>(TRY(c.sql(sql).first<std::int64_t>()).value());
    });
  }

  const os::Path& directory() const { return directory_.path(); }

  User add_user(const std::string& name, const std::optional<std::string>& password = {}) {
    ok(create_user(hub(), name, name + "@example.com", password));
    const auto account = read([&](auto& c) { return require_user(c, name); });
    return {account.id, account.name};
  }

  // Signed in as this user, with a token that may write.
  static Caller caller(const User& user) {
    Caller caller;
    caller.user = user;
    caller.credential = CredentialKind::token;
    caller.may_write = true;
    return caller;
  }

  Caller identify(const std::string& authorization, const std::string& cookie = "",
                  bool same_origin = false) {
    return ok(Access(hub()).identify({authorization, cookie, same_origin, "10.0.0.1"}));
  }

  static std::string basic(const std::string& name, const std::string& password) {
    return "Basic " + base64_encode(as_bytes(name + ":" + password));
  }

 private:
  os::ScratchDirectory directory_;
  Config config_;
  os::ManualClock clock_{Micros::from_seconds(1'700'000'000)};
  std::unique_ptr<Secrets> secrets_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<git::Repositories> repositories_;
  std::unique_ptr<os::Pool> pool_;
  std::unique_ptr<store::ObjectStore> objects_;
  std::unique_ptr<Hub> hub_;
};

}  // namespace kohaku::hub
