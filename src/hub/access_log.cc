#include "hub/access_log.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

#include "hub/counting.h"
#include "hub/log_work.h"
#include "os/log.h"
#include "stats/fold.h"

namespace kohaku::hub {
namespace {

// Of the journal, which has the clients' addresses in it.
constexpr std::uint64_t most_waiting_bytes = std::uint64_t{1} << 30U;
constexpr std::int64_t longest_wait_seconds = 86'400;
constexpr std::int64_t between_cleanings_seconds = 3'600;
constexpr auto patience = std::chrono::seconds(10);
constexpr auto between_looks = std::chrono::milliseconds(20);

constexpr std::int64_t merged_bytes = 64 << 20;
constexpr std::int64_t merged_rows =
    2'000'000;                          // sorting them has to fit into the disk's free room
constexpr std::size_t most_small = 24;  // of a day that goes on

Result<stats::JournalPositions> positions(Hub& hub) {
  return hub.database.read_now(
      [&](auto& c) { return stats::journal_positions(c, hub.journal->node()); });
}

Result<std::vector<stats::LogSegment>> all_segments(Hub& hub) {
  return hub.database.read_now([](auto& c) { return stats::list_log_segments(c); });
}

// Files without a row: of a turn that ended early, or of segments that were removed. Not while somebody
// reads, who may have listed them before.
Result<> sweep(Hub& hub) {
  auto& work = *hub.log_work;
  const auto& directory = work.place().directory;
  if (work.has_readers() || !os::exists(directory)) return {};
  std::unordered_set<std::string> listed;
  for (const auto& segment : TRY(all_segments(hub))) listed.insert(segment.name);
  for (const auto& entry : TRY(os::list(directory))) {
    if (entry.is_directory || listed.contains(entry.name)) continue;
    TRY(os::remove_file(directory / entry.name));
  }
  return {};
}

// Once: what a process before this one had begun.
Result<> sweep_at_start(Hub& hub) {
  auto& work = *hub.log_work;
  if (work.is_swept) return {};
  TRY(os::remove_tree(work.place().staging()));
  TRY(sweep(hub));
  work.is_swept = true;
  return {};
}

Result<bool> has_events(Hub& hub, stats::Position from, stats::Position until) {
  bool found = false;
  if (from >= until) return found;
  TRY(hub.journal->read(from, until, [&](auto&) -> Result<bool> {
    found = true;
    return false;
  }));
  return found;
}

// Whether there was a segment to write.
Result<bool> write_one(Hub& hub, const stats::Duckdb& duckdb) {
  const auto at = TRY(positions(hub));
  if (!TRY(has_events(hub, at.logged, at.folded))) return false;
  const auto counting = TRY(counting_rules(hub));
  const auto segment = TRY(stats::write_log_segment(*hub.journal, hub.log_work->place(), duckdb,
                                                    {counting.key, counting.countries}, at.logged,
                                                    at.folded, most_segment_rows));
  TRY(hub.database.write_now([&](db::Connection& connection) -> Result<> {
    TRY(stats::move_logged(connection, segment.node, segment.first, segment.last));
    return stats::insert_log_segment(connection, segment);
  }));
  return true;
}

Result<> write_all(Hub& hub) {
  const auto* duckdb = hub.log_work->duckdb();
  if (duckdb == nullptr) return fail(Code::not_implemented, "There is no DuckDB here.");
  TRY(sweep_at_start(hub));
  while (TRY(write_one(hub, *duckdb))) {
  }
  return {};
}

struct Waiting {
  std::optional<Micros> oldest;
  stats::Position young = 0;  // behind the last event that waits too long
};

Result<Waiting> look_at_waiting(Hub& hub, const stats::JournalPositions& at) {
  Waiting waiting{.oldest = {}, .young = at.logged};
  const auto limit = hub.clock.now().plus_seconds(-longest_wait_seconds);
  TRY(hub.journal->read(at.logged, at.folded,
                        [&](const stats::RecordedEvent& read) -> Result<bool> {
                          const auto at = read.outcome.at;
                          if (!waiting.oldest) {
                            waiting.oldest = at;
                            if (at.plus_seconds(between_cleanings_seconds) >= limit) return false;
                          }
                          if (at >= limit) return false;
                          waiting.young = read.after;
                          return true;
                        }));
  return waiting;
}

// Up to where events are not waited with any longer.
Result<stats::Position> given_up_position(Hub& hub, const stats::JournalPositions& at) {
  if (at.logged >= at.folded) return at.logged;
  if (hub.journal->bytes_after(at.logged) > most_waiting_bytes) return at.folded;
  return TRY(look_at_waiting(hub, at)).young;
}

// Counting goes on, whatever becomes of the log.
Result<> give_up_waiting(Hub& hub) {
  const auto at = TRY(positions(hub));
  const auto until = TRY(given_up_position(hub, at));
  if (until <= at.logged) return {};
  os::log_error(
      "Events that could not be written to the access log are given up",
      {{"journal_bytes", static_cast<std::int64_t>(hub.journal->bytes_after(at.logged))}});
  return hub.database.write_now([&](auto& connection) {
    return stats::move_logged(connection, hub.journal->node(), at.logged, until);
  });
}

Result<bool> has_unfolded(Hub& hub, stats::Position until) {
  return has_events(hub, TRY(positions(hub)).folded, until);
}

// Where no log is wanted, the journal need not wait for it.
Result<> pass_over(Hub& hub) {
  const auto at = TRY(positions(hub));
  if (at.logged >= at.folded) return {};
  return hub.database.write_now([&](auto& connection) {
    return stats::move_logged(connection, hub.journal->node(), at.logged, at.folded);
  });
}

// Merging

bool is_small(const stats::LogSegment& segment) {
  return segment.bytes < merged_bytes && segment.rows < merged_rows;
}

bool continues(const stats::LogSegment& before, const stats::LogSegment& after) {
  return is_small(after) && before.node == after.node && before.last == after.first &&
         stats::day_of(before.last_at) == stats::day_of(after.last_at);
}

// Small segments that follow each other within a day, as many as one may hold.
using Run = std::vector<stats::LogSegment>;
Run run_from(const std::vector<stats::LogSegment>& segments, std::size_t begin) {
  Run run{segments[begin]};
  auto bytes = segments[begin].bytes;
  auto rows = segments[begin].rows;
  for (auto i = begin + 1; i < segments.size() && continues(run.back(), segments[i]); ++i) {
    if (bytes >= merged_bytes || rows + segments[i].rows > merged_rows) break;
    bytes += segments[i].bytes;
    rows += segments[i].rows;
    run.push_back(segments[i]);
  }
  return run;
}

// One that is worth the work; else an empty one. A day that is over ends in few segments, so that what is
// older than the log is kept can go day by day.
Run find_run(const std::vector<stats::LogSegment>& segments, std::int64_t today) {
  for (std::size_t i = 0; i < segments.size();) {
    auto run = is_small(segments[i]) ? run_from(segments, i) : Run{segments[i]};
    const bool is_over = stats::day_of(run.back().last_at) < today;
    if (run.size() >= (is_over ? 2 : most_small)) return run;
    i += run.size();
  }
  return {};
}

Result<bool> merge_one(Hub& hub, const stats::Duckdb& duckdb) {
  const auto run = find_run(TRY(all_segments(hub)), stats::day_of(hub.clock.now()));
  if (run.empty()) return false;
  const auto merged = TRY(stats::merge_log_segments(hub.log_work->place(), duckdb, run));
  TRY(hub.database.write_now([&](db::Connection& connection) -> Result<> {
    for (const auto& segment : run) TRY(stats::delete_log_segment(connection, segment));
    return stats::insert_log_segment(connection, merged);
  }));
  return true;
}

// The oldest first, until what is left is neither too old nor too much.
Result<bool> remove_old(Hub& hub) {
  auto segments = TRY(all_segments(hub));
  std::ranges::sort(segments, {}, &stats::LogSegment::last_at);
  const auto oldest = hub.clock.now().plus_seconds(-hub.config.access_log_days * 86'400);
  std::uint64_t bytes = 0;
  for (const auto& segment : segments) bytes += static_cast<std::uint64_t>(segment.bytes);
  std::size_t gone = 0;
  for (const auto& segment : segments) {
    if (segment.last_at >= oldest && bytes <= hub.config.access_log_bytes) break;
    bytes -= static_cast<std::uint64_t>(segment.bytes);
    ++gone;
  }
  if (gone == 0) return false;
  segments.resize(gone);
  TRY(hub.database.write_now([&](db::Connection& connection) -> Result<> {
    for (const auto& segment : segments) TRY(stats::delete_log_segment(connection, segment));
    return {};
  }));
  return true;
}

}  // namespace

Result<> require_access_log(const Hub& hub) {
  if (hub.config.access_log_days == 0) {
    return fail(Code::not_implemented, "This hub keeps no access logs: its operator wants none.");
  }
  if (hub.log_work->duckdb() == nullptr) {
    return fail(Code::not_implemented,
                "This hub keeps no access logs: its operator has not installed DuckDB.");
  }
  return {};
}

Result<> write_log_segments(Hub& hub) {
  if (!hub.journal) return {};
  const std::scoped_lock turn(hub.log_work->turn);
  if (hub.config.access_log_days == 0) return pass_over(hub);
  auto written = write_all(hub);
  if (!written) TRY(give_up_waiting(hub));
  return written;
}

Result<> flush_access_log(Hub& hub) {
  TRY(require_access_log(hub));
  if (!hub.journal) return {};
  const auto until = TRY(hub.journal->sync());
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (TRY(has_unfolded(hub, until))) {
    if (std::chrono::steady_clock::now() > deadline) {
      return fail(Code::unavailable, "The newest requests are not counted yet. Try again soon.");
    }
    std::this_thread::sleep_for(between_looks);
  }
  return write_log_segments(hub);
}

Result<> tend_log_segments(Hub& hub) {
  const auto* duckdb = hub.log_work->duckdb();
  const std::scoped_lock turn(hub.log_work->turn);
  bool changed = TRY(remove_old(hub));
  if (duckdb != nullptr) {
    TRY(sweep_at_start(hub));
    while (TRY(merge_one(hub, *duckdb))) changed = true;
  }
  // What could not be removed under a reader goes with the next change, or at the next start.
  if (changed) TRY(sweep(hub));
  return {};
}

}  // namespace kohaku::hub
