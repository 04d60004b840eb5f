#include "cli/trending.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/csv.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "cli/terminal_text.h"

namespace kohaku::cli {
namespace {

namespace json = boost::json;

struct TrendingRepo {
  std::string id;
  std::string type;
  std::int64_t downloads = 0;
  std::int64_t likes = 0;
  std::int64_t recent_downloads = 0;
  bool is_private = false;
};

struct Trending {
  std::vector<TrendingRepo> repos;
  std::string start;
  std::string end;
};

Result<TrendingRepo> read_repo(const json::value& value) {
  return TrendingRepo{.id = TRY(text_field(value, "id")),
                      .type = TRY(text_field(value, "type")),
                      .downloads = TRY(number_field(value, "downloads")),
                      .likes = TRY(number_field(value, "likes")),
                      .recent_downloads = TRY(number_field(value, "recent_downloads")),
                      .is_private = TRY(truth_field(value, "private"))};
}

Result<Trending> read_trending(const json::value& value) {
  const auto* period = TRY(field(value, "period"));
  Trending trending{.repos = {},
                    .start = TRY(text_field(*period, "start")),
                    .end = TRY(text_field(*period, "end"))};
  for (const auto& repo : *TRY(list_field(value, "trending"))) {
    trending.repos.push_back(TRY(read_repo(repo)));
  }
  return trending;
}

std::string csv(const std::vector<TrendingRepo>& repos) {
  auto text = csv_line({"id", "type", "downloads", "likes", "recent_downloads", "private"});
  for (const auto& repo : repos) {
    text +=
        csv_line({repo.id, repo.type, fmt::to_string(repo.downloads), fmt::to_string(repo.likes),
                  fmt::to_string(repo.recent_downloads), repo.is_private ? "true" : "false"});
  }
  return text;
}

// The column that marks private repositories is there only when one is.
Table table_of(const std::vector<TrendingRepo>& repos) {
  const bool any_private = std::ranges::any_of(repos, &TrendingRepo::is_private);
  std::vector<Column> columns{{.title = "#"},
                              {.title = "Repository", .align = Align::left, .may_be_cut = true},
                              {.title = "Recent"},
                              {.title = "Downloads"},
                              {.title = "Likes"}};
  if (any_private) columns.push_back({.title = "Visible", .align = Align::left});
  Table table(std::move(columns));
  for (std::size_t i = 0; i < repos.size(); ++i) {
    const auto& repo = repos[i];
    std::vector<std::string> cells{fmt::to_string(i + 1), repo.id, grouped(repo.recent_downloads),
                                   grouped(repo.downloads), grouped(repo.likes)};
    if (any_private) cells.emplace_back(repo.is_private ? "private" : "public");
    table.add(std::move(cells));
  }
  return table;
}

}  // namespace

Result<> show_trending(Client& client, const TrendingQuestion& question, Format format,
                       const Screen& out) {
  const auto path = fmt::format("/api/trending?repo_type={}&days={}&limit={}",
                                to_string(question.type), question.days, question.limit);
  const auto subject = fmt::format("trending {}", plural(question.type));
  const auto answer = TRY(client.get(path, subject));
  if (format == Format::json) return out.print(pretty(answer)), Result<>();
  const auto trending = TRY(read_trending(answer));
  if (format == Format::csv) return out.print(csv(trending.repos)), Result<>();
  const auto heading =
      fmt::format("Trending {}, {} to {}", plural(question.type), trending.start, trending.end);
  out.print(out.styled(heading, Style::bold) + "\n\n");
  if (trending.repos.empty()) return out.print("None was downloaded.\n"), Result<>();
  table_of(trending.repos).print(out);
  return {};
}

}  // namespace kohaku::cli
