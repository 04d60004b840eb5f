#include "stats/log_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "http/text.h"
#include "stats/duckdb.h"

namespace kohaku::stats {
namespace {

struct Column {
  std::string_view file;  // which of the three has it
  std::string_view name;
  std::string_view file_type;
  std::string_view value;  // of what the file has
  std::string_view type;
};

constexpr std::array<Column, 25> columns = {{
    {"line", "position", "BIGINT", "position", "BIGINT"},
    {"line", "timestamp", "BIGINT", "make_timestamp(line.timestamp)", "TIMESTAMP"},
    {"line", "status", "SMALLINT", "status", "SMALLINT"},
    {"target", "method", "VARCHAR", "method", "VARCHAR"},
    {"target", "repo_id", "BIGINT", "repo_id", "BIGINT"},
    {"target", "owner_id", "BIGINT", "owner_id", "BIGINT"},
    {"target", "repo_type", "VARCHAR", "repo_type", "VARCHAR"},
    {"target", "repo_name", "VARCHAR", "repo_name", "VARCHAR"},
    {"client", "user_id", "BIGINT", "user_id", "BIGINT"},
    {"client", "address_hash", "VARCHAR", "unhex(address_hash)", "BLOB"},
    {"client", "who", "VARCHAR", "unhex(who)", "BLOB"},
    {"client", "country", "VARCHAR", "country", "VARCHAR"},
    {"client", "region", "VARCHAR", "region", "VARCHAR"},
    {"client", "user_agent", "VARCHAR", "user_agent", "VARCHAR"},
    {"target", "path", "VARCHAR", "path", "VARCHAR"},
    {"target", "revision", "VARCHAR", "revision", "VARCHAR"},
    {"line", "bytes", "BIGINT", "bytes", "BIGINT"},
    {"line", "duration_micros", "BIGINT", "duration_micros", "BIGINT"},
    {"target", "door", "VARCHAR", "door", "VARCHAR"},
    {"target", "preview", "BOOLEAN", "preview", "BOOLEAN"},
    {"target", "download_counter", "BOOLEAN", "download_counter", "BOOLEAN"},
    {"target", "files", "BIGINT[]", "files", "BIGINT[]"},
    {"client", "traffic", "VARCHAR", "traffic", "VARCHAR"},
    {"client", "library", "VARCHAR", "library", "VARCHAR"},
    {"client", "version", "VARCHAR", "version", "VARCHAR"},
}};

// A line of JSON, field by field, behind a text.
class Line {
 public:
  explicit Line(std::string& text) : text_(text) {}

  void number(std::string_view name, std::int64_t value) {
    begin(name);
    fmt::format_to(std::back_inserter(text_), "{}", value);
  }
  void flag(std::string_view name, bool value) {
    begin(name);
    text_ += value ? "true" : "false";
  }
  // A NUL has no place in a column of text, and none in what a client may have meant.
  void text(std::string_view name, std::string_view value) {
    begin(name);
    if (value.find('\0') == value.npos) {
      text_ += http::json_quote(value);
      return;
    }
    std::string clean(value);
    std::ranges::replace(clean, '\0', ' ');
    text_ += http::json_quote(clean);
  }
  void numbers(std::string_view name, const std::vector<std::uint64_t>& values) {
    begin(name);
    text_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) text_ += ',';
      fmt::format_to(std::back_inserter(text_), "{}", static_cast<std::int64_t>(values[i]));
    }
    text_ += ']';
  }
  void end() { text_ += "}\n"; }

 private:
  void begin(std::string_view name) {
    text_ += is_first_ ? '{' : ',';
    is_first_ = false;
    text_.append(1, '"').append(name).append("\":");
  }

  std::string& text_;
  bool is_first_ = true;
};

std::string columns_of(std::string_view file, std::string_view first) {
  std::string types(first);
  for (const auto& column : columns) {
    if (column.file != file) continue;
    types += fmt::format("{}{}: '{}'", types.empty() ? "" : ", ", column.name, column.file_type);
  }
  return types;
}

