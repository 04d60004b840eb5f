// The structured log: one line per event, `time level message key=value …` or JSON, on standard
// error. Callers never pass a token, password, cookie or signed query. Any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace kohaku::os {

enum class Level { debug, info, warning, error };

struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

enum class LogFormat { text, json };

void set_up_log(Level least, LogFormat format);
bool log_enabled(Level level);
// Lines of a level since the start, whether or not they were written.
std::uint64_t lines_logged(Level level);
void log(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void log_info(std::string_view m, std::initializer_list<Field> f = {}) {
  log(Level::info, m, f);
}
inline void log_warning(std::string_view m, std::initializer_list<Field> f = {}) {
  log(Level::warning, m, f);
}
inline void log_error(std::string_view m, std::initializer_list<Field> f = {}) {
  log(Level::error, m, f);
}

}  // namespace kohaku::os
