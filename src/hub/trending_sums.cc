#include "hub/trending_sums.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace kohaku::hub {
namespace {

constexpr int times_as_long = 20;
constexpr std::chrono::seconds longest{60};
constexpr std::size_t most_kept = 40;  // sums; of at most 160 kB each

// Repository after repository, without memory for a sort: hence the `||`, which keeps SQLite from an
// index that has another order, and the CROSS JOINs, which keep the order of tables. ?5 is 1 when
// rights do not matter; else may_read() is asked for ?4.
constexpr std::string_view sums_sql =
    "SELECT r.id, MIN(a.name) || '/' || r.name, r.private, r.downloads, r.likes_count, "
    "SUM(d.downloads) FROM repository r CROSS JOIN account a CROSS JOIN repository_day d "
    "WHERE r.type || '' = ?1 AND a.id = r.owner_id AND d.repo_id = r.id "
    "AND d.day BETWEEN ?2 AND ?3 AND (?5 = 1 OR r.private = 0 OR r.owner_id = ?4 OR EXISTS "
    "(SELECT 1 FROM membership m WHERE m.org_id = r.owner_id AND m.user_id = ?4)) "
    "GROUP BY r.id HAVING SUM(d.downloads) > 0";

}  // namespace

bool trends_before(const TrendingRepo& one, const TrendingRepo& other) {
  if (one.recent_downloads != other.recent_downloads)
    return one.recent_downloads > other.recent_downloads;
  if (one.downloads != other.downloads) return one.downloads > other.downloads;
  return one.full_name < other.full_name;
}

Result<std::vector<TrendingRepo>> rank_recent(db::Connection& connection, RepoType type,
                                              const stats::Days& window, std::size_t most,
                                              std::optional<AccountId> viewer) {
  std::vector<TrendingRepo> repos;  // a heap with the last of them on top
  auto rows = connection.sql(sums_sql).bind(to_string(type), window.first, window.last,
                                            viewer.value_or(AccountId{}), !viewer.has_value());
  while (TRY(rows.step())) {
    const auto recent = rows.get<std::int64_t>(5);
    if (repos.size() == most && recent < repos.front().recent_downloads) continue;
    repos.push_back({rows.get<RepoId>(0), rows.get<std::string>(1), type, rows.get<bool>(2),
                     rows.get<std::int64_t>(3), rows.get<std::int64_t>(4), recent});
    std::ranges::push_heap(repos, trends_before);
    if (repos.size() <= most) continue;
    std::ranges::pop_heap(repos, trends_before);
    repos.pop_back();
  }
  std::ranges::sort_heap(repos, trends_before);
  return repos;
}

std::shared_ptr<const TrendingSum> TrendingSums::find(const db::Database& database, RepoType type,
                                                      const stats::Days& window) {
  const auto generation = database.generation();
  const std::scoped_lock lock(mutex_);
  const auto found = kept_.find({type, window.first, window.last});
  if (found == kept_.end()) return nullptr;
  const auto& kept = found->second;
  if (kept.generation == generation || Clock::now() < kept.good_until) return kept.sum;
  return nullptr;
}

Result<std::shared_ptr<const TrendingSum>> TrendingSums::sum(db::Database& database, RepoType type,
                                                             const stats::Days& window) {
  const auto generation = database.generation();
  const auto begin = Clock::now();
  const auto ranked = TRY(database.read_now([&](db::Connection& connection) {
    return rank_recent(connection, type, window, most_repos + 1, std::nullopt);
  }));
  auto made = std::make_shared<TrendingSum>();
  made->complete = ranked.size() <= most_repos;
  for (const auto& repo : ranked) made->repos.push_back({repo.id, repo.recent_downloads});
  made->repos.resize(std::min(made->repos.size(), most_repos));
  std::shared_ptr<const TrendingSum> sum = std::move(made);
  const auto end = Clock::now();
  const auto good_for = std::min<Clock::duration>((end - begin) * times_as_long, longest);
  const std::scoped_lock lock(mutex_);
  if (kept_.size() >= most_kept) kept_.clear();
  kept_.insert_or_assign({type, window.first, window.last}, Kept{sum, generation, end + good_for});
  return sum;
}

}  // namespace kohaku::hub
