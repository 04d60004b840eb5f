// repository.trending_score: the downloads (policy `hub`, all traffic) of the last 7 days, today included.
// It moves with every folded batch, and once a day it rolls over, a stretch of repositories at a time, so
// that no transaction is long.
//
// statistics_state: `trending_day` is the last of the 7 days; while a roll-over is under way,
// `rolling_to` is the day it leads to and `rolling_past` the last repository that stands there already.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/result.h"
#include "db/connection.h"

namespace kohaku::stats {

inline constexpr std::int64_t trending_days = 7;

// Which day a repository's score ends with. Read once in a transaction.
class ScoredDays {
 public:
  static Result<ScoredDays> read(db::Connection& connection);
  std::int64_t of(RepoId repo) const { return rolling_ && repo.value <= past_ ? to_ : day_; }
  bool covers(RepoId repo, std::int64_t day) const {
    return day <= of(repo) && day > of(repo) - trending_days;
  }
  // Whether every score ends with this day.
  bool all_end_with(std::int64_t day) const { return !rolling_ && day_ == day; }

 private:
  friend Result<bool> roll_trending(db::Connection& connection, std::int64_t today,
                                    std::int64_t most);
  std::int64_t day_ = -1;  // -1: nothing was ever scored
  bool rolling_ = false;
  std::int64_t to_ = 0;
  std::int64_t past_ = 0;
};

// One step towards `today`, over at most `most` repository ids; within a transaction. True when all scores
// end with it (or with a later day).
Result<bool> roll_trending(db::Connection& connection, std::int64_t today, std::int64_t most);

}  // namespace kohaku::stats
