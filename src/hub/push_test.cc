#include "hub/push.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "git/lfs_pointer.h"
#include "git/tree_editor.h"
#include "hub/commit_draft.h"
#include "hub/commit_fixture.h"
#include "hub/push_refs.h"

namespace kohaku::hub {
namespace {

struct Made {
  Sha1 id;
  std::string pack;
};

// A connection that stays open behind the pack.
class OpenBody final : public http::BodyReader {
 public:
  explicit OpenBody(std::string text) : text_(std::move(text), 1000, false) {}
  Task<Result<Bytes>> read() override {
    const auto piece = co_await text_.read();
    if (!piece->empty()) co_return piece;
    boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                    std::chrono::seconds(30));
    co_await never.async_wait(boost::asio::use_awaitable);
    co_return fail(Code::request_timeout, "Nothing came.");
  }
  std::optional<std::uint64_t> declared_length() const override { return std::nullopt; }
  void set_limit(std::uint64_t) override {}

 private:
  TextBody text_;
};

class PushTest : public CommitTest {
 protected:
  // A commit upon another as a client makes it, and the pack that it sends.
  Made make(const std::string& path, const std::string& content,
            std::optional<Sha1> parent = std::nullopt, std::uint32_t mode = git::mode_file) {
    const auto repository = value_of(hub().repositories.get(repo_.id));
    auto pack = value_of(git::PackWriter::create(hub().repositories.staging(repo_.id)));
    git::Commit commit;
    std::optional<Sha1> root;
    if (parent) {
      root = value_of(repository->commit(*parent))->tree;
      commit.parents.push_back(*parent);
    }
    git::TreeEditor editor(*repository, root);
    const auto blob = value_of(pack.add(git::ObjectType::blob, as_bytes(content)));
    value_of(editor.put(value_of(RepoPath::parse(path)), mode, blob));
    commit.tree = value_of(editor.write(pack));
    commit.author = commit.committer = {"ada", "ada@example.org", clock().now(), 0};
    commit.message = "Pushed";
    Made made;
    made.id = value_of(pack.add(git::ObjectType::commit, as_bytes(git::serialize_commit(commit))));
    const auto staged = value_of(pack.finish());
    made.pack = value_of(os::read_whole(staged.pack_file, 1 << 24));
    value_of(os::remove_file(staged.pack_file));
    value_of(os::remove_file(staged.index_file));
    return made;
  }