std::string read_json(std::string_view file, const os::Path& path) {
  return fmt::format("read_json({}, format = 'newline_delimited', maximum_object_size = 16777216, "
                     "columns = {{{}}})",
                     sql_quote(path.string()), columns_of(file, "number: 'BIGINT'"));
}

}  // namespace

void append_line(std::string& text, const LogLine& line) {
  const auto& outcome = line.outcome;
  const std::array<std::int64_t, 7> numbers = {line.client,
                                               line.target,
                                               line.after,
                                               outcome.at.value,
                                               outcome.status,
                                               static_cast<std::int64_t>(outcome.bytes),
                                               outcome.duration_micros};
  std::array<char, numbers.size() * 21> memory;
  auto* end = memory.data();
  for (const auto number : numbers) {
    end = std::to_chars(end, memory.data() + memory.size(), number).ptr;
    *end++ = ',';
  }
  end[-1] = '\n';
  text.append(memory.data(), end);
}

void append_client(std::string& text, std::uint32_t number, const EventClient& client,
                   const WhoKey& key, const Countries& countries) {
  const auto place = countries.find(client.address);
  const auto library = client_of(client.user_agent);
  Line line(text);
  line.number("number", number);
  line.number("user_id", client.user.value);
  line.text("address_hash", key.of_address(client.address).hex());
  line.text("who", key.of(client).hex());
  line.text("country", place.country);
  line.text("region", place.region);
  line.text("user_agent", client.user_agent);
  line.text("traffic", to_string(traffic_of(client.user_agent)));
  line.text("library", library.library);
  line.text("version", library.version);
  line.end();
}

void append_target(std::string& text, std::uint32_t number, const EventTarget& target) {
  Line line(text);
  line.number("number", number);
  line.text("method", target.method);
  line.number("repo_id", target.repo.value);
  line.number("owner_id", target.owner.value);
  line.text("repo_type", to_string(target.type));
  line.text("repo_name", target.repository);
  line.text("path", target.path);
  line.text("revision", target.revision);
  line.text("door", to_string(target.door));
  line.flag("preview", target.preview);
  line.flag("download_counter", target.download_counter);
  line.numbers("files", target.files);
  line.end();
}

std::string_view to_string(Door door) {
  switch (door) {
    case Door::resolve: return "resolve";
    case Door::raw: return "raw";
    case Door::lfs_batch: return "lfs_batch";
    case Door::lfs_object: return "lfs_object";
    case Door::xet_reconstruction: return "xet_reconstruction";
    case Door::xet_fetch: return "xet_fetch";
    case Door::git_fetch: return "git_fetch";
    case Door::metadata: return "metadata";
  }
  return "";
}

std::string_view to_string(Traffic traffic) {
  switch (traffic) {
    case Traffic::people: return "people";
    case Traffic::ci: return "ci";
    case Traffic::robots: return "robots";
  }
  return "";
}

std::string select_rows(const os::Path& lines, const os::Path& clients, const os::Path& targets) {
  std::string values;
  for (const auto& column : columns) {
    values += fmt::format("{}{} AS {}", values.empty() ? "" : ", ", column.value, column.name);
  }
  return fmt::format(
      "SELECT {} FROM read_csv({}, header = false, auto_detect = false, columns = {{{}}}) AS line "
      "JOIN {} AS client ON client.number = line.client "
      "JOIN {} AS target ON target.number = line.target",
      values, sql_quote(lines.string()), columns_of("line", "client: 'BIGINT', target: 'BIGINT'"),
      read_json("client", clients), read_json("target", targets));
}

std::string access_log_view(const std::vector<os::Path>& segments) {
  const std::string view = "CREATE TEMP VIEW access_log AS ";
  std::string values;
  for (const auto& column : columns) {
    values += fmt::format("{}NULL::{} AS {}", values.empty() ? "" : ", ", column.type, column.name);
  }
  if (segments.empty()) return view + "SELECT " + values + " WHERE false";
  std::string names;
  for (const auto& path : segments) {
    names += (names.empty() ? "" : ", ") + sql_quote(path.string());
  }
  return view + "SELECT * FROM read_parquet([" + names + "])";
}

}  // namespace kohaku::stats
