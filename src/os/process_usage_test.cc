#include "os/process_usage.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "os/clock.h"
#include "os/files.h"

namespace kohaku::os {
namespace {

TEST(ProcessUsage, CountsWhatIsOpen) {
  const auto before = process_usage().open_descriptors;
  std::vector<File> files;
  for (int i = 0; i < 5; ++i) files.push_back(*open_for_reading("/proc/self/stat"));
  EXPECT_EQ(process_usage().open_descriptors, before + 5);
  EXPECT_GE(process_usage().most_descriptors, before + 5);
}

TEST(ProcessUsage, SeesMemoryAndTime) {
  constexpr std::size_t bytes = std::size_t{64} << 20U;
  const auto before = process_usage();
  std::vector<char> touched(bytes, 'x');
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  while (std::chrono::steady_clock::now() < end) touched[0] = static_cast<char>(touched[0] + 1);
  const auto after = process_usage();
  EXPECT_GE(after.resident_bytes, before.resident_bytes + bytes * 9 / 10);
  EXPECT_GE(after.virtual_bytes, after.resident_bytes);
  EXPECT_GT(after.cpu_seconds, before.cpu_seconds);
}

TEST(ProcessUsage, KnowsWhenItStarted) {
  const auto now = SystemClock().now();
  const auto started = process_usage().started;
  // The kernel's second of the boot is rounded.
  EXPECT_LE(started, now.plus_seconds(2));
  EXPECT_GT(started, now.plus_seconds(-600));
}

}  // namespace
}  // namespace kohaku::os
