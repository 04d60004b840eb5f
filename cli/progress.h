// A bar on a terminal that says how much of an answer has come.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "cli/screen.h"

namespace kohaku::cli {

// `what  [██████░░░░]  60 %  1.2 MB`, in at most `width` columns; without bar and share while `total` is 0.
std::string progress_line(std::string_view what, std::uint64_t received, std::uint64_t total,
                          std::size_t width);

// One line, written over by the next and wiped out at the end. Nothing where there is no terminal.
class Progress {
 public:
  // `err` must outlive it.
  Progress(const Screen& err, std::string what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void show(std::uint64_t received, std::uint64_t total);  // more often than anybody reads is fine

 private:
  const Screen& err_;
  std::string what_;
  std::chrono::steady_clock::time_point shown_at_;
  bool is_shown_ = false;
};

}  // namespace kohaku::cli
