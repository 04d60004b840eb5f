#include "stats/unique_downloaders.h"

#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "stats/namespace_sketches.h"

namespace kohaku::stats {
namespace {

constexpr std::string_view of_repository = "SELECT day, sketch, traffic FROM repository_sketch "
                                           "WHERE repo_id = ?1 AND day BETWEEN ?2 AND ?3 "
                                           "AND traffic IN (0, ?4, ?5) ORDER BY day";
constexpr std::string_view of_namespace = "SELECT day, sketch, traffic FROM namespace_sketch WHERE "
                                          "owner_id = ?1 AND day BETWEEN ?2 AND ?3 "
                                          "AND traffic IN (0, ?4, ?5) ORDER BY day";

std::int64_t count_of(const Sketch& sketch) { return std::llround(sketch.estimate()); }

// The sketches of days, in order, merged as far as `part_of` says that days belong together.
class Parts {
 public:
  explicit Parts(std::int64_t (*part_of)(std::int64_t day)) : part_of_(part_of) {}

  void add(std::int64_t day, const Sketch& sketch) {
    const auto part = part_of_(day);
    if (part != part_) finish();
    part_ = part;
    sketch_.merge(sketch);
  }
  std::vector<UniqueCount> take() {
    finish();
    return std::move(counts_);
  }

 private:
  void finish() {
    if (!sketch_.empty()) counts_.push_back({part_, count_of(sketch_)});
    sketch_ = Sketch();
  }

  std::int64_t (*part_of_)(std::int64_t);
  std::int64_t part_ = 0;
  Sketch sketch_;
  std::vector<UniqueCount> counts_;
};

constexpr std::string_view sql_of(RepoId) { return of_repository; }
constexpr std::string_view sql_of(AccountId) { return of_namespace; }

Result<Sketch> sketch_of(db::Connection&, RepoId, std::int64_t, int, Bytes stored) {
  return Sketch::parse(stored);
}
Result<Sketch> sketch_of(db::Connection& connection, AccountId owner, std::int64_t day, int traffic,
                         Bytes stored) {
  return namespace_sketch(connection, owner, day, traffic, stored);
}

// `each` takes a day and one of its sketches.
template <class Id, class Each>
Result<> for_each_sketch(db::Connection& connection, Id id, const Days& days,
                         const Counting& counting, Each each) {
  auto rows = connection.sql(sql_of(id))
                  .bind(id, days.first, days.last, counting.ci ? 1 : 0, counting.robots ? 2 : 0);
  while (TRY(rows.step())) {
    const auto day = rows.template get<std::int64_t>(0);
    const auto stored = rows.template get<std::vector<std::byte>>(1);
    each(day, TRY(sketch_of(connection, id, day, rows.template get<int>(2), stored)));
  }
  return {};
}

template <class Id>
Result<UniqueDownloaders> read(db::Connection& connection, Id id, const Days& days,
                               const Counting& counting) {
  UniqueDownloaders unique;
  Parts of_week(&week_of);
  Parts of_month(&month_of);
  Sketch range;
  std::int64_t day = 0;
  Sketch of_day;
  const auto finish_day = [&] {
    if (of_day.empty()) return;
    unique.days.push_back({day, count_of(of_day)});
    of_week.add(day, of_day);
    of_month.add(day, of_day);
    range.merge(of_day);
    of_day = Sketch();
  };
  TRY(for_each_sketch(connection, id, days, counting,
                      [&](std::int64_t its_day, const Sketch& sketch) {
                        if (its_day != day) finish_day();
                        day = its_day;
                        of_day.merge(sketch);
                      }));
  finish_day();
  unique.range = count_of(range);
  unique.weeks = of_week.take();
  unique.months = of_month.take();
  return unique;
}

}  // namespace

Result<UniqueDownloaders> unique_downloaders(db::Connection& connection, AccountId owner,
                                             const Days& days, const Counting& counting) {
  return read(connection, owner, days, counting);
}

Result<UniqueDownloaders> unique_downloaders(db::Connection& connection, RepoId repo,
                                             const Days& days, const Counting& counting) {
  return read(connection, repo, days, counting);
}

Result<std::int64_t> unique_downloaders_of_range(db::Connection& connection, RepoId repo,
                                                 const Days& days, const Counting& counting,
                                                 std::int64_t& sketches) {
  Sketch range;
  TRY(for_each_sketch(connection, repo, days, counting, [&](std::int64_t, const Sketch& sketch) {
    range.merge(sketch);
    ++sketches;
  }));
  return count_of(range);
}

}  // namespace kohaku::stats
