#include "api/organizations/breakdown_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "api/json.h"
#include "base/csv.h"
#include "stats/day.h"

namespace kohaku::api {
namespace {

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.begin(), digits.end(), number);
  out.append(digits.begin(), end);
}

// What is the same on every line of a repository, up to the date.
std::string front_of(const hub::RepoDownloads& repo, BreakdownFormat format) {
  if (format == BreakdownFormat::csv) {
    return fmt::format("{},{},{},", to_string(repo.type), csv_field(repo.full_name), repo.total);
  }
  return fmt::format(R"({{"repoType":"{}","repoName":{},"total":{},"timestamp":")",
                     to_string(repo.type), to_json(repo.full_name), repo.total);
}

struct Back {
  std::string_view after_date;
  std::string_view after_downloads;
};

}  // namespace

std::string_view breakdown_header(BreakdownFormat format) {
  return format == BreakdownFormat::csv ? "repoType,repoName,total,timestamp,downloads\n" : "";
}

void append_rows(std::string& out, const hub::RepoDownloads& repo, BreakdownFormat format) {
  const auto front = front_of(repo, format);
  const auto back = format == BreakdownFormat::csv ? Back{"T00:00:00.000Z,", "\n"}
                                                   : Back{R"(T00:00:00.000Z","downloads":)", "}\n"};
  for (const auto& [day, downloads] : repo.days) {
    out += front;
    stats::append_date(out, day);
    out += back.after_date;
    append_number(out, downloads);
    out += back.after_downloads;
  }
}

}  // namespace kohaku::api
