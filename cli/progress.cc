#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/terminal_text.h"

namespace kohaku::cli {
namespace {

constexpr std::size_t bar_columns = 24;
constexpr auto pause = std::chrono::milliseconds(100);

std::string bytes_in_words(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> units{"B", "KB", "MB", "GB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 1000 && unit + 1 < units.size(); ++unit) amount /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, units[unit]);
}

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(share * bar_columns);
  std::string text;
  for (std::size_t i = 0; i < bar_columns; ++i) text += i < full ? "█" : "░";
  return text;
}

}  // namespace

std::string progress_line(std::string_view what, std::uint64_t received, std::uint64_t total,
                          std::size_t width) {
  auto line = fmt::format("{}  {}", what, bytes_in_words(received));
  if (total > 0) {
    const double share = std::min(1.0, static_cast<double>(received) / static_cast<double>(total));
    line = fmt::format("{}  [{}]  {:.0f} %  {}", what, bar(share), share * 100,
                       bytes_in_words(received));
  }
  return cut(line, width);
}

Progress::Progress(const Screen& err, std::string what) : err_(err), what_(std::move(what)) {}

Progress::~Progress() {
  if (is_shown_) err_.print("\r\x1b[K");
}

void Progress::show(std::uint64_t received, std::uint64_t total) {
  if (!err_.is_terminal) return;
  const auto now = std::chrono::steady_clock::now();
  if (is_shown_ && now - shown_at_ < pause) return;
  is_shown_ = true;
  shown_at_ = now;
  // One column less, as some terminals begin a new line after the last.
  err_.print("\r\x1b[K" + progress_line(what_, received, total, err_.width - 1));
  std::fflush(err_.file);
}

}  // namespace kohaku::cli
