#include "hub/download_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "hub/scope_repos.h"

namespace kohaku::hub {
namespace {

const std::string& groups_sql(const stats::Policy& policy) {
  static const auto texts = [] {
    std::array<std::string, stats::policies.size()> made;
    for (const auto& each : stats::policies) {
      made.at(static_cast<std::size_t>(each.id)) = fmt::format(
          "SELECT kind, name, detail, SUM({0}) FROM repository_day_group WHERE repo_id = ?1 "
          "AND day BETWEEN ?2 AND ?3 AND traffic IN (0, ?4, ?5) AND {0} > 0 "
          "GROUP BY kind, name, detail",
          each.column);
    }
    return made;
  }();
  return texts.at(static_cast<std::size_t>(policy.id));
}

class Ranking {
 public:
  void add(std::string name, std::string detail, std::int64_t downloads) {
    const std::pair key(std::move(name), std::move(detail));
    const auto found = sums_.find(key);
    if (found != sums_.end()) found->second += downloads;
    else if (sums_.size() < most_groups_told_apart) sums_.emplace(key, downloads);
    else others_ += downloads;
  }

  RankedGroups finish() {
    RankedGroups ranked;
    ranked.others = others_;
    for (const auto& [key, downloads] : sums_) {
      ranked.groups.push_back({key.first, key.second, downloads});
    }
    std::ranges::sort(ranked.groups, {}, [](const DownloadGroup& group) {
      return std::tuple(-group.downloads, std::string_view(group.name),
                        std::string_view(group.detail));
    });
    for (auto i = most_groups_shown; i < ranked.groups.size(); ++i) {
      ranked.others += ranked.groups[i].downloads;
    }
    ranked.groups.resize(std::min(ranked.groups.size(), most_groups_shown));
    return ranked;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::int64_t> sums_;
  std::int64_t others_ = 0;
};

}  // namespace

Result<DownloadGroups> read_download_groups(Hub& hub, const AnalyticsScope& scope,
                                            const stats::Days& days,
                                            const stats::Counting& counting) {
  Ranking clients;
  Ranking countries;
  const auto read = [&](db::Connection& connection, const ScopeRepo& repo) -> Result<> {
    auto rows =
        connection.sql(groups_sql(counting.policy))
            .bind(repo.id, days.first, days.last, counting.ci ? 1 : 0, counting.robots ? 2 : 0);
    while (TRY(rows.step())) {
      auto& ranking = rows.get<std::string>(0) == "client" ? clients : countries;
      ranking.add(rows.get<std::string>(1), rows.get<std::string>(2), rows.get<std::int64_t>(3));
    }
    return {};
  };
  TRY(for_each_repo(hub.database, scope, read));
  return DownloadGroups{clients.finish(), countries.finish()};
}

}  // namespace kohaku::hub
