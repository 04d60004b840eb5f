#include "base/rfc3339.h"

#include <chrono>
#include <cstdint>

namespace kohaku {
namespace {

// Takes a text apart from its beginning; every part must be there.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

  int number(int digits) {
    int value = 0;
    for (int i = 0; i < digits; ++i) value = value * 10 + digit();
    return value;
  }

  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // RFC 3339 allows small letters.
  bool take_letter(char capital) {
    return take(capital) || take(static_cast<char>(capital - 'A' + 'a'));
  }
  void expect(bool taken) { good_ = good_ && taken; }

  // Microseconds; any number of digits.
  int fraction() {
    int value = 0;
    int scale = 1'000'000;
    do {
      scale /= 10;
      value += digit() * scale;
    } while (good_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9');
    return value;
  }

 private:
  int digit() {
    if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
      good_ = false;
      return 0;
    }
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
  bool good_ = true;
};

// Seconds east of UTC.
int offset(Reader& reader) {
  if (reader.take_letter('Z')) return 0;
  const bool west = reader.take('-');
  reader.expect(west || reader.take('+'));
  const int hours = reader.number(2);
  reader.expect(reader.take(':'));
  const int minutes = reader.number(2);
  reader.expect(hours <= 23 && minutes <= 59);
  return (west ? -1 : 1) * (hours * 3600 + minutes * 60);
}

std::int64_t time_of_day(Reader& reader) {
  const int hours = reader.number(2);
  reader.expect(reader.take(':'));
  const int minutes = reader.number(2);
  reader.expect(reader.take(':'));
  const int seconds = reader.number(2);  // 60: a leap second
  reader.expect(hours <= 23 && minutes <= 59 && seconds <= 60);
  const int micros = reader.take('.') ? reader.fraction() : 0;
  const std::int64_t whole = hours * 3600 + minutes * 60 + seconds - offset(reader);
  return whole * 1'000'000 + micros;
}

}  // namespace

std::optional<Micros> parse_rfc3339(std::string_view text) {
  Reader reader(text);
  const std::chrono::year year(reader.number(4));
  reader.expect(reader.take('-'));
  const std::chrono::month month(static_cast<unsigned>(reader.number(2)));
  reader.expect(reader.take('-'));
  const std::chrono::day day(static_cast<unsigned>(reader.number(2)));
  const std::chrono::year_month_day date(year, month, day);
  if (!reader.good() || !date.ok() || year < std::chrono::year(1970)) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  std::int64_t micros = std::int64_t{days} * 86'400 * 1'000'000;
  if (!reader.at_end()) {
    // A space is what some write for the T.
    reader.expect(reader.take_letter('T') || reader.take(' '));
    micros += time_of_day(reader);
    reader.expect(reader.at_end());
  }
  if (!reader.good()) return std::nullopt;
  return Micros{micros};
}

}  // namespace kohaku
