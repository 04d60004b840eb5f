// A screen for tests that remembers what was printed.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "cli/screen.h"

namespace kohaku::cli {

class MemoryScreen {
 public:
  // A pipe, unless a width is given: then a terminal, with colours if so.
  explicit MemoryScreen(std::size_t terminal_width = 0, bool has_colours = false) {
    screen.file = open_memstream(&text_, &size_);
    screen.is_terminal = terminal_width > 0;
    screen.width = terminal_width > 0 ? terminal_width : 80;
    screen.has_colours = has_colours;
  }
  MemoryScreen(const MemoryScreen&) = delete;
  MemoryScreen& operator=(const MemoryScreen&) = delete;
  ~MemoryScreen() {
    std::fclose(screen.file);
    std::free(text_);
  }

  std::string text() {
    std::fflush(screen.file);
    return {text_, size_};
  }

  Screen screen;

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace kohaku::cli
