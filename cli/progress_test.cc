#include "cli/progress.h"

#include <gtest/gtest.h>

#include "cli/screen_fixture.h"

namespace kohaku::cli {
namespace {

TEST(Progress, TellsShareAndBytes) {
  EXPECT_EQ(progress_line("Export", 600'000, 1'200'000, 80),
            "Export  [████████████░░░░░░░░░░░░]  50 %  600.0 KB");
  EXPECT_EQ(progress_line("Export", 0, 10, 80), "Export  [░░░░░░░░░░░░░░░░░░░░░░░░]  0 %  0 B");
  EXPECT_EQ(progress_line("Export", 20, 10, 80), "Export  [████████████████████████]  100 %  20 B");
}

TEST(Progress, HasNoBarWhileTheEndIsUnknown) {
  EXPECT_EQ(progress_line("Export", 1'500, 0, 80), "Export  1.5 KB");
}

TEST(Progress, FitsIntoTheTerminal) { EXPECT_EQ(progress_line("Export", 1, 2, 11), "Export  [█…"); }

TEST(Progress, IsWipedOutAtTheEnd) {
  MemoryScreen terminal(40);
  Progress(terminal.screen, "Export").show(3, 0);
  EXPECT_EQ(terminal.text(), "\r\x1b[KExport  3 B\r\x1b[K");
}

TEST(Progress, LeavesFilesAndPipesAlone) {
  MemoryScreen pipe;
  Progress(pipe.screen, "Export").show(3, 0);
  EXPECT_EQ(pipe.text(), "");
}

TEST(Progress, LeavesNothingWhenNothingWasShown) {
  MemoryScreen terminal(40);
  {
    const Progress progress(terminal.screen, "Export");
  }
  EXPECT_EQ(terminal.text(), "");
}

}  // namespace
}  // namespace kohaku::cli
