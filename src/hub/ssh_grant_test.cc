#include "hub/ssh_grant.h"

#include "base/encoding.h"
#include "hub/reading_fixture.h"
#include "hub/ssh_key.h"

namespace kohaku::hub {
namespace {

constexpr auto text_of_key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr laptop";

class SshGrantTest : public ReadingTest {
 protected:
  SshGrantTest()
      : ada_(add_account("ada")),
        bob_(add_account("bob")),
        secret_(add_repo(ada_, "secret", true)),
        other_(add_repo(ada_, "other", true)) {
    config().base_url = "https://hub.example.org";
    key_ = value_of(add_ssh_key(hub(), ada_.id, "", text_of_key)).key;
  }
  Config& config() { return const_cast<Config&>(hub().config); }  // NOLINT: the fixture's own

  Result<SshGrant> grant(const std::string& text) {
    const auto command = value_of(parse_ssh_command(text));
    const auto caller = TRY(caller_behind_key(hub(), key_.id));
    const auto repo = TRY(repo_of_command(hub(), caller, command));
    return grant_lfs(hub(), key_.id, command, repo);
  }
  Caller identify(const std::string& token) {
    const std::string header = "Bearer " + token;
    return value_of(Access(hub()).identify({.authorization = header, .session_cookie = {}}));
  }

  User ada_;
  User bob_;
  Repo secret_;
  Repo other_;
  SshKey key_;
};

TEST_F(SshGrantTest, KeysAreKeptOnceWhoseverTheyAre) {
  EXPECT_EQ(key_.title, "laptop");
  EXPECT_EQ(add_ssh_key(hub(), ada_.id, "", text_of_key).error().code, Code::conflict);
  EXPECT_EQ(add_ssh_key(hub(), bob_.id, "", text_of_key).error().code, Code::conflict);
  EXPECT_EQ(remove_ssh_key(hub(), bob_.id, key_.id).error().code, Code::not_found);
  const auto login = read([&](db::Connection& c) { return find_ssh_login(c, key_.fingerprint); });
  ASSERT_TRUE(login);
  EXPECT_EQ(login->user_name, "ada");
  EXPECT_EQ(login->type + " " + login->public_key + " laptop", text_of_key);
  value_of(touch_ssh_key(hub(), key_.id));
  EXPECT_EQ(read([&](db::Connection& c) { return find_ssh_key(c, ada_.id, key_.id); }).last_used,
            clock().now());
  execute("UPDATE account SET is_active = 0 WHERE id = ?1", ada_.id);
  EXPECT_FALSE(read([&](db::Connection& c) { return find_ssh_login(c, key_.fingerprint); }));
}

TEST_F(SshGrantTest, NobodyKeepsKeysWithoutEnd) {
  for (int i = 1; i < most_ssh_keys; ++i) {
    execute("INSERT INTO ssh_key (user_id, title, key_type, public_key, fingerprint, created_at) "
            "VALUES (?1, 't', 'ssh-ed25519', 'AAAA', ?2, 1)",
            ada_.id, sha256(std::to_string(i)));
  }
  auto other = std::string(text_of_key);
  other.replace(other.find("Gtra"), 4, "Gtrb");
  EXPECT_EQ(add_ssh_key(hub(), ada_.id, "", other).error().code, Code::unprocessable);
  EXPECT_TRUE(add_ssh_key(hub(), bob_.id, "", other));
}

TEST_F(SshGrantTest, AGrantOpensOneRepository) {
  const auto made = value_of(grant("git-lfs-authenticate ada/secret.git upload"));
  EXPECT_EQ(made.href, "https://hub.example.org/ada/secret.git/info/lfs");
  const auto caller = identify(made.token);
  const Access access(hub());
  EXPECT_TRUE(access.writable(caller, RepoType::model, {"ada", "secret"}));
  EXPECT_EQ(access.writable(caller, RepoType::model, {"ada", "other"}).error().code,
            Code::repo_not_found);
  EXPECT_EQ(access.anyone(caller).error().code, Code::bad_credentials);
  EXPECT_EQ(access.signed_in(caller).error().code, Code::bad_credentials);
  EXPECT_EQ(access.signed_in_writer(caller).error().code, Code::bad_credentials);
  EXPECT_EQ(access.namespace_writer(caller, "ada").error().code, Code::bad_credentials);
  EXPECT_EQ(access.org_admin(caller, "ada").error().code, Code::bad_credentials);
}

TEST_F(SshGrantTest, AGrantForReadingDoesNotWrite) {
  const auto caller = identify(value_of(grant("git-lfs-authenticate ada/secret download")).token);
  const Access access(hub());
  EXPECT_TRUE(access.readable_content(caller, RepoType::model, {"ada", "secret"}));
  EXPECT_EQ(access.writable(caller, RepoType::model, {"ada", "secret"}).error().code,
            Code::forbidden);
}

TEST_F(SshGrantTest, ItEndsWithTimeAndWithItsKey) {
  const auto token = value_of(grant("git-lfs-authenticate ada/secret upload")).token;
  clock().advance_seconds(ssh_grant_seconds - 1);
  EXPECT_TRUE(identify(token).user);
  clock().advance_seconds(1);
  EXPECT_TRUE(identify(token).bad_credentials);
  const auto second = value_of(grant("git-lfs-authenticate ada/secret upload")).token;
  value_of(remove_ssh_key(hub(), ada_.id, key_.id));
  EXPECT_TRUE(identify(second).bad_credentials);
}

TEST_F(SshGrantTest, ForgedGrantsAreNobodys) {
  const auto token = value_of(grant("git-lfs-authenticate ada/secret download")).token;
  auto writing = token;
  writing.replace(writing.find(".0."), 3, ".1.");
  for (const auto& forged :
       {writing, token + "x", token.substr(0, token.size() - 1), std::string("ssh."),
        std::string("ssh.1.1.1.99999999999."), "ssh.1" + token.substr(5) + "."}) {
    EXPECT_TRUE(identify(forged).bad_credentials) << forged;
  }
}

TEST_F(SshGrantTest, AStrangerSeesNothing) {
  value_of(remove_ssh_key(hub(), ada_.id, key_.id));
  key_ = value_of(add_ssh_key(hub(), bob_.id, "", text_of_key)).key;
  EXPECT_EQ(grant("git-lfs-authenticate ada/secret download").error().code, Code::repo_not_found);
  EXPECT_EQ(grant("git-lfs-authenticate ada/none download").error().code, Code::repo_not_found);
}

TEST_F(SshGrantTest, WithoutAnAddressThereIsNoAnswer) {
  config().base_url.clear();
  EXPECT_EQ(grant("git-lfs-authenticate ada/secret download").error().code, Code::not_implemented);
}

}  // namespace
}  // namespace kohaku::hub
