// Where the program prints: a terminal with its width and colours, or a file or pipe that gets neither.
#pragma once

#include <cstddef>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kohaku::cli {

// Reads one variable; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

Environment process_environment();

enum class Style { plain, bold, dim, bar };

// `file` must outlive it.
struct Screen {
  std::FILE* file = nullptr;
  bool is_terminal = false;
  bool has_colours = false;
  std::size_t width = 80;  // columns; of meaning on a terminal only

  void print(std::string_view text) const;
  std::string styled(std::string_view text, Style style) const;  // as it is, without colours
};

// Colours on a terminal only, and not with NO_COLOR (no-color.org) or TERM=dumb.
Screen open_screen(std::FILE* file, const Environment& environment);

}  // namespace kohaku::cli
