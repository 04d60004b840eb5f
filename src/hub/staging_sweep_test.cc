#include "hub/staging_sweep.h"

#include <chrono>
#include <filesystem>

#include "hub/commit_fixture.h"

namespace kohaku::hub {
namespace {

class StagingSweepTest : public CommitTest {
 protected:
  // A push that was left by a killed server so long ago.
  os::Path leave(const std::string& name, std::int64_t seconds_ago) {
    const auto left = hub().repositories.staging(repo_.id) / name;
    value_of(os::make_directories(left / "01/1.git/objects/pack"));
    const auto now = std::chrono::sys_seconds(std::chrono::seconds(hub().clock.now().seconds()));
    std::filesystem::last_write_time(
        left, std::chrono::file_clock::from_sys(now - std::chrono::seconds(seconds_ago)));
    return left;
  }
};

TEST_F(StagingSweepTest, RemovesWhatIsOldAndKeepsWhatMayBeAtWork) {
  const auto old = leave("push-old", longest_staging_seconds + 60);
  const auto young = leave("push-young", longest_staging_seconds - 60);
  const auto head = must_commit(header_line("Add") + file_line("a.txt", "a"));
  EXPECT_EQ(1U, value_of(sweep_staging(hub())));
  EXPECT_FALSE(os::exists(old));
  EXPECT_TRUE(os::exists(young));
  EXPECT_EQ(0U, value_of(sweep_staging(hub())));
  EXPECT_EQ("a", show("a.txt"));
  EXPECT_EQ(head.hex() + "\n", git({"rev-parse", "main"}));
}

TEST_F(StagingSweepTest, ARepositoryWithoutADirectoryIsPassedOver) {
  const auto old = leave("push-old", longest_staging_seconds + 60);
  const auto other = create("other");
  value_of(hub().repositories.remove(other.id));
  EXPECT_EQ(1U, value_of(sweep_staging(hub())));
  EXPECT_FALSE(os::exists(old));
}

}  // namespace
}  // namespace kohaku::hub
