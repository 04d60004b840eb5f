#include "os/log.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cmath>

#include "base/repo_path.h"
#include "os/clock.h"
#include "os/log_line.h"

namespace kohaku::os {
namespace {

// The log belongs to the process, as standard error does.
std::atomic<Level> least_level = Level::info;
std::atomic<LogFormat> log_format = LogFormat::text;
std::array<std::atomic<std::uint64_t>, 4> lines{};  // by level

std::string_view name(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "error";
}

bool is_c1_control(std::string_view text, std::size_t i) {
  return text[i] == '\xC2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
}

// Nothing passes that could end the line, close a quote or speak to a terminal.
void append_escaped(std::string& line, std::string_view text, LogFormat format) {
  const bool readable = is_utf8(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto value = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (c == '\n') {
      line += "\\n";
    } else if (value < 0x20 || value == 0x7F) {
      line += fmt::format("\\u{:04x}", value);
    } else if (value >= 0x80 && !readable) {
      line += format == LogFormat::json ? std::string("\\ufffd") : fmt::format("\\x{:02x}", value);
    } else if (is_c1_control(text, i)) {
      line += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[++i]));
    } else {
      line += c;
    }
  }
}

void append_quoted(std::string& line, std::string_view text, LogFormat format) {
  line += '"';
  append_escaped(line, text, format);
  line += '"';
}

bool is_bare(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const auto value = static_cast<unsigned char>(c);
    if (value <= 0x20 || value >= 0x7F || c == '"' || c == '\\' || c == '=') return false;
  }
  return true;
}

struct AppendValue {
  std::string& line;
  LogFormat format;

  void operator()(std::string_view text) const {
    if (format == LogFormat::text && is_bare(text)) {
      line += text;
    } else {
      append_quoted(line, text, format);
    }
  }
  void operator()(std::int64_t value) const {
    fmt::format_to(std::back_inserter(line), "{}", value);
  }
  void operator()(double value) const {
    if (std::isfinite(value)) {
      fmt::format_to(std::back_inserter(line), "{}", value);
    } else {
      line += "null";  // JSON has no infinity
    }
  }
  void operator()(bool value) const { line += value ? "true" : "false"; }
};

void append_json(std::string& line, Micros time, Level level, std::string_view message,
                 std::span<const Field> fields) {
  fmt::format_to(std::back_inserter(line), R"({{"time":"{}","level":"{}","message":)",
                 iso_date(time), name(level));
  append_quoted(line, message, LogFormat::json);
  for (const auto& field : fields) {
    line += ',';
    append_quoted(line, field.key, LogFormat::json);
    line += ':';
    std::visit(AppendValue{line, LogFormat::json}, field.value);
  }
  line += "}\n";
}

void append_text(std::string& line, Micros time, Level level, std::string_view message,
                 std::span<const Field> fields) {
  fmt::format_to(std::back_inserter(line), "{} {} ", iso_date(time), name(level));
  append_escaped(line, message, LogFormat::text);
  for (const auto& field : fields) {
    line += ' ';
    append_escaped(line, field.key, LogFormat::text);
    line += '=';
    std::visit(AppendValue{line, LogFormat::text}, field.value);
  }
  line += '\n';
}

// A reader of the log that does not read may cost a line, never the server.
void write_line(std::string_view line) {
  while (!line.empty()) {
    const auto written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written > 0) {
      line.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{STDERR_FILENO, POLLOUT, 0};
      if (::poll(&ready, 1, 100) <= 0) return;
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace

std::string format_log_line(LogFormat format, Micros time, Level level, std::string_view message,
                            std::span<const Field> fields) {
  std::string line;
  line.reserve(256);
  if (format == LogFormat::json) {
    append_json(line, time, level, message, fields);
  } else {
    append_text(line, time, level, message, fields);
  }
  return line;
}

void set_up_log(Level least, LogFormat format) {
  least_level = least;
  log_format = format;
}

std::uint64_t lines_logged(Level level) {
  return lines[static_cast<std::size_t>(level)].load(std::memory_order_relaxed);
}

bool log_enabled(Level level) { return level >= least_level.load(std::memory_order_relaxed); }

void log(Level level, std::string_view message, std::initializer_list<Field> fields) {
  lines[static_cast<std::size_t>(level)].fetch_add(1, std::memory_order_relaxed);
  if (!log_enabled(level)) return;
  write_line(format_log_line(log_format.load(std::memory_order_relaxed), SystemClock().now(), level,
                             message, {fields.begin(), fields.size()}));
}

}  // namespace kohaku::os
