#include "hub/download_breakdown.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace kohaku::hub {
namespace {

constexpr std::size_t most_repos = 100;
constexpr std::size_t enough_days = 10'000;

// Of all traffic, as most exports are; ?2 ?3 choose among it. The default policy's numbers lie in an
// index of their own (repository_day_downloads).
struct Texts {
  std::string all;
  std::string some;
};

const Texts& days_sql(const stats::Policy& policy) {
  static const auto texts = [] {
    std::array<Texts, stats::policies.size()> made;
    for (const auto& each : stats::policies) {
      const auto all =
          fmt::format("SELECT day, {} FROM repository_day WHERE repo_id = ?1", each.column);
      made.at(static_cast<std::size_t>(each.id)) = {
          all + " ORDER BY day, traffic",
          all + " AND traffic IN (0, ?2, ?3) ORDER BY day, traffic"};
    }
    return made;
  }();
  return texts.at(static_cast<std::size_t>(policy.id));
}

db::Statement select_days(db::Connection& connection, RepoId repo,
                          const stats::Counting& counting) {
  const auto& texts = days_sql(counting.policy);
  if (counting.ci && counting.robots) return connection.sql(texts.all).bind(repo);
  return connection.sql(texts.some).bind(repo, counting.ci ? 1 : 0, counting.robots ? 2 : 0);
}

// A day has a row for each kind of traffic.
Result<> read_days(db::Connection& connection, RepoId repo, const stats::Counting& counting,
                   std::vector<DownloadsOfDay>& days) {
  auto rows = select_days(connection, repo, counting);
  while (TRY(rows.step())) {
    const DownloadsOfDay row{rows.get<std::int64_t>(0), rows.get<std::int64_t>(1)};
    if (row.downloads == 0) continue;
    if (!days.empty() && days.back().day == row.day) days.back().downloads += row.downloads;
    else days.push_back(row);
  }
  return {};
}

std::int64_t sum_of(const std::vector<DownloadsOfDay>& days) {
  std::int64_t sum = 0;
  for (const auto& day : days) sum += day.downloads;
  return sum;
}

}  // namespace

Result<> DownloadBreakdown::read_some(db::Connection& connection) {
  auto rows = connection
                  .sql("SELECT r.id, r.lookup_name, a.name || '/' || r.name, r.downloads "
                       "FROM repository r JOIN account a ON a.id = r.owner_id WHERE r.type = ?1 "
                       "AND r.owner_id = ?2 AND r.lookup_name > ?3 ORDER BY r.lookup_name LIMIT ?4")
                  .bind(to_string(type_), owner_, after_, most_repos);
  std::size_t looked_at = 0;
  std::size_t days = 0;
  while (TRY(rows.step())) {
    ++looked_at;
    after_ = rows.get<std::string>(1);
    RepoDownloads repo{type_, rows.get<std::string>(2), rows.get<std::int64_t>(3), {}};
    TRY(read_days(connection, rows.get<RepoId>(0), counting_, repo.days));
    if (!counting_.is_default()) repo.total = sum_of(repo.days);
    days += repo.days.size();
    if (!repo.days.empty()) repos_.push_back(std::move(repo));
    if (days >= enough_days) return {};
  }
  if (looked_at == most_repos) return {};
  ended_ = type_ == RepoType::dataset;
  type_ = RepoType::dataset;
  after_.clear();
  return {};
}

Result<const std::vector<RepoDownloads>*> DownloadBreakdown::next() {
  repos_.clear();
  while (repos_.empty() && !ended_) {
    TRY(database_.read_now([this](db::Connection& connection) { return read_some(connection); }));
  }
  return &repos_;
}

}  // namespace kohaku::hub
