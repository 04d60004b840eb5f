#include "stats/duckdb_child.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <string>
#include <string_view>

#include "http/text.h"
#include "os/retry.h"
#include "stats/duckdb.h"
#include "stats/duckdb_library.h"

namespace kohaku::stats {
namespace {

namespace json = boost::json;

constexpr int niceness = 5;
// Beside what DuckDB counts by itself: its code's data, stacks of threads, what a reader holds.
constexpr std::uint64_t uncounted_bytes = std::uint64_t{1} << 30U;

Result<std::string> read_input() {
  std::string text;
  std::array<char, 65536> buffer;
  while (true) {
    const auto got = os::retry([&] { return ::read(STDIN_FILENO, buffer.data(), buffer.size()); });
    if (got < 0) return fail_internal("standard input cannot be read");
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

json::array list_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(json::string_view(name.data(), name.size()));
  return value != nullptr && value->is_array() ? value->get_array() : json::array();
}

std::uint64_t number_of(const json::object& script, const char* name) {
  const auto* value = script.if_contains(name);
  return value != nullptr && value->is_int64() ? static_cast<std::uint64_t>(value->get_int64()) : 0;
}

// A sanitizer maps far more than it uses.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

void hold_back(std::uint64_t memory_bytes) {
  ::setpriority(PRIO_PROCESS, 0, niceness);
  if (is_sanitized) return;
  const rlimit limit{memory_bytes + uncounted_bytes, memory_bytes + uncounted_bytes};
  ::setrlimit(RLIMIT_DATA, &limit);
}

class Session {
 public:
  static Result<Session> open(const json::object& script) {
    Session session(TRY(duckdb::Library::load(text_of(script, "library"))));
    TRY(session.connect(script));
    TRY(session.lock(list_of(script, "files")));
    return session;
  }

  Result<> run(std::string_view sql) {
    duckdb::QueryResult result;
    const bool failed = library_.query(connection_, std::string(sql).c_str(), &result) != 0;
    const std::string reason = failed ? text(library_.result_error(&result)) : std::string();
    library_.destroy_result(&result);
    if (failed) return fail_internal(reason);
    return {};
  }

  // Prepared, since only one statement can be, and its text begins with our own SELECT: so this is none
  // that writes, whoever wrote the query.
  Result<> answer(const std::string& query) {
    // The line break ends a comment.
    const auto sql = "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (" + query + "\n)";
    duckdb::Prepared prepared = nullptr;
    if (library_.prepare(connection_, sql.c_str(), &prepared) != 0) {
      return fail_internal(text(library_.prepare_error(prepared)));
    }
    duckdb::QueryResult result;
    if (library_.execute_prepared(prepared, &result) != 0) {
      return fail_internal(text(library_.result_error(&result)));
    }
    print_names(result);
    while (duckdb::Chunk chunk = library_.fetch_chunk(result)) {
      print_rows(chunk, library_.column_count(&result));
      library_.destroy_data_chunk(&chunk);
    }
    if (std::fflush(stdout) != 0) return fail_internal("the answer cannot be written");
    return {};
  }

 private:
  explicit Session(duckdb::Library library) : library_(library) {}

  static std::string text(const char* words) { return words == nullptr ? "" : words; }

  Result<> connect(const json::object& script) {
    duckdb::Config config = nullptr;
    duckdb::Database database = nullptr;
    char* error = nullptr;
    const auto memory = std::to_string(number_of(script, "memory_bytes") >> 20U) + "MiB";
    const auto threads = std::to_string(number_of(script, "threads"));
    const auto temporary = text_of(script, "temporary");
    if (library_.create_config(&config) != 0 ||
        library_.set_config(config, "memory_limit", memory.c_str()) != 0 ||
        library_.set_config(config, "threads", threads.c_str()) != 0 ||
        library_.set_config(config, "temp_directory", temporary.c_str()) != 0 ||
        library_.open_ext(nullptr, &database, config, &error) != 0 ||
        library_.connect(database, &connection_) != 0) {
      return fail_internal("DuckDB does not open: " + text(error));
    }
    return {};
  }

  // From here on no statement reaches another file, loads anything or changes this.
  Result<> lock(const json::array& files) {
    std::string allowed = "'/dev/stdout'";
    for (const auto& file : files) {
      if (file.is_string()) allowed += ", " + sql_quote(std::string_view(file.get_string()));
    }
    TRY(run("SET allowed_paths = [" + allowed + "]"));
    TRY(run("SET enable_external_access = false"));
    return run("SET lock_configuration = true");
  }

  void print_names(duckdb::QueryResult& result) {
    std::string line = "[";
    for (duckdb::Index i = 0; i < library_.column_count(&result); ++i) {
      if (i > 0) line += ',';
      line += http::json_quote(text(library_.column_name(&result, i)));
    }
    line += "]\n";
    std::fwrite(line.data(), 1, line.size(), stdout);
  }

  void print_rows(duckdb::Chunk chunk, duckdb::Index columns) {
    std::string lines;
    for (duckdb::Index row = 0; row < library_.data_chunk_get_size(chunk); ++row) {
      for (duckdb::Index column = 0; column < columns; ++column) {
        lines += column == 0 ? '[' : ',';
        lines += value(library_.data_chunk_get_vector(chunk, column), row);
      }
      lines += "]\n";
    }
    std::fwrite(lines.data(), 1, lines.size(), stdout);
  }

  std::string value(duckdb::Vector vector, duckdb::Index row) const {
    const auto* validity = library_.vector_get_validity(vector);
    if (validity != nullptr && (validity[row / 64] >> (row % 64) & 1U) == 0) return "null";
    const auto& text = static_cast<const duckdb::Text*>(library_.vector_get_data(vector))[row];
    const char* begin = text.length <= 12 ? text.begin : text.pointer;
    return http::json_quote({begin, text.length});
  }

  duckdb::Library library_;
  duckdb::Connection connection_ = nullptr;
};

Result<> run_script() {
  const auto input = TRY(read_input());
  boost::system::error_code error;
  const auto value = json::parse(json::string_view(input.data(), input.size()), error);
  if (error || !value.is_object()) return fail_internal("standard input is no JSON object");
  const auto& script = value.get_object();
  hold_back(number_of(script, "memory_bytes"));
  auto session = TRY(Session::open(script));
  for (const auto& statement : list_of(script, "statements")) {
    if (statement.is_string()) TRY(session.run(std::string_view(statement.get_string())));
  }
  const auto query = text_of(script, "query");
  if (!query.empty()) TRY(session.answer(query));
  return {};
}

}  // namespace

int run_duckdb_child() {
  const auto done = run_script();
  if (done) return 0;
  std::fputs(done.error().detail.c_str(), stderr);
  return 1;
}

}  // namespace kohaku::stats
