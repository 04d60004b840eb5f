// One connection to the database and the statements run on it.
//
//   auto row = TRY(connection.sql("SELECT id, name FROM account WHERE lookup_name = ?1")
//                            .bind(lookup_name)
//                            .first<AccountId, std::string>());   // optional<tuple<…>>
//
// The SQL is written once for SQLite and PostgreSQL: numbered parameters `?1`, BIGINT microseconds,
// BLOB for hashes, no database functions beyond the common ones.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"

namespace kohaku::db {

// Failures: a violated UNIQUE or FOREIGN KEY constraint is Code::conflict, a full disk
// Code::insufficient_storage, a database out of reach or locked Code::unavailable, all else
// Code::internal; SQL and reason stand in the detail, arguments never.

class Connection;
class Driver;  // db/driver.h: what SQLite and PostgreSQL each implement
class PreparedStatement;

// A prepared statement with its arguments; lives within one expression or block, and must end
// before its connection; returns to the connection's cache when it ends. What is bound is copied.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Binds ?1, ?2, … in order. Accepts integers, bool, double, text, Digest, Id, Micros,
  // Bytes (blob), and optional of these (empty = NULL).
  template <class... Arguments>
  Statement bind(const Arguments&... arguments) && {
    int index = 0;
    (bind_value(++index, arguments), ...);
    return std::move(*this);
  }

  Result<std::int64_t> run();  // how many rows it changed

  template <class... Columns>
  Result<std::optional<std::tuple<Columns...>>> first() {
    if (!TRY(step())) return std::nullopt;
    return read_row<Columns...>(std::index_sequence_for<Columns...>{});
  }

  template <class... Columns>
  Result<std::vector<std::tuple<Columns...>>> all() {
    std::vector<std::tuple<Columns...>> rows;
    while (TRY(step())) rows.push_back(read_row<Columns...>(std::index_sequence_for<Columns...>{}));
    return rows;
  }

  // For wide rows: while (TRY(s.step())) { s.get<std::string>(0); … }
  Result<bool> step();
  template <class T>
  T get(int column) {
    T value{};
    read(column, value);
    return value;
  }

 private:
  friend class Connection;
  Statement(Connection* connection, std::unique_ptr<PreparedStatement> prepared, Result<> failure);
  void keep(Result<> bound);

  template <class... Columns, std::size_t... Index>
  std::tuple<Columns...> read_row(std::index_sequence<Index...>) {
    return {get<Columns>(static_cast<int>(Index))...};
  }

  void bind_integer(int index, std::int64_t value);
  void bind_double(int index, double value);
  void bind_text(int index, std::string_view value);
  void bind_blob(int index, Bytes value);
  void bind_null(int index);
  std::int64_t read_integer(int column);
  double read_double(int column);
  std::string_view read_text(int column);  // until the next step
  Bytes read_blob(int column);             // until the next step
  bool is_null(int column);

  template <class T>
    requires std::is_integral_v<T>
  void bind_value(int index, T value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void bind_value(int index, double value) { bind_double(index, value); }
  void bind_value(int index, std::string_view value) { bind_text(index, value); }
  void bind_value(int index, const std::string& value) { bind_text(index, value); }
  void bind_value(int index, const char* value) { bind_text(index, value); }
  void bind_value(int index, Bytes value) { bind_blob(index, value); }
  void bind_value(int index, Micros value) { bind_integer(index, value.value); }
  void bind_value(int index, std::nullopt_t) { bind_null(index); }
  template <class Tag>
  void bind_value(int index, Id<Tag> id) {
    bind_integer(index, id.value);
  }
  template <std::size_t N, class Tag>
  void bind_value(int index, const Digest<N, Tag>& digest) {
    bind_blob(index, digest.view());
  }
  template <class T>
  void bind_value(int index, const std::optional<T>& value) {
    if (value) bind_value(index, *value);
    else bind_null(index);
  }

  template <class T>
    requires std::is_integral_v<T>
  void read(int column, T& value) {
    value = static_cast<T>(read_integer(column));
  }
  void read(int column, double& value) { value = read_double(column); }
  void read(int column, std::string& value) { value = read_text(column); }
  void read(int column, std::vector<std::byte>& value) {
    const auto blob = read_blob(column);
    value.assign(blob.begin(), blob.end());
  }
  void read(int column, Micros& value) { value.value = read_integer(column); }
  template <class Tag>
  void read(int column, Id<Tag>& id) {
    id.value = read_integer(column);
  }
  template <std::size_t N, class Tag>
  void read(int column, Digest<N, Tag>& digest) {
    if (auto value = Digest<N, Tag>::from_bytes(read_blob(column))) digest = *value;
  }
  template <class T>
  void read(int column, std::optional<T>& value) {
    if (is_null(column)) return;
    value.emplace();
    read(column, *value);
  }

  Connection* connection_;
  std::unique_ptr<PreparedStatement> prepared_;  // none when preparing failed
  Result<> failure_;  // of preparing or binding: then every call answers it
};

// Not for two threads at once. Keeps its prepared statements.
class Connection {
 public:
  explicit Connection(std::unique_ptr<Driver> driver);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // May be asked for while another statement of the same text is in use.
  Statement sql(std::string_view text);
  std::int64_t last_insert_id() const;

  // Runs several statements without arguments or rows (migrations, pragmas, BEGIN, COMMIT).
  Result<> script(std::string_view text);

  // Between BEGIN and COMMIT or ROLLBACK. Some failures (a full disk) end a transaction by themselves.
  bool in_transaction() const;

  // Opens the file, WAL, synchronous=FULL, foreign keys on; `read_only` for readers, which need the
  // file to exist.
  static Result<std::unique_ptr<Connection>> open_sqlite(const std::string& path, bool read_only);

 private:
  friend class Statement;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::db
