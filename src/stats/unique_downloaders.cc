#include "stats/unique_downloaders.h"

#include <cmath>
#include <string>
#include <string_view>
#include <utility>

namespace kohaku::stats {
namespace {

constexpr std::string_view of_repository =
    "SELECT day, sketch FROM repository_sketch WHERE repo_id = ?1 AND day BETWEEN ?2 AND ?3 "
    "AND traffic IN (0, ?4, ?5) ORDER BY day";
constexpr std::string_view of_namespace =
    "SELECT day, sketch FROM namespace_sketch WHERE owner_id = ?1 AND day BETWEEN ?2 AND ?3 "
    "AND traffic IN (0, ?4, ?5) ORDER BY day";

std::int64_t count_of(const Sketch& sketch) { return std::llround(sketch.estimate()); }

// Sketches in the order of their days, merged as far as `part_of` says that days belong together.
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

// `each` takes a day and one of its sketches.
template <class Each>
Result<> for_each_sketch(db::Connection& connection, std::string_view sql, std::int64_t id,
                         const Days& days, const Counting& counting, Each each) {
  auto rows = connection.sql(sql).bind(id, days.first, days.last, counting.ci ? 1 : 0,
                                       counting.robots ? 2 : 0);
  while (TRY(rows.step())) {
    const auto bytes = rows.get<std::vector<std::byte>>(1);
    each(rows.get<std::int64_t>(0), TRY(Sketch::parse(bytes)));
  }
  return {};
}

Result<UniqueDownloaders> read(db::Connection& connection, std::string_view sql, std::int64_t id,
                               const Days& days, const Counting& counting) {
  Parts of_day([](std::int64_t day) { return day; });
  Parts of_week(&week_of);
  Parts of_month(&month_of);
  Sketch range;
  TRY(for_each_sketch(connection, sql, id, days, counting,
                      [&](std::int64_t day, const Sketch& sketch) {
                        of_day.add(day, sketch);
                        of_week.add(day, sketch);
                        of_month.add(day, sketch);
                        range.merge(sketch);
                      }));
  return UniqueDownloaders{count_of(range), of_day.take(), of_week.take(), of_month.take()};
}

}  // namespace

Result<UniqueDownloaders> unique_downloaders(db::Connection& connection, AccountId owner,
                                             const Days& days, const Counting& counting) {
  return read(connection, of_namespace, owner.value, days, counting);
}

Result<UniqueDownloaders> unique_downloaders(db::Connection& connection, RepoId repo,
                                             const Days& days, const Counting& counting) {
  return read(connection, of_repository, repo.value, days, counting);
}

Result<std::int64_t> unique_downloaders_of_range(db::Connection& connection, RepoId repo,
                                                 const Days& days, const Counting& counting,
                                                 std::int64_t& sketches) {
  Sketch range;
  TRY(for_each_sketch(connection, of_repository, repo.value, days, counting,
                      [&](std::int64_t, const Sketch& sketch) {
                        range.merge(sketch);
                        ++sketches;
                      }));
  return count_of(range);
}

}  // namespace kohaku::stats
