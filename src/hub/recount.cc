#include "hub/recount.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "hub/access_log.h"
#include "hub/log_work.h"
#include "stats/fold.h"
#include "stats/log_row.h"

namespace kohaku::hub {
namespace {

constexpr std::array<std::string_view, 8> columns = {
    "downloads", "authenticated",          "files", "huggingface", "huggingface_authenticated",
    "requests",  "requests_authenticated", "bytes"};

struct Key {
  RepoId repo;
  std::int64_t day;
  std::string traffic;
  friend auto operator<=>(const Key&, const Key&) = default;
};
using Counts = std::array<std::int64_t, columns.size()>;
using Table = std::map<Key, Counts>;

// The database at one moment: up to `folded` in the journal.
struct Counted {
  stats::Position folded = 0;
  std::set<RepoId> repos;
  Table table;
};

Result<Counted> read_counted(Hub& hub, std::int64_t first_day) {
  return hub.database.read_now([&](db::Connection& connection) -> Result<Counted> {
    Counted counted;
    counted.folded = TRY(stats::folded_position(connection, hub.journal->node()));
    auto repos = connection.sql("SELECT id FROM repository");
    while (TRY(repos.step())) counted.repos.insert(repos.get<RepoId>(0));
    auto rows = connection
                    .sql("SELECT repo_id, day, traffic, downloads, authenticated, files, "
                         "huggingface, huggingface_authenticated, requests, "
                         "requests_authenticated, bytes FROM repository_day WHERE day >= ?1")
                    .bind(first_day);
    while (TRY(rows.step())) {
      const auto traffic = static_cast<stats::Traffic>(rows.get<int>(2));
      auto& counts = counted.table[{rows.get<RepoId>(0), rows.get<std::int64_t>(1),
                                    std::string(stats::to_string(traffic))}];
      for (std::size_t i = 0; i < counts.size(); ++i) {
        counts[i] = rows.get<std::int64_t>(static_cast<int>(i) + 3);
      }
    }
    return counted;
  });
}

// The first day of which nothing is missing. Where segments do not follow each other, events were removed
// for their age or given up: they are not younger than the segment behind the gap.
std::int64_t first_whole_day(const std::vector<stats::LogSegment>& segments) {
  std::int64_t day = 0;
  const stats::LogSegment* before = nullptr;
  for (const auto& segment : segments) {
    const bool continues = before != nullptr && before->node == segment.node;
    if (segment.first != (continues ? before->last : 0)) {
      day = std::max(day, stats::day_of(segment.last_at) + 1);
    }
    before = &segment;
  }
  return day;
}

// The rules of stats/policy.h and stats/fold.h, said a second time.
constexpr std::string_view judged = R"(
CREATE TEMP TABLE judged AS
SELECT position, repo_id, traffic, files, who, address_hash, user_id <> 0 AS known,
  epoch_us(timestamp) // 1000000 AS second,
  repo_type = 'model' AS is_model,
  NOT preview AND len(files) > 0 AND (
    (door IN ('resolve', 'raw', 'xet_reconstruction') AND method = 'GET' AND status IN (200, 206, 302))
    OR (door IN ('lfs_batch', 'git_fetch') AND status = 200)) AS is_download,
  NOT preview AND status < 400 AND CASE
    WHEN repo_type <> 'model' THEN download_counter OR is_download
    ELSE door = 'resolve' AND status IN (200, 206, 302, 304) AND (
      path IN ('config.json', 'config.yaml', 'hyperparams.yaml', 'params.json', 'meta.yaml')
      OR ends_with(path, '.gguf')) END AS is_huggingface,
  CASE WHEN status IN (200, 206) AND door IN ('resolve', 'raw', 'lfs_object', 'xet_fetch', 'git_fetch')
    THEN bytes ELSE 0 END AS sent
FROM logged)";

// A session belongs to the traffic, and to the people, of its first event.
std::string sessions(std::int64_t window_seconds) {
  return fmt::format(R"(
CREATE TEMP TABLE session AS
SELECT repo_id, second // {0} * {0} AS bucket, who, arg_min(traffic, position) AS traffic,
  arg_min(known, position) AS known, flatten(list(files)).list_distinct().len() AS files
FROM judged WHERE is_download GROUP BY ALL)",
                     window_seconds);
}

constexpr std::string_view huggingface_sessions = R"(
CREATE TEMP TABLE huggingface_session AS
SELECT repo_id, second // 300 * 300 AS bucket, address_hash, arg_min(traffic, position) AS traffic,
  arg_min(known, position) AS known
FROM judged WHERE is_huggingface AND NOT is_model GROUP BY ALL)";

constexpr std::string_view summed = R"(
SELECT repo_id, day, traffic, sum(downloads), sum(authenticated), sum(files), sum(huggingface),
  sum(huggingface_authenticated), sum(requests), sum(requests_authenticated), sum(bytes)
