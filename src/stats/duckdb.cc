#include "stats/duckdb.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <system_error>
#include <utility>

#include "os/process.h"
#include "stats/duckdb_child.h"

namespace kohaku::stats {
namespace {

namespace json = boost::json;

constexpr std::uint64_t memory_bytes = std::uint64_t{512} << 20U;
constexpr int timeout_seconds = 600;
constexpr int stall_seconds = 120;              // of a reader, or of DuckDB
constexpr std::size_t most_answer = 32 << 20U;  // of a query

os::ProcessOptions options_of_child() {
  os::ProcessOptions options;
  options.arguments = {"/proc/self/exe", duckdb_child_command};
  return options;
}

Result<> check_end(const os::ProcessResult& result) {
  if (result.exit_status == 0) return {};
  if (!result.errors.empty()) return fail_internal(result.errors);
  return fail_internal("DuckDB ended with status " + std::to_string(result.exit_status));
}

Result<json::array> parse_line(std::string_view line) {
  boost::system::error_code error;
  auto value = json::parse(json::string_view(line.data(), line.size()), error);
  if (error || !value.is_array()) return fail_internal("DuckDB's child wrote a broken line");
  return std::move(value.get_array());
}

Result<DuckdbTable::Row> parse_row(std::string_view line) {
  DuckdbTable::Row row;
  for (const auto& value : TRY(parse_line(line))) {
    row.push_back(value.is_string() ? std::optional(std::string(value.get_string()))
                                    : std::nullopt);
  }
  return row;
}

// Rows of an answer that comes piece by piece; the first are the names of the columns.
class Rows {
 public:
  explicit Rows(const Duckdb::EachRow& each) : each_(each) {}

  Result<> add(std::string_view text) {
    rest_ += text;
    std::size_t begin = 0;
    for (auto end = rest_.find('\n'); end != rest_.npos; end = rest_.find('\n', begin)) {
      TRY(each_(TRY(parse_row(std::string_view(rest_).substr(begin, end - begin)))));
      begin = end + 1;
    }
    rest_.erase(0, begin);
    return {};
  }

 private:
  const Duckdb::EachRow& each_;
  std::string rest_;
};

}  // namespace

std::optional<os::Path> Duckdb::find_library(const os::Path& named) {
  if (!named.empty()) return os::exists(named) ? std::optional(named) : std::nullopt;
  std::error_code error;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return std::nullopt;
  for (const os::Path place : {".", "../lib/kohakuhub"}) {
    auto path = (beside / place / "libduckdb.so").lexically_normal();
    if (os::exists(path)) return path;
  }
  return std::nullopt;
}

Result<os::ScratchDirectory> Duckdb::make_temporary() const {
  TRY(os::make_directories(staging_));
  return os::ScratchDirectory::make(staging_);
}

std::string Duckdb::input(const DuckdbScript& script, const os::Path& temporary) const {
  json::array files;
  for (const auto& file : script.files) files.emplace_back(file.string());
  json::object object;
  object["library"] = library_.string();
  object["memory_bytes"] = static_cast<std::int64_t>(memory_bytes);
  object["threads"] = script.threads;
  object["temporary"] = temporary.string();
  object["files"] = std::move(files);
  object["statements"] = json::array(script.statements.begin(), script.statements.end());
  object["query"] = script.query;
  return json::serialize(object);
}

Result<DuckdbTable> Duckdb::run(const DuckdbScript& script) const {
  const auto temporary = TRY(make_temporary());
  auto options = options_of_child();
  options.input = input(script, temporary.path());
  options.most_output = most_answer;
  options.timeout_seconds = timeout_seconds;
  const auto result = TRY(os::run_process(options));
  TRY(check_end(result));
  DuckdbTable table;
  const EachRow keep = [&](const DuckdbTable::Row& row) -> Result<> {
    table.rows.push_back(row);
    return {};
  };
  TRY(Rows(keep).add(result.output));
  if (table.rows.empty()) return table;
  for (const auto& name : table.rows.front()) table.columns.push_back(name.value_or(""));
  table.rows.erase(table.rows.begin());
  return table;
}

Result<> Duckdb::run(const DuckdbScript& script, const EachRow& each) const {
  const auto temporary = TRY(make_temporary());
  bool has_names = false;
  const EachRow pass_on = [&](const DuckdbTable::Row& row) -> Result<> {
    return std::exchange(has_names, true) ? each(row) : Result<>{};
  };
  Rows rows(pass_on);
  auto options = options_of_child();
  options.input = input(script, temporary.path());
  options.timeout_seconds = timeout_seconds;
  options.on_output = [&](std::string_view text) { return rows.add(text); };
  return check_end(TRY(os::run_process(options)));
}

Task<Result<DuckdbProcess>> Duckdb::start(DuckdbScript script,
                                          os::ScratchDirectory temporary) const {
  auto options = options_of_child();
  options.timeout_seconds = stall_seconds;
  auto process = CO_TRY(co_await os::PipedProcess::start(std::move(options), std::nullopt));
  const auto text = input(script, temporary.path());
  // A child that reads no more has said why.
  if (!co_await process.write(as_bytes(text))) {
    CO_TRY(check_end(co_await process.finish()));
    co_return fail_internal("DuckDB's child did not take its script");
  }
  process.end_input();
  co_return DuckdbProcess{std::move(temporary), std::move(process)};
}

std::string sql_quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted += '\'';
}

}  // namespace kohaku::stats
