#include "hub/trending.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "hub/current_caches.h"
#include "hub/trending_sums.h"
#include "stats/fold.h"
#include "stats/trending.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t most_ties = 5'000;

// What may_read() says of one repository; ?2 is the caller, or 0.
constexpr std::string_view columns_in_sight =
    "SELECT r.id, a.name || '/' || r.name, r.type, r.private, r.downloads, r.likes_count, {} "
    "FROM repository r JOIN account a ON a.id = r.owner_id WHERE "
    "(r.private = 0 OR r.owner_id = ?2 OR EXISTS (SELECT 1 FROM membership m "
    "WHERE m.org_id = r.owner_id AND m.user_id = ?2)) AND {}";

std::string text(std::string_view recent, std::string_view rest) {
  return fmt::format(fmt::runtime(columns_in_sight), recent, rest);
}

TrendingRepo read_repo(db::Statement& row) {
  return {row.get<RepoId>(0),
          row.get<std::string>(1),
          repo_type_from(row.get<std::string>(2)).value_or(RepoType::model),
          row.get<bool>(3),
          row.get<std::int64_t>(4),
          row.get<std::int64_t>(5),
          row.get<std::int64_t>(6)};
}

AccountId viewer(const Caller& caller) { return caller.user ? caller.user->id : AccountId{}; }

bool ties(const TrendingRepo& one, const TrendingRepo& other) {
  return one.recent_downloads == other.recent_downloads && one.downloads == other.downloads;
}

// Appends what the statement gives, most downloads first, until `limit` are there and none that ties
// with the last of them is left out.
Result<> append_ranked(db::Statement rows, std::size_t limit, std::vector<TrendingRepo>& repos) {
  const auto begin = repos.size();
  std::size_t tied = 0;
  while (TRY(rows.step())) {
    auto repo = read_repo(rows);
    tied = repos.size() > begin && ties(repo, repos.back()) ? tied + 1 : 0;
    if (repos.size() >= limit && (tied == 0 || tied > most_ties)) break;
    repos.push_back(std::move(repo));
  }
  std::ranges::sort(repos.begin() + static_cast<std::ptrdiff_t>(begin), repos.end(), trends_before);
  repos.resize(std::min(repos.size(), limit));
  return {};
}

using Repos = std::vector<TrendingRepo>;

// Nothing when the index has other days than these.
Result<std::optional<Repos>> read_index(db::Connection& connection, const Caller& caller,
                                        const TrendingQuery& query, const stats::Days& window) {
  static const std::string sql =
      text("r.trending_score",
           "r.type = ?1 ORDER BY r.trending_score DESC, r.downloads DESC, r.id DESC");
  if (query.days != stats::trending_days ||
      !TRY(stats::ScoredDays::read(connection)).all_end_with(window.last)) {
    return std::nullopt;
  }
  Repos repos;
  TRY(append_ranked(connection.sql(sql).bind(to_string(query.type), viewer(caller)), query.limit,
                    repos));
  return repos;
}

// Those of a ranking that the caller may know of, until there are enough. What a repository is now
// is read now; it may be gone, or of another type.
Result<> append_from_sum(db::Connection& connection, const Caller& caller,
                         const TrendingQuery& query, const TrendingSum& sum, Repos& repos) {
  static const std::string sql = text("0", "r.type = ?1 AND r.id = ?3");
  for (const auto& [id, recent] : sum.repos) {
    if (repos.size() == query.limit) return {};
    auto row = connection.sql(sql).bind(to_string(query.type), viewer(caller), id);
    if (!TRY(row.step())) continue;
    repos.push_back(read_repo(row));
    repos.back().recent_downloads = recent;
  }
  return {};
}

// Behind those with downloads in the window come the others.
Result<> append_others(db::Connection& connection, const Caller& caller, const TrendingQuery& query,
                       const stats::Days& window, Repos& repos) {
  static const std::string sql =
      text("0", "r.type = ?1 AND NOT EXISTS (SELECT 1 FROM repository_day d WHERE d.repo_id = r.id "
                "AND d.day BETWEEN ?3 AND ?4 AND d.downloads > 0) "
                "ORDER BY r.downloads DESC, r.id DESC");
  if (repos.size() >= query.limit) return {};
  return append_ranked(
      connection.sql(sql).bind(to_string(query.type), viewer(caller), window.first, window.last),
      query.limit, repos);
}

Result<Repos> read_sums(db::Connection& connection, const Caller& caller,
                        const TrendingQuery& query, const stats::Days& window,
                        const TrendingSum& sum) {
  Repos repos;
  TRY(append_from_sum(connection, caller, query, sum, repos));
  if (repos.size() < query.limit && !sum.complete) {
    // Behind the first of very many are some that the caller may know of.
    repos = TRY(rank_recent(connection, query.type, window, query.limit, viewer(caller)));
  }
  TRY(append_others(connection, caller, query, window, repos));
  return repos;
}

Task<Result<std::shared_ptr<const TrendingSum>>> sum_of(Hub& hub, RepoType type,
                                                        stats::Days window) {
  auto& sums = hub.current->trending;
  if (auto sum = sums.find(hub.database, type, window)) co_return sum;
  const auto slot = co_await sums.summing.wait();
  if (auto sum = sums.find(hub.database, type, window))
    co_return sum;  // whom we waited for made it
  co_return co_await hub.current->long_reads.run(
      [&] { return sums.sum(hub.database, type, window); });
}

}  // namespace

Task<Result<Trending>> trending(Hub& hub, Anyone anyone, TrendingQuery query) {
  const auto& caller = anyone.caller();
  const auto window = stats::Days::until(stats::day_of(hub.clock.now()), query.days);
  auto indexed = CO_TRY(hub.database.read_now(
      [&](auto& connection) { return read_index(connection, caller, query, window); }));
  if (indexed) co_return Trending{std::move(*indexed), window};
  const auto sum = CO_TRY(co_await sum_of(hub, query.type, window));
  auto repos = CO_TRY(co_await hub.pool.run([&] {
    return hub.database.read_now(
        [&](auto& connection) { return read_sums(connection, caller, query, window, *sum); });
  }));
  co_return Trending{std::move(repos), window};
}

}  // namespace kohaku::hub
