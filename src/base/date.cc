#include "base/date.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string_view>

namespace kohaku {
namespace {

struct Civil {
  std::chrono::year_month_day day;
  unsigned weekday = 0;  // 0 = Sunday
  std::chrono::hh_mm_ss<std::chrono::milliseconds> time;
};

Civil civil(Micros time) {
  using namespace std::chrono;
  const sys_time<milliseconds> point{floor<milliseconds>(microseconds(time.value))};
  const auto day = floor<days>(point);
  return {year_month_day(day), weekday(day).c_encoding(), hh_mm_ss(point - day)};
}

}  // namespace

std::string iso_date(Micros time) {
  const auto c = civil(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(c.day.year()),
                     static_cast<unsigned>(c.day.month()), static_cast<unsigned>(c.day.day()),
                     c.time.hours().count(), c.time.minutes().count(), c.time.seconds().count(),
                     c.time.subseconds().count());
}

std::string http_date(Micros time) {
  static constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed",
                                                           "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> months = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto c = civil(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days.at(c.weekday),
                     static_cast<unsigned>(c.day.day()),
                     months.at(static_cast<unsigned>(c.day.month()) - 1),
                     static_cast<int>(c.day.year()), c.time.hours().count(),
                     c.time.minutes().count(), c.time.seconds().count());
}

}  // namespace kohaku
