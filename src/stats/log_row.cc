#include "stats/log_row.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>

#include "http/text.h"
#include "stats/duckdb.h"

namespace kohaku::stats {
namespace {

struct Column {
  std::string_view name;
  std::string_view json_type;
  std::string_view value;  // of what JSON has
  std::string_view type;
};

constexpr std::array<Column, 25> columns = {{
    {"position", "BIGINT", "position", "BIGINT"},
    {"timestamp", "BIGINT", "make_timestamp(timestamp)", "TIMESTAMP"},
    {"status", "SMALLINT", "status", "SMALLINT"},
    {"method", "VARCHAR", "method", "VARCHAR"},
    {"repo_id", "BIGINT", "repo_id", "BIGINT"},
    {"owner_id", "BIGINT", "owner_id", "BIGINT"},
    {"repo_type", "VARCHAR", "repo_type", "VARCHAR"},
    {"repo_name", "VARCHAR", "repo_name", "VARCHAR"},
    {"user_id", "BIGINT", "user_id", "BIGINT"},
    {"address_hash", "VARCHAR", "unhex(address_hash)", "BLOB"},
    {"who", "VARCHAR", "unhex(who)", "BLOB"},
    {"country", "VARCHAR", "country", "VARCHAR"},
    {"region", "VARCHAR", "region", "VARCHAR"},
    {"user_agent", "VARCHAR", "user_agent", "VARCHAR"},
    {"path", "VARCHAR", "path", "VARCHAR"},
    {"revision", "VARCHAR", "revision", "VARCHAR"},
    {"bytes", "BIGINT", "bytes", "BIGINT"},
    {"duration_micros", "BIGINT", "duration_micros", "BIGINT"},
    {"door", "VARCHAR", "door", "VARCHAR"},
    {"preview", "BOOLEAN", "preview", "BOOLEAN"},
    {"download_counter", "BOOLEAN", "download_counter", "BOOLEAN"},
    {"files", "BIGINT[]", "files", "BIGINT[]"},
    {"traffic", "VARCHAR", "traffic", "VARCHAR"},
    {"library", "VARCHAR", "library", "VARCHAR"},
    {"version", "VARCHAR", "version", "VARCHAR"},
}};

// A line of JSON, field by field.
class Line {
 public:
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
  void fields(std::string_view fields) { text_.append(1, ',').append(fields); }
  void numbers(std::string_view name, const std::vector<std::uint64_t>& values) {
    begin(name);
    text_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) text_ += ',';
      fmt::format_to(std::back_inserter(text_), "{}", static_cast<std::int64_t>(values[i]));
    }
    text_ += ']';
  }
  std::string end() && { return std::move(text_) += "}\n"; }
  std::string fields() && { return std::move(text_).substr(1); }

 private:
  void begin(std::string_view name) {
    text_ += text_.empty() ? '{' : ',';
    text_.append(1, '"').append(name).append("\":");
  }

  std::string text_;
};

void add_request(Line& line, const Event& event) {
  line.number("timestamp", event.at.value);
  line.number("status", event.status);
  line.text("method", event.method);
  line.text("user_agent", event.user_agent);
  line.text("path", event.path);
  line.text("revision", event.revision);
  line.number("bytes", static_cast<std::int64_t>(event.bytes));
  line.number("duration_micros", event.duration_micros);
  line.text("door", to_string(event.door));
  line.flag("preview", event.preview);
  line.flag("download_counter", event.download_counter);
  line.numbers("files", event.files);
}

void add_repository(Line& line, const Event& event) {
  line.number("repo_id", event.repo.value);
  line.number("owner_id", event.owner.value);
  line.text("repo_type", to_string(event.type));
  line.text("repo_name", event.repository);
}

void add_client(Line& line, const Event& event, const WhoKey& key, const Countries& countries) {
  const auto place = countries.find(event.address);
  const auto client = client_of(event.user_agent);
  line.number("user_id", event.user.value);
  line.text("address_hash", key.of_address(event.address).hex());
  line.text("who", key.of(event).hex());
  line.text("country", place.country);
  line.text("region", place.region);
  line.text("traffic", to_string(traffic_of(event.user_agent)));
  line.text("library", client.library);
  line.text("version", client.version);
}

}  // namespace

const std::string& LogRows::client(const Event& event) {
  constexpr std::size_t most_known = 10'000;
  auto known = fmt::format("{}\n{}\n", event.user.value, event.address);
  known += event.user_agent;
  if (event.who) known.append(1, '\n').append(event.who->hex());
  const auto found = clients_.find(known);
  if (found != clients_.end()) return found->second;
  if (clients_.size() >= most_known) clients_.clear();
  Line line;
  add_client(line, event, key_, countries_);
  return clients_.emplace(std::move(known), std::move(line).fields()).first->second;
}

std::string LogRows::row(const Event& event, Position after) {
  Line line;
  line.number("position", after);
  add_request(line, event);
  add_repository(line, event);
  line.fields(client(event));
  return std::move(line).end();
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

std::string select_rows(const os::Path& lines) {
  std::string types;
  std::string values;
  for (const auto& column : columns) {
    const auto* comma = types.empty() ? "" : ", ";
    types += fmt::format("{}{}: '{}'", comma, column.name, column.json_type);
    values += fmt::format("{}{} AS {}", comma, column.value, column.name);
  }
  return fmt::format("SELECT {} FROM read_json({}, format = 'newline_delimited', "
                     "maximum_object_size = 16777216, columns = {{{}}})",
                     values, sql_quote(lines.string()), types);
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
