#include "stats/consumer.h"

#include <algorithm>

namespace kohaku::stats {
namespace {

// Events of a batch, where one of many files weighs as much as they are: each is a row.
constexpr std::size_t most_weight = 20'000;
constexpr auto between_removals = std::chrono::seconds(10);

struct Stretch {
  Batch batch;
  Position until;
};

Result<Stretch> read_stretch(const Journal& journal, const CountingRules& rules, Position from,
                             Position until) {
  Stretch stretch{.batch = Batch(rules), .until = until};
  std::size_t weight = 0;
  TRY(journal.read(from, until, [&](const RecordedEvent& read) {
    stretch.batch.add(read);
    weight += std::max<std::size_t>(1, read.target.files.size());
    if (weight < most_weight) return true;
    stretch.until = read.after;
    return false;
  }));
  return stretch;
}

// Up to where everything that needs the journal has gone.
Result<Position> passed_position(db::Connection& connection, std::string_view node) {
  const auto row = TRY(connection.sql("SELECT folded, logged FROM journal_position WHERE node = ?1")
                           .bind(node)
                           .first<Position, Position>());
  return row ? std::min(std::get<0>(*row), std::get<1>(*row)) : 0;
}

}  // namespace

Result<bool> Consumer::step() {
  const auto durable = TRY(journal_.sync());
  if (!folded_) {
    folded_ = TRY(database_.read_now(
        [&](db::Connection& connection) { return folded_position(connection, journal_.node()); }));
  }
  if (*folded_ > durable) {
    return fail_internal("the journal of events ends before what is folded: if its segments were "
                         "removed by hand, remove the file `node` beside them as well");
  }
  if (*folded_ < durable) TRY(fold(durable));
  TRY(remove_passed());
  return *folded_ < durable;
}

Result<> Consumer::fold(Position until) {
  const auto from = *folded_;
  const auto stretch = TRY(read_stretch(journal_, rules_, from, until));
  // If the commit fails after all, the database knows best what it holds.
  folded_.reset();
  TRY(database_.write_now([&](db::Connection& connection) -> Result<> {
    if (TRY(folded_position(connection, journal_.node())) != from) {
      return fail(Code::conflict, "The statistics were changed meanwhile.");
    }
    return apply(connection, stretch.batch, journal_.node(), stretch.until);
  }));
  folded_ = stretch.until;
  return {};
}

Result<> Consumer::remove_passed() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_removal_) return {};
  next_removal_ = now + between_removals;
  const auto passed = TRY(database_.read_now(
      [&](db::Connection& connection) { return passed_position(connection, journal_.node()); }));
  return journal_.remove_before(passed);
}

}  // namespace kohaku::stats
