#include "stats/log_segment_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <unordered_map>
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

// A scratch file that is written piece by piece.
class Lines {
 public:
  static Result<Lines> make(const Scratch& scratch) {
    return Lines(TRY(os::create_new(scratch.path())));
  }
  std::string& text() { return buffer_; }
  Result<> write_full() { return buffer_.size() < buffer_bytes ? Result<>() : write(); }
  Result<> write() {
    TRY(file_.append(as_bytes(buffer_)));
    buffer_.clear();
    return {};
  }

 private:
  explicit Lines(os::File file) : file_(std::move(file)) {}
  os::File file_;
  std::string buffer_;
};

// The three files of a segment to be, gone with this.
class RowFiles {
 public:
  explicit RowFiles(const LogPlace& place)
      : lines_(place, ".lines"), clients_(place, ".clients"), targets_(place, ".targets") {}
  std::vector<os::Path> paths() const { return {lines_.path(), clients_.path(), targets_.path()}; }
  std::string select() const {
    return select_rows(lines_.path(), clients_.path(), targets_.path());
  }

  const Scratch& lines() const { return lines_; }
  const Scratch& clients() const { return clients_; }
  const Scratch& targets() const { return targets_; }

 private:
  Scratch lines_;
  Scratch clients_;
  Scratch targets_;
};

// Writes rows to these files and sums up what their segment will say.
class RowWriter {
 public:
  static Result<RowWriter> make(const RowFiles& files, const LogRules& rules) {
    return RowWriter(TRY(Lines::make(files.lines())), TRY(Lines::make(files.clients())),
                     TRY(Lines::make(files.targets())), rules);
  }

  Result<> add(const RecordedEvent& read) {
    append_line(lines_.text(), {.outcome = read.outcome,
                                .after = read.after,
                                .client = number_of_client(read),
                                .target = number_of_target(read)});
    const auto at = read.outcome.at;
    segment_.rows += 1;
    segment_.last = read.after;
    segment_.first_at = segment_.rows == 1 ? at : std::min(segment_.first_at, at);
    segment_.last_at = segment_.rows == 1 ? at : std::max(segment_.last_at, at);
    for (auto* file : {&lines_, &clients_, &targets_}) TRY(file->write_full());
    return {};
  }

  Result<> finish() {
    for (auto* file : {&lines_, &clients_, &targets_}) TRY(file->write());
    return {};
  }

  const LogSegment& segment() const { return segment_; }

 private:
  using Numbers = std::unordered_map<Position, std::uint32_t>;

  RowWriter(Lines lines, Lines clients, Lines targets, const LogRules& rules)
      : lines_(std::move(lines)),
        clients_(std::move(clients)),
        targets_(std::move(targets)),
        rules_(rules) {}

  std::uint32_t number_of_client(const RecordedEvent& read) {
    const auto next = static_cast<std::uint32_t>(known_clients_.size());
    const auto [known, is_new] = known_clients_.try_emplace(read.client_at, next);
    if (is_new) append_client(clients_.text(), next, read.client, rules_.key, rules_.countries);
    return known->second;
  }

  std::uint32_t number_of_target(const RecordedEvent& read) {
    const auto next = static_cast<std::uint32_t>(known_targets_.size());
    const auto [known, is_new] = known_targets_.try_emplace(read.target_at, next);
    if (is_new) append_target(targets_.text(), next, read.target);
    return known->second;
  }

  Lines lines_;
  Lines clients_;
  Lines targets_;
  const LogRules& rules_;
  Numbers known_clients_;
  Numbers known_targets_;
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
  const RowFiles rows(place);
  const Scratch made(place, ".partial");
  auto writer = TRY(RowWriter::make(rows, rules));
  TRY(journal.read(from, until, [&](const RecordedEvent& read) -> Result<bool> {
    TRY(writer.add(read));
    return writer.segment().rows < most;
  }));
  TRY(writer.finish());
  auto segment = writer.segment();
  if (segment.rows == 0) return fail_internal("a segment of the log without events");
  if (segment.rows < most) segment.last = until;
  segment.node = journal.node();
  segment.first = from;
  segment.name = log_segment_name(segment.node, segment.first, segment.last);
  auto files = rows.paths();
  files.push_back(made.path());
  TRY(duckdb.run({.files = std::move(files),
                  .statements = {copy_sorted(rows.select(), made.path())},
                  .threads = 1}));
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
  TRY(duckdb.run({.files = files, .statements = {copy_sorted(select, made.path())}, .threads = 1}));
  TRY(publish(place, made.path(), merged));
  return merged;
}

}  // namespace kohaku::stats
