#include "stats/day.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace kohaku::stats {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

year_month_day calendar_of(std::int64_t day) { return sys_days{days{static_cast<days::rep>(day)}}; }

// Nothing unless all of it are digits.
std::optional<unsigned> number_of(std::string_view digits) {
  unsigned number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number;
}

// The texts of all policies, made once: connections keep their statements by them.
const std::string& rows_sql(const Policy& policy) {
  static const auto texts = [] {
    std::array<std::string, policies.size()> made;
    for (const auto& each : policies) {
      made.at(static_cast<std::size_t>(each.id)) =
          fmt::format("SELECT day, traffic, {}, {}, files, bytes FROM repository_day "
                      "WHERE repo_id = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day, traffic",
                      each.column, each.authenticated);
    }
    return made;
  }();
  return texts.at(static_cast<std::size_t>(policy.id));
}

}  // namespace

void append_date(std::string& out, std::int64_t day) {
  const auto date = calendar_of(day);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  const auto month = static_cast<unsigned>(date.month());
  const auto of_month = static_cast<unsigned>(date.day());
  const auto digit = [](unsigned value) { return static_cast<char>('0' + value % 10); };
  const std::array<char, 10> text = {digit(year / 1000),
                                     digit(year / 100),
                                     digit(year / 10),
                                     digit(year),
                                     '-',
                                     digit(month / 10),
                                     digit(month),
                                     '-',
                                     digit(of_month / 10),
                                     digit(of_month)};
  out.append(text.data(), text.size());
}

std::string date_of(std::int64_t day) {
  std::string text;
  append_date(text, day);
  return text;
}

std::optional<std::int64_t> day_from(std::string_view date) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  const auto year = number_of(date.substr(0, 4));
  const auto month = number_of(date.substr(5, 2));
  const auto day = number_of(date.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const year_month_day found{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                             std::chrono::day(*day)};
  if (!found.ok()) return std::nullopt;
  return sys_days{found}.time_since_epoch().count();
}

std::int64_t week_of(std::int64_t day) {
  const std::chrono::weekday weekday{sys_days{days{static_cast<days::rep>(day)}}};
  return day - static_cast<std::int64_t>(weekday.iso_encoding() - 1);
}

std::int64_t month_of(std::int64_t day) {
  return day - static_cast<std::int64_t>(static_cast<unsigned>(calendar_of(day).day()) - 1);
}

Numbers& Numbers::operator+=(const Numbers& other) {
  downloads += other.downloads;
  authenticated += other.authenticated;
  files += other.files;
  bytes += other.bytes;
  return *this;
}

DayRows::DayRows(db::Connection& connection, RepoId repo, const Days& days, const Policy& policy)
    : rows_(connection.sql(rows_sql(policy)).bind(repo, days.first, days.last)) {}

Result<std::optional<DayRow>> DayRows::next() {
  if (!TRY(rows_.step())) return std::nullopt;
  return DayRow{rows_.get<std::int64_t>(0),
                static_cast<Traffic>(rows_.get<std::int64_t>(1)),
                {rows_.get<std::int64_t>(2), rows_.get<std::int64_t>(3), rows_.get<std::int64_t>(4),
                 rows_.get<std::int64_t>(5)}};
}

Result<std::vector<Numbers>> read_days(db::Connection& connection, RepoId repo, const Days& days,
                                       const Counting& counting) {
  std::vector<Numbers> numbers(static_cast<std::size_t>(days.count()));
  DayRows rows(connection, repo, days, counting.policy);
  while (const auto row = TRY(rows.next())) {
    if (!counting.takes(row->traffic)) continue;
    numbers[static_cast<std::size_t>(row->day - days.first)] += row->numbers;
  }
  return numbers;
}

}  // namespace kohaku::stats
