#include "cli/screen.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace kohaku::cli {
namespace {

std::size_t terminal_width(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string_view escape(Style style) {
  switch (style) {
    case Style::plain: return "";
    case Style::bold: return "\x1b[1m";
    case Style::dim: return "\x1b[2m";
    case Style::bar: return "\x1b[32m";
  }
  return "";
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

void Screen::print(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), file);  // whether all of it went out is asked at the end
}

std::string Screen::styled(std::string_view text, Style style) const {
  if (!has_colours || text.empty() || style == Style::plain) return std::string(text);
  return fmt::format("{}{}\x1b[0m", escape(style), text);
}

Screen open_screen(std::FILE* file, const Environment& environment) {
  Screen screen{.file = file};
  screen.is_terminal = ::isatty(::fileno(file)) == 1;
  if (!screen.is_terminal) return screen;
  screen.has_colours = environment("NO_COLOR").value_or("").empty() &&
                       environment("TERM").value_or("dumb") != "dumb";
  screen.width = terminal_width(::fileno(file));
  return screen;
}

}  // namespace kohaku::cli