FROM (
  SELECT repo_id, bucket // 86400 AS day, traffic, 1 AS downloads, known::INT AS authenticated, files,
    0 AS huggingface, 0 AS huggingface_authenticated, 0 AS requests, 0 AS requests_authenticated, 0 AS bytes
  FROM session
  UNION ALL
  SELECT repo_id, bucket // 86400, traffic, 0, 0, 0, 1, known::INT, 0, 0, 0 FROM huggingface_session
  UNION ALL
  SELECT repo_id, second // 86400, traffic, 0, 0, 0, (is_huggingface AND is_model)::INT,
    (is_huggingface AND is_model AND known)::INT, is_download::INT, (is_download AND known)::INT, sent
  FROM judged)
GROUP BY repo_id, day, traffic)";

// Segments may hold events that came after the database was read.
std::string select_logged(const std::vector<os::Path>& whole, const std::vector<os::Path>& begun,
                          stats::Position until) {
  const auto relation = [](const std::vector<os::Path>& files) {
    std::string names;
    for (const auto& file : files) {
      names += (names.empty() ? "" : ", ") + stats::sql_quote(file.string());
    }
    return "SELECT * FROM read_parquet([" + names + "])";
  };
  std::string sql = "CREATE TEMP VIEW logged AS ";
  if (!whole.empty()) sql += relation(whole);
  if (!whole.empty() && !begun.empty()) sql += " UNION ALL ";
  if (!begun.empty()) sql += fmt::format("{} WHERE position <= {}", relation(begun), until);
  return sql;
}

std::int64_t number(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

Result<Table> count_log(Hub& hub, const std::vector<stats::LogSegment>& segments,
                        stats::Position until) {
  std::vector<os::Path> whole;
  std::vector<os::Path> begun;
  for (const auto& segment : segments) {
    const bool is_begun = segment.node == hub.journal->node() && segment.last > until;
    (is_begun ? begun : whole).push_back(hub.log_work->place().directory / segment.name);
  }
  Table table;
  if (segments.empty()) return table;
  stats::DuckdbScript script;
  script.files = whole;
  script.files.insert(script.files.end(), begun.begin(), begun.end());
  script.statements = {select_logged(whole, begun, until), std::string(judged),
                       sessions(hub.config.download_window_seconds),
                       std::string(huggingface_sessions)};
  script.query = summed;
  for (const auto& row : TRY(hub.log_work->duckdb()->run(script)).rows) {
    auto& counts = table[{RepoId{number(row[0])}, number(row[1]), row[2].value_or("")}];
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = number(row[i + 3]);
  }
  return table;
}

void compare(const Key& key, const Counts& in_database, const Counts& in_log, Recount& recount) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (in_database[i] == in_log[i]) continue;
    recount.differences.push_back(
        {key.repo, key.day, key.traffic, std::string(columns[i]), in_database[i], in_log[i]});
  }
}

// What stands in neither counts as 0.
void compare(const Counted& counted, const Table& log, Recount& recount) {
  std::set<Key> keys;
  for (const auto& table : {counted.table, log}) {
    for (const auto& [key, counts] : table) keys.insert(key);
  }
  const auto counts_in = [](const Table& table, const Key& key) {
    const auto found = table.find(key);
    return found == table.end() ? Counts{} : found->second;
  };
  for (const auto& key : keys) {
    const bool is_asked = key.day >= recount.first_day && key.day <= recount.last_day;
    if (!is_asked || !counted.repos.contains(key.repo)) continue;
    compare(key, counts_in(counted.table, key), counts_in(log, key), recount);
  }
}

std::string day_text(std::int64_t day) {
  return iso_date(Micros::from_seconds(day * 86'400)).substr(0, 10);
}

}  // namespace

Result<Recount> recount(Hub& hub, std::int64_t days) {
  TRY(flush_access_log(hub));
  if (!hub.journal) return fail(Code::unavailable, "There is no journal of events.");
  Recount recount;
  recount.last_day = stats::day_of(hub.clock.now());
  recount.first_day = recount.last_day - days + 1;
  const auto counted = TRY(read_counted(hub, recount.first_day));
  TRY(write_log_segments(hub));  // so that all of what was counted is logged
  const LogWork::Reader reader(*hub.log_work);
  const auto segments =
      TRY(hub.database.read_now([](auto& c) { return stats::list_log_segments(c); }));
  recount.first_day = std::max(recount.first_day, first_whole_day(segments));
  compare(counted, TRY(count_log(hub, segments, counted.folded)), recount);
  return recount;
}

std::string to_text(const Recount& recount) {
  std::string text = recount.first_day > recount.last_day
                         ? "The log covers no whole day yet.\n"
                         : fmt::format("Recounted {} to {}.\n", day_text(recount.first_day),
                                       day_text(recount.last_day));
  for (const auto& difference : recount.differences) {
    text += fmt::format("repository {} on {}, {}: {} {} in the database, {} in the log\n",
                        difference.repo.value, day_text(difference.day), difference.traffic,
                        difference.column, difference.in_database, difference.in_log);
  }
  return text + fmt::format("{} differences\n", recount.differences.size());
}

}  // namespace kohaku::hub
