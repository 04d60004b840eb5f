#include "os/clock.h"

#include <gtest/gtest.h>

#include <array>
#include <ctime>

#include "os/scratch_directory.h"

namespace kohaku::os {
namespace {

TEST(Clock, SystemClockTellsMicrosecondsSince1970) {
  const auto now = SystemClock().now();
  EXPECT_LE(std::abs(now.seconds() - static_cast<std::int64_t>(std::time(nullptr))), 2);
}

TEST(Clock, ManualClockStandsStill) {
  ManualClock clock(Micros::from_seconds(100));
  EXPECT_EQ(Micros{100'000'000}, clock.now());
  clock.advance_seconds(5);
  EXPECT_EQ(105, clock.now().seconds());
  clock.set(Micros{1});
  EXPECT_EQ(Micros{1}, clock.now());
}

TEST(Clock, FileClockTellsWhatTheFileSays) {
  const auto directory = ScratchDirectory::make(std::filesystem::temp_directory_path()).value();
  const auto path = directory.path() / "clock";
  EXPECT_EQ(FileClock::open(path).error().code, Code::not_found);
  auto file = create_new(path).value();
  EXPECT_FALSE(FileClock::open(path));
  const auto set = [&](std::array<unsigned char, 8> bytes) {
    ASSERT_TRUE(file.write_at(0, std::as_bytes(std::span(bytes))));
  };
  set({0x40, 0x42, 0x0f, 0, 0, 0, 0, 0});
  const auto clock = FileClock::open(path).value();
  EXPECT_EQ(Micros{1'000'000}, clock->now());
  set({1, 0, 0, 0, 0, 0, 0, 0x10});
  EXPECT_EQ(Micros{0x1000000000000001}, clock->now());
}

}  // namespace
}  // namespace kohaku::os