  PushReport push(std::vector<git::RefCommand> commands, const std::string& pack,
                  bool atomic = false) {
    const git::PushRequest request{std::move(commands), true, true, atomic};
    TextBody body(pack, 1000, false);
    return run_task(hub::push(hub(), writable(), request, {}, body));
  }
  PushReport push_on_open_connection(git::RefCommand command, const std::string& pack) {
    const git::PushRequest request{{std::move(command)}, true, true, false};
    OpenBody body(pack);
    return run_task(hub::push(hub(), writable(), request, {}, body, PackEnd::of_pack));
  }
  PushReport push_main(const Made& made) {
    return push({{"refs/heads/main", head(repo_), made.id}}, made.pack);
  }
  std::int64_t registered_packs() {
    return std::get<0>(*read([&](db::Connection& c) {
      return c.sql("SELECT COUNT(*) FROM pack WHERE repo_id = ?1")
          .bind(repo_.id)
          .first<std::int64_t>();
    }));
  }
  // Nothing was taken: every ref is refused, and what was said of the first.
  std::string refusal(const PushReport& report, const Sha1& before) {
    EXPECT_EQ(before, *head(repo_));
    EXPECT_TRUE(value_of(os::list(hub().repositories.staging(repo_.id))).empty());
    auto said = report.refs.front().refusal;
    EXPECT_NE("", said);
    for (const auto& message : report.messages) said += "\n" + message;
    return said;
  }
};

TEST_F(PushTest, MovesTheBranchAndTellsTheApi) {
  const auto made = make("folder/a.txt", "pushed", head(repo_));
  const auto before = registered_packs();
  const auto report = push_main(made);
  EXPECT_EQ("ok", report.unpack);
  EXPECT_EQ("", report.refs.front().refusal);
  EXPECT_EQ(made.id, *head(repo_));
  EXPECT_EQ(before + 1, registered_packs());
  EXPECT_EQ("pushed", show("folder/a.txt"));
  EXPECT_EQ("", fsck());
  const auto changed_by = read([&](db::Connection& c) {
    return c
        .sql("SELECT commit_id FROM path_change WHERE repo_id = ?1 AND folder = 'folder' AND "
             "name = 'a.txt'")
        .bind(repo_.id)
        .first<Sha1>();
  });
  ASSERT_TRUE(changed_by);
  EXPECT_EQ(made.id, std::get<0>(*changed_by));
  must_commit(header_line("Upon it") + file_line("b.txt", "b"));
  EXPECT_EQ("3\n", git({"rev-list", "--count", "main"}));
}

TEST_F(PushTest, APackMayEndByItself) {
  std::signal(SIGPIPE, SIG_IGN);  // as the server does
  const auto before = *head(repo_);
  const auto made = make("noise.txt", store::noise(300'000), before);
  const auto damaged =
      push_on_open_connection({"refs/heads/main", before, made.id}, "PACK" + made.pack.substr(8));
  EXPECT_NE("ok", damaged.unpack);
  const auto refused = push_on_open_connection({"refs/pr/1", std::nullopt, made.id}, made.pack);
  ASSERT_EQ(1,
            refused.messages.size());  // nobody reads the pack: the client may not show the report
  EXPECT_EQ("refs/pr/1: " + refused.refs.front().refusal, refused.messages.front());
  const auto taken = push_on_open_connection({"refs/heads/main", before, made.id}, made.pack);
  EXPECT_EQ("", taken.refs.front().refusal);
  EXPECT_EQ(made.id, *head(repo_));
  const auto side = git::RefCommand{"refs/heads/side", std::nullopt, made.id};
  EXPECT_EQ("", push({side}, made.pack).refs.front().refusal);
  EXPECT_EQ(
      "",
      push_on_open_connection({"refs/heads/side", made.id, std::nullopt}, "").refs.front().refusal);
}

TEST_F(PushTest, WhatTheApiWouldRefuseIsRefused) {
  const auto before = *head(repo_);
  const auto large = make("large.dat", std::string(hub().config.lfs_threshold_bytes, 'x'), before);
  EXPECT_NE(std::string::npos, refusal(push_main(large), before).find("'large.dat' has 10000000"));
  const auto link = make("sub/link", "../../out", before, git::mode_symlink);
  EXPECT_NE(std::string::npos, refusal(push_main(link), before).find("'sub/link' leads out"));
  const auto pointer =
      make("model.bin", git::serialize_pointer({sha256("nobody has this"), 15}), before);
  EXPECT_NE(std::string::npos, refusal(push_main(pointer), before).find("was not uploaded"));
  EXPECT_TRUE(push_main(make("sub/link", "../inside", before, git::mode_symlink))
                  .refs.front()
                  .refusal.empty());
}

TEST_F(PushTest, APointerToWhatTheRepositoryHoldsIsTaken) {
  const auto oid = upload("large content");
  const auto made = make("model.bin", git::serialize_pointer({oid, 13}), head(repo_));
  EXPECT_EQ("", push_main(made).refs.front().refusal);
  const auto versions = read([&](db::Connection& c) {
    return c.sql("SELECT path, commit_id FROM lfs_version WHERE repo_id = ?1 AND sha256 = ?2")
        .bind(repo_.id, oid)
        .all<std::string, Sha1>();
  });
  ASSERT_EQ(1U, versions.size());
  EXPECT_EQ(std::tuple("model.bin", made.id), versions.front());
}

TEST_F(PushTest, DamageAndMissingObjectsAreRefused) {
  const auto before = *head(repo_);
  auto made = make("a.txt", "pushed", before);
  auto cut = made;
  cut.pack.resize(cut.pack.size() / 2);
  EXPECT_NE("ok", push_main(cut).unpack);
  EXPECT_NE("", refusal(push_main(cut), before));
  const auto other = make("b.txt", "other", before);
  EXPECT_NE(std::string::npos,
            refusal(push_main({made.id, other.pack}), before).find("Objects are missing"));
}

TEST_F(PushTest, TheDefaultBranchOnlyGoesForwardUnlessNobodyHasAddedToIt) {
  const auto first = make("own.txt", "a history of its own");
  EXPECT_EQ("", push_main(first).refs.front().refusal) << "only the hub's own commit is lost";
  EXPECT_EQ(std::vector<std::string>{"own.txt"}, files());
  const auto second = make("other.txt", "another history");
  EXPECT_NE(std::string::npos, refusal(push_main(second), first.id).find("non-fast-forward"));
  EXPECT_NE("", refusal(push({{"refs/heads/main", first.id, std::nullopt}}, ""), first.id));
}

TEST_F(PushTest, AnotherBranchTakesThePlaceOfAnUntouchedDefaultBranch) {
  const auto first = *head(repo_);
  const auto made = make("own.txt", "a history of its own");
  const git::RefCommand deletion{"refs/heads/main", first, std::nullopt};
  const std::vector<git::RefCommand> both = {
      deletion, {"refs/heads/a", std::nullopt, made.id}, {"refs/heads/b", std::nullopt, made.id}};
  EXPECT_EQ("atomic push failed", push(both, made.pack, true).refs[1].refusal);
  const auto report =
      push({deletion, {"refs/heads/a", std::nullopt, made.id}, {"refs/heads/master", {}, made.id}},
           made.pack, true);
  EXPECT_EQ("", report.refs[0].refusal);
  EXPECT_EQ(std::vector<std::string>{"'master' is the default branch now."}, report.messages);
  EXPECT_FALSE(head(repo_));
  EXPECT_EQ("master", writable().repo().default_branch);
  EXPECT_EQ(made.id, last_change("", "own.txt"));
  EXPECT_EQ(made.id, value_of(resolve_revision(hub(), repo_, "main")).commit);
  const auto next = must_commit(header_line("Upon it") + file_line("b.txt", "b"));
  EXPECT_EQ(next, *head(repo_, "master"));
}

TEST_F(PushTest, WhatItBorrowsMustStillBeThere) {
  const auto lost = make("lost.txt", "put in place and refused", head(repo_));
  const git::RefCommand stale{"refs/heads/main", sha1(as_bytes("stale")), lost.id};
  EXPECT_NE("", push({stale}, lost.pack).refs.front().refusal);
  PushedHistory history;
  history.borrowed.push_back(lost.id);
  const git::PushRequest request{{{"refs/heads/x", std::nullopt, lost.id}}, true, true, false};
  PushReport report{.refs = {{"refs/heads/x", ""}}};
  EXPECT_TRUE(value_of(plan_refs(hub(), writable(), request, history, report)));
  history.borrowed.push_back(sha1(as_bytes("nobody has this")));
  const auto planned = plan_refs(hub(), writable(), request, history, report);
  ASSERT_FALSE(planned);
  EXPECT_EQ(Code::unavailable, planned.error().code);
}

TEST_F(PushTest, AnAtomicPushMovesAllRefsOrNone) {
  const auto before = *head(repo_);
  const auto made = make("a.txt", "pushed", before);
  const std::vector<git::RefCommand> commands = {
      {"refs/heads/good", std::nullopt, made.id},
      {"refs/heads/main", sha1(as_bytes("stale")), made.id}};
  const auto refused = push(commands, made.pack, true);
  EXPECT_EQ("atomic push failed", refused.refs[0].refusal);
  EXPECT_EQ("fetch first: somebody else changed it", refused.refs[1].refusal);
  EXPECT_FALSE(head(repo_, "good"));
  const auto partly = push(commands, made.pack);
  EXPECT_EQ("", partly.refs[0].refusal);
  EXPECT_NE("", partly.refs[1].refusal);
  EXPECT_EQ(made.id, *head(repo_, "good"));
  EXPECT_EQ(before, *head(repo_));
}

TEST_F(PushTest, BeyondTheQuotaNothingIsTaken) {
  const auto before = *head(repo_);
  execute("UPDATE repository SET quota_bytes = 2000 WHERE id = ?1", repo_.id);
  const auto packs = directory(repo_) / "objects" / "pack";
  const auto files_before = value_of(os::list(packs)).size();
  const auto made = make("noise.bin", store::noise(5000), before);
  EXPECT_NE(std::string::npos, refusal(push_main(made), before).find("may hold 2000 bytes"));
  EXPECT_EQ(files_before, value_of(os::list(packs)).size());
  EXPECT_EQ("", push_main(make("a.txt", "a", before)).refs.front().refusal);
}

TEST_F(PushTest, NamesAreChecked) {
  const auto made = make("a.txt", "pushed", head(repo_));
  for (const auto* name : {"refs/heads/-x", "refs/heads/a..b", "refs/pr/1", "refs/notes/x", "HEAD",
                           "refs/heads/main/below"}) {
    EXPECT_NE("", push({{name, std::nullopt, made.id}}, made.pack).refs.front().refusal) << name;
  }
  const auto twice =
      push({{"refs/heads/x", std::nullopt, made.id}, {"refs/heads/x", std::nullopt, made.id}},
           made.pack);
  EXPECT_EQ("", twice.refs[0].refusal);
  EXPECT_EQ("named twice", twice.refs[1].refusal);
}

}  // namespace
}  // namespace kohaku::hub
