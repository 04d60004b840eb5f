#include "stats/log_segment_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/hash.h"
#include "stats/log_row.h"

namespace kohaku::stats {
namespace {

constexpr std::size_t buffer_bytes = 1 << 20U;

// A file in the staging area, gone with this unless it was renamed.
class Scratch {
 public:
  Scratch(const LogPlace& place, std::string_view ending)
      : path_(place.staging() / (random_text(16) + std::string(ending))) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  const os::Path& path() const { return path_; }

 private:
  os::Path path_;
};

// Writes rows to a file and sums up what its segment will say.
class RowWriter {
 public:
  RowWriter(os::File file, const LogRules& rules)
      : file_(std::move(file)), rows_(rules.key, rules.countries) {}

  Result<> add(const Event& event, Position after) {
    buffer_ += rows_.row(event, after);
    segment_.rows += 1;
    segment_.last = after;
    segment_.first_at = segment_.rows == 1 ? event.at : std::min(segment_.first_at, event.at);
    segment_.last_at = segment_.rows == 1 ? event.at : std::max(segment_.last_at, event.at);
    if (buffer_.size() < buffer_bytes) return {};
    return flush();
  }

  Result<> flush() {
    TRY(file_.append(as_bytes(buffer_)));
    buffer_.clear();
    return {};
  }

  const LogSegment& segment() const { return segment_; }

 private:
  os::File file_;
  LogRows rows_;
  std::string buffer_;
  LogSegment segment_;
};

// By owner, so that an export of one namespace passes over most row groups.
std::string copy_sorted(std::string_view select, const os::Path& to) {
  return fmt::format("COPY ({} ORDER BY owner_id, timestamp, position) TO {} "
                     "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)",
                     select, sql_quote(to.string()));
}

// Whole and on disk, under its name.
Result<> publish(const LogPlace& place, const os::Path& made, LogSegment& segment) {
  auto file = TRY(os::open_for_writing(made));
  TRY(file.sync());
  segment.bytes = static_cast<std::int64_t>(TRY(file.size()));
  TRY(os::rename(made, place.directory / segment.name));
  return os::sync_directory(place.directory);
}

}  // namespace

Result<LogSegment> write_log_segment(const Journal& journal, const LogPlace& place,
                                     const Duckdb& duckdb, const LogRules& rules, Position from,
                                     Position until, std::int64_t most) {
  TRY(os::make_directories(place.staging()));
  const Scratch lines(place, ".ndjson");
  const Scratch made(place, ".partial");
  RowWriter writer(TRY(os::create_new(lines.path())), rules);
  TRY(journal.read(from, until, [&](const Event& event, Position after) -> Result<bool> {
    TRY(writer.add(event, after));
    return writer.segment().rows < most;
  }));
  TRY(writer.flush());
  auto segment = writer.segment();
  if (segment.rows == 0) return fail_internal("a segment of the log without events");
  if (segment.rows < most) segment.last = until;
  segment.node = journal.node();
  segment.first = from;
  segment.name = log_segment_name(segment.node, segment.first, segment.last);
  TRY(duckdb.run({.files = {lines.path(), made.path()},
                  .statements = {copy_sorted(select_rows(lines.path()), made.path())},
                  .query = {}}));
  TRY(publish(place, made.path(), segment));
  return segment;
}

Result<LogSegment> merge_log_segments(const LogPlace& place, const Duckdb& duckdb,
                                      const std::vector<LogSegment>& segments) {
  const Scratch made(place, ".partial");
  LogSegment merged = segments.front();
  merged.rows = 0;
  std::vector<os::Path> files;
  std::string names;
  for (const auto& segment : segments) {
    files.push_back(place.directory / segment.name);
    names += (names.empty() ? "" : ", ") + sql_quote(files.back().string());
    merged.last = segment.last;
    merged.rows += segment.rows;
    merged.first_at = std::min(merged.first_at, segment.first_at);
    merged.last_at = std::max(merged.last_at, segment.last_at);
  }
  merged.name = log_segment_name(merged.node, merged.first, merged.last);
  files.push_back(made.path());
  const auto select = "SELECT * FROM read_parquet([" + names + "])";
  TRY(duckdb.run({.files = files, .statements = {copy_sorted(select, made.path())}, .query = {}}));
  TRY(publish(place, made.path(), merged));
  return merged;
}

}  // namespace kohaku::stats
