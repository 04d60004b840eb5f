#include "cli/stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <cstdint>
#include <vector>

#include "base/encoding.h"
#include "cli/csv.h"
#include "cli/json_text.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/sparkline.h"
#include "cli/table.h"
#include "cli/terminal_text.h"

namespace kohaku::cli {
namespace {

namespace json = boost::json;

constexpr int most_days = 365;  // the hub's own limit; only to explain its refusal

struct Day {
  std::string date;
  std::int64_t downloads = 0;
  std::int64_t authenticated = 0;
  std::int64_t anonymous = 0;
  std::int64_t files = 0;
};

struct RecentStats {
  std::vector<Day> days;
  std::string start;
  std::string end;
};

std::string stats_path(const Repository& repo) {
  return fmt::format("/api/{}/{}/{}/stats", plural(repo.type), percent_encode(repo.name.owner),
                     percent_encode(repo.name.name));
}

std::string subject(const Repository& repo) {
  return fmt::format("{} {}", to_string(repo.type), repo.name.full());
}

std::string title(const Repository& repo) {
  return fmt::format("{} ({})", repo.name.full(), to_string(repo.type));
}

Result<Day> read_day(const json::value& value) {
  return Day{.date = TRY(text_field(value, "date")),
             .downloads = TRY(number_field(value, "downloads")),
             .authenticated = TRY(number_field(value, "authenticated")),
             .anonymous = TRY(number_field(value, "anonymous")),
             .files = TRY(number_field(value, "files"))};
}

Result<RecentStats> read_recent(const json::value& value) {
  const auto* period = TRY(field(value, "period"));
  RecentStats stats{.days = {},
                    .start = TRY(text_field(*period, "start")),
                    .end = TRY(text_field(*period, "end"))};
  for (const auto& day : *TRY(list_field(value, "stats"))) stats.days.push_back(TRY(read_day(day)));
  return stats;
}

Result<json::value> ask_recent(Client& client, const Repository& repo, int days,
                               const OnReceived& on_received = {}) {
  auto answer = client.get(fmt::format("{}/recent?days={}", stats_path(repo), days), subject(repo),
                           on_received);
  if (!answer && answer.error().code == Code::bad_request && days > most_days) {
    return fail(Code::bad_request, fmt::format("A hub tells at most {} days at once, not {}: {}",
                                               most_days, days, answer.error().message));
  }
  return answer;
}

std::string csv(const std::vector<Day>& days) {
  auto text = csv_line({"date", "downloads", "authenticated", "anonymous", "files"});
  for (const auto& day : days) {
    text += csv_line({day.date, fmt::to_string(day.downloads), fmt::to_string(day.authenticated),
                      fmt::to_string(day.anonymous), fmt::to_string(day.files)});
  }
  return text;
}

std::vector<std::string> cells(const Day& day) {
  return {day.date, grouped(day.downloads), grouped(day.authenticated), grouped(day.anonymous),
          grouped(day.files)};
}

Day total_of(const std::vector<Day>& days) {
  Day total{.date = "Total"};
  for (const auto& day : days) {
    total.downloads += day.downloads;
    total.authenticated += day.authenticated;
    total.anonymous += day.anonymous;
    total.files += day.files;
  }
  return total;
}

void print_curve(const std::vector<Day>& days, const Screen& out) {
  std::vector<std::int64_t> downloads;
  downloads.reserve(days.size());
  for (const auto& day : days) downloads.push_back(day.downloads);
  const auto& best = *std::ranges::max_element(days, {}, &Day::downloads);
  auto caption = best.downloads == 0
                     ? std::string("no downloads")
                     : fmt::format("most: {} on {}", grouped(best.downloads), best.date);
  if (days.size() > out.width) {
    caption += fmt::format("; a block is the mean of {:.2g} days",
                           static_cast<double>(days.size()) / static_cast<double>(out.width));
  }
  out.print(out.styled(sparkline(downloads, out.width), Style::bar) + "\n");
  out.print(out.styled(caption, Style::dim) + "\n\n");
}

void print_recent(const Repository& repo, const RecentStats& stats, const Screen& out) {
  const auto heading = fmt::format("{}, {} to {}", title(repo), stats.start, stats.end);
  out.print(out.styled(heading, Style::bold) + "\n\n");
  if (!stats.days.empty()) print_curve(stats.days, out);
  Table table({{.title = "Date", .align = Align::left},
               {.title = "Downloads"},
               {.title = "Signed in"},
               {.title = "Anonymous"},
               {.title = "Files"}});
  for (const auto& day : stats.days) {
    table.add(cells(day), day.downloads == 0 ? Style::dim : Style::plain);
  }
  table.add(cells(total_of(stats.days)), Style::bold);
  table.print(out);
}

}  // namespace

Result<> get_stats(Client& client, const Repository& repo, Format format, const Screen& out) {
  const auto answer = TRY(client.get(stats_path(repo), subject(repo)));
  if (format == Format::json) return out.print(pretty(answer)), Result<>();
  const auto downloads = TRY(number_field(answer, "downloads"));
  const auto likes = TRY(number_field(answer, "likes"));
  if (format == Format::csv) {
    out.print(csv_line({"downloads", "likes"}) +
              csv_line({fmt::to_string(downloads), fmt::to_string(likes)}));
    return {};
  }
  out.print(out.styled(title(repo), Style::bold) + "\n\n");
  Table table({{.title = "Downloads"}, {.title = "Likes"}});
  table.add({grouped(downloads), grouped(likes)});
  table.print(out);
  return {};
}

Result<> recent_stats(Client& client, const Repository& repo, int days, Format format,
                      const Screen& out) {
  const auto answer = TRY(ask_recent(client, repo, days));
  if (format == Format::json) return out.print(pretty(answer)), Result<>();
  const auto stats = TRY(read_recent(answer));
  if (format == Format::csv) out.print(csv(stats.days));
  else print_recent(repo, stats, out);
  return {};
}

Result<> export_stats(Client& client, const Repository& repo, const Export& wanted,
                      const Screen& out, const Screen& err) {
  json::value answer;
  {
    Progress progress(err, "Exporting " + repo.name.full());
    progress.show(0, 0);
    answer =
        TRY(ask_recent(client, repo, wanted.days, [&](std::uint64_t received, std::uint64_t total) {
          progress.show(received, total);
        }));
  }
  const auto stats = TRY(read_recent(answer));
  const auto text = wanted.format == Format::json ? pretty(answer) : csv(stats.days);
  if (wanted.path == "-") return out.print(text), Result<>();
  TRY(write_output(wanted.path, text));
  err.print(fmt::format("Wrote {} days, {} to {}, to {}\n", stats.days.size(), stats.start,
                        stats.end, printable(wanted.path)));
  return {};
}

}  // namespace kohaku::cli
