// The one consumer of a node's journal (decision 20): makes it durable, folds it into the database, and
// removes the segments that nobody needs any more.
#pragma once

#include <chrono>
#include <optional>

#include "base/result.h"
#include "db/database.h"
#include "stats/fold.h"
#include "stats/journal.h"

namespace kohaku::stats {

class Consumer {
 public:
  // Both must outlive it.
  Consumer(Journal& journal, db::Database& database, CountingRules rules)
      : journal_(journal), database_(database), rules_(std::move(rules)) {}
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;
  ~Consumer() = default;

  // Syncs the journal, then folds one batch of what is durable, in one transaction, if there is anything.
  // True when more is left. After a failure the journal keeps everything, and the next step begins where
  // the last success ended. Blocks; one thread at a time.
  Result<bool> step();

 private:
  Result<> fold(Position until);
  Result<> remove_passed();

  Journal& journal_;
  db::Database& database_;
  const CountingRules rules_;
  std::optional<Position> folded_;  // as the database has it; nothing: not known
  std::chrono::steady_clock::time_point next_removal_;
};

}  // namespace kohaku::stats
