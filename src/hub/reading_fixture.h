// What the tests of reading share: a hub over real SQLite and real packs in a directory that goes
// away, and repositories whose whole tree each commit gives.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "db/database.h"
#include "git/pack_writer.h"
#include "git/repository.h"
#include "git/tree_editor.h"
#include "hub/access.h"
#include "hub/hub.h"
#include "hub/repo.h"
#include "os/files.h"

namespace kohaku::hub {

using Files = std::map<std::string, std::string>;

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
  return std::move(*result);
}
inline void value_of(Result<> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
}

class ReadingTest : public testing::Test {
 protected:
  ReadingTest()
      : root_(os::Path(testing::TempDir()) / ("reading_" + random_text(12))),
        clock_(Micros::from_seconds(1'700'000'000)),
        pool_(1) {
    value_of(os::make_directories(root_));
    secrets_ = std::make_unique<Secrets>(value_of(Secrets::open(root_ / "secrets")));
    database_ = value_of(db::Database::open((root_ / "hub.db").string()));
    repositories_ = value_of(git::Repositories::open(root_ / "repositories"));
    objects_ = value_of(store::ObjectStore::open(root_ / "store", *database_, clock_, pool_));
    hub_.reset(new Hub{config_, *secrets_, clock_, pool_, *database_, *repositories_, *objects_});
  }
  ~ReadingTest() override {
    hub_.reset();
    objects_.reset();
    repositories_.reset();
    database_.reset();
    EXPECT_TRUE(os::remove_tree(root_));
  }

  Hub& hub() { return *hub_; }
  os::ManualClock& clock() { return clock_; }

  template <class Function>
  auto read(Function function) {
    return value_of(database_->read_now(std::move(function)));
  }

  // Runs one statement with its arguments, durably; gives the last row's id.
  template <class... Arguments>
  std::int64_t execute(std::string sql, Arguments... arguments) {
    return value_of(database_->write_now([&](db::Connection& c) -> Result<std::int64_t> {
      TRY(c.sql(sql).bind(arguments...).run());
      return c.last_insert_id();
    }));
  }

  User add_account(const std::string& name, const std::string& kind = "user") {
    const auto id =
        execute("INSERT INTO account (kind, name, lookup_name, created_at) VALUES (?1, ?2, ?3, ?4)",
                kind, name, normalize_name(name), clock_.now());
    return User{AccountId{id}, name};
  }
  void join(const User& org, const User& user, const std::string& role) {
    execute("INSERT INTO membership (org_id, user_id, role, created_at) VALUES (?1, ?2, ?3, ?4)",
            org.id, user.id, role, clock_.now());
  }

  Repo add_repo(const User& owner, const std::string& name, bool is_private = false,
                RepoType type = RepoType::model) {
    const auto id =
        execute("INSERT INTO repository (type, owner_id, name, lookup_name, private, created_at, "
                "updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
                to_string(type), owner.id, name, normalize_name(name), is_private, clock_.now());
    value_of(repositories_->create(RepoId{id}));
    return *read([&](db::Connection& c) { return find_repo_by_id(c, RepoId{id}); });
  }

  static Caller caller(const User& user) {
    Caller caller;
    caller.user = user;
    return caller;
  }

  // Makes the whole tree of main be `files`; a minute later than the commit before.
  Sha1 commit(const Repo& repo, const Files& files, const std::string& message = "Change files",
              const std::string& branch = "main") {
    clock_.advance_seconds(60);
    const auto repository = value_of(repositories_->get(repo.id));
    auto pack = value_of(git::PackWriter::create(repositories_->staging(repo.id)));
    const auto parent = head(repo, branch);
    git::Commit commit;
    commit.tree = write_tree(*repository, pack, files);
    if (parent) commit.parents.push_back(*parent);
    commit.author = commit.committer = {"ada", "ada@example.org", clock_.now(), 0};
    commit.message = message;
    const auto id =
        value_of(pack.add(git::ObjectType::commit, as_bytes(git::serialize_commit(commit))));
    value_of(repository->publish(value_of(pack.finish())));
    set_ref(repo, "refs/heads/" + branch, id);
    return id;
  }

  void set_ref(const Repo& repo, const std::string& name, const Sha1& id) {
    execute("DELETE FROM ref WHERE repo_id = ?1 AND name = ?2", repo.id, name);
    execute("INSERT INTO ref (repo_id, name, target, commit_id, updated_at) "
            "VALUES (?1, ?2, ?3, ?3, ?4)",
            repo.id, name, id, clock_.now());
  }

  std::optional<Sha1> head(const Repo& repo, const std::string& branch = "main") {
    const auto row = read([&](db::Connection& c) {
      return c.sql("SELECT commit_id FROM ref WHERE repo_id = ?1 AND name = ?2")
          .bind(repo.id, "refs/heads/" + branch)
          .template first<Sha1>();
    });
    if (!row) return std::nullopt;
    return std::get<0>(*row);
  }

  os::Path directory(const Repo& repo) { return repositories_->directory(repo.id); }
  const os::Path& root() const { return root_; }

 private:
  static Sha1 write_tree(const git::Repository& repository, git::PackWriter& pack,
                         const Files& files) {
    git::TreeEditor editor(repository, std::nullopt);
    for (const auto& [path, content] : files) {
      const auto blob = value_of(pack.add(git::ObjectType::blob, as_bytes(content)));
      value_of(editor.put(value_of(RepoPath::parse(path)), git::mode_file, blob));
    }
    return value_of(editor.write(pack));
  }

  os::Path root_;
  Config config_;
  os::ManualClock clock_;
  os::Pool pool_;
  std::unique_ptr<Secrets> secrets_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<git::Repositories> repositories_;
  std::unique_ptr<store::ObjectStore> objects_;
  std::unique_ptr<Hub> hub_;
};

}  // namespace kohaku::hub
