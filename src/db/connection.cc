// Connection and Statement upon any engine, and the cache of prepared statements.
#include "db/connection.h"

#include <unordered_map>
#include <utility>

#include "db/driver.h"

namespace kohaku::db {
namespace {

// More texts than the program has statements: someone builds SQL at run time. Then start afresh.
constexpr std::size_t most_cached = 1000;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace

struct Connection::State {
  std::unique_ptr<Driver> driver;  // first: it must outlive its statements
  // Statements at rest; one in use is with its Statement, so that the same text asked for twice at
  // once is prepared twice.
  std::unordered_map<std::string, std::vector<std::unique_ptr<PreparedStatement>>, TextHash,
                     std::equal_to<>>
      resting;

  std::unique_ptr<PreparedStatement> take(std::string_view text) {
    const auto found = resting.find(text);
    if (found == resting.end() || found->second.empty()) return nullptr;
    auto prepared = std::move(found->second.back());
    found->second.pop_back();
    return prepared;
  }

  void give_back(std::unique_ptr<PreparedStatement> prepared) {
    prepared->reset();
    auto found = resting.find(prepared->text);
    if (found == resting.end()) {
      if (resting.size() >= most_cached) resting.clear();
      found = resting.try_emplace(prepared->text).first;
    }
    found->second.push_back(std::move(prepared));
  }
};

Connection::Connection(std::unique_ptr<Driver> driver) : state_(std::make_unique<State>()) {
  state_->driver = std::move(driver);
}

Connection::~Connection() = default;

Statement Connection::sql(std::string_view text) {
  if (auto prepared = state_->take(text)) return {this, std::move(prepared), {}};
  auto prepared = state_->driver->prepare(text);
  if (!prepared) return {this, nullptr, std::unexpected(std::move(prepared).error())};
  (*prepared)->text = text;
  return {this, std::move(*prepared), {}};
}

std::int64_t Connection::last_insert_id() const { return state_->driver->last_insert_id(); }

Result<> Connection::script(std::string_view text) { return state_->driver->script(text); }

bool Connection::in_transaction() const { return state_->driver->in_transaction(); }

Statement::Statement(Connection* connection, std::unique_ptr<PreparedStatement> prepared,
                     Result<> failure)
    : connection_(connection), prepared_(std::move(prepared)), failure_(std::move(failure)) {}

Statement::Statement(Statement&& other) noexcept = default;

Statement::~Statement() {
  if (prepared_) connection_->state_->give_back(std::move(prepared_));
}

Result<std::int64_t> Statement::run() {
  while (TRY(step())) {
  }
  return prepared_->changes();
}

Result<bool> Statement::step() {
  if (!failure_) return std::unexpected(failure_.error());
  return prepared_->step();
}

void Statement::keep(Result<> bound) {
  if (!bound && failure_) failure_ = std::move(bound);
}

void Statement::bind_integer(int index, std::int64_t value) {
  if (prepared_) keep(prepared_->bind_integer(index, value));
}

void Statement::bind_double(int index, double value) {
  if (prepared_) keep(prepared_->bind_double(index, value));
}

void Statement::bind_text(int index, std::string_view value) {
  if (prepared_) keep(prepared_->bind_text(index, value));
}

void Statement::bind_blob(int index, Bytes value) {
  if (prepared_) keep(prepared_->bind_blob(index, value));
}

void Statement::bind_null(int index) {
  if (prepared_) keep(prepared_->bind_null(index));
}

std::int64_t Statement::read_integer(int column) { return prepared_->read_integer(column); }
double Statement::read_double(int column) { return prepared_->read_double(column); }
std::string_view Statement::read_text(int column) { return prepared_->read_text(column); }
Bytes Statement::read_blob(int column) { return prepared_->read_blob(column); }
bool Statement::is_null(int column) { return prepared_->is_null(column); }

}  // namespace kohaku::db
