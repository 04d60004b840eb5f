#include "cli/table.h"

#include <gtest/gtest.h>

#include "cli/screen_fixture.h"

namespace kohaku::cli {
namespace {

Table sample() {
  Table table(
      {{.title = "Name", .align = Align::left, .may_be_cut = true}, {.title = "Downloads"}});
  table.add({"模型/gpt", "1,234"});
  table.add({"a-long/repository-name", "7"});
  return table;
}

TEST(Table, AlignsByWhatATerminalShows) {
  MemoryScreen pipe;
  sample().print(pipe.screen);
  EXPECT_EQ(pipe.text(), "Name                    Downloads\n"
                         "模型/gpt                    1,234\n"
                         "a-long/repository-name          7\n");
}

TEST(Table, IsAsWideAsWhatItShows) {
  MemoryScreen pipe;
  Table table({{.title = "Name", .align = Align::left}, {.title = "Likes"}});
  table.add({"模型模型", "1"});
  table.print(pipe.screen);
  EXPECT_EQ(pipe.text(), "Name      Likes\n"
                         "模型模型      1\n");
}

TEST(Table, CutsNamesOnANarrowTerminal) {
  MemoryScreen terminal(25);
  sample().print(terminal.screen);
  EXPECT_EQ(terminal.text(), "Name            Downloads\n"
                             "模型/gpt            1,234\n"
                             "a-long/reposi…          7\n");
}

TEST(Table, KeepsNumbersWholeHoweverNarrow) {
  MemoryScreen terminal(3);
  sample().print(terminal.screen);
  EXPECT_EQ(terminal.text(), "Name      Downloads\n"
                             "模型/gpt      1,234\n"
                             "a-long/…          7\n");
}

TEST(Table, ColoursOnlyWhereThereAreColours) {
  MemoryScreen terminal(80, true);
  Table table({{.title = "Day", .align = Align::left}});
  table.add({"today"});
  table.print(terminal.screen);
  EXPECT_EQ(terminal.text(), "\x1b[1mDay\x1b[0m\ntoday\n");
}

TEST(Table, WritesOutWhatATerminalWouldActUpon) {
  MemoryScreen terminal(80);
  Table table({{.title = "Name", .align = Align::left}});
  table.add({"\x1b]0;owned\x07"});
  table.print(terminal.screen);
  EXPECT_EQ(terminal.text(), "Name\n\\x1b]0;owned\\x07\n");
}

}  // namespace
}  // namespace kohaku::cli
