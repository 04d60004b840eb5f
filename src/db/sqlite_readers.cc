#include "db/sqlite_readers.h"

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "os/log.h"

namespace kohaku::db {

// Owns the connections, and keeps those whose thread has ended for the next thread.
struct SqliteReaders::Shelf {
  std::string path;
  std::mutex mutex;
  std::vector<std::unique_ptr<Connection>> all;
  std::vector<Connection*> spare;

  Result<Connection*> take() {
    {
      const std::lock_guard lock(mutex);
      if (!spare.empty()) {
        auto* connection = spare.back();
        spare.pop_back();
        return connection;
      }
    }
    auto opened = TRY(Connection::open_sqlite(path, true));
    const std::lock_guard lock(mutex);
    return all.emplace_back(std::move(opened)).get();
  }

  void put(const std::vector<Connection*>& connections) {
    const std::lock_guard lock(mutex);
    spare.insert(spare.end(), connections.begin(), connections.end());
  }
};

namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

// What one thread keeps of one database.
template <class Shelf>
struct Kept {
  std::uint64_t id;
  std::weak_ptr<Shelf> shelf;  // gone when the database was closed, and the connections with it
  std::vector<Connection*> idle;
};

template <class Shelf>
struct KeptByThread {
  std::vector<Kept<Shelf>> databases;  // one, but in tests

  KeptByThread() = default;
  KeptByThread(const KeptByThread&) = delete;
  KeptByThread& operator=(const KeptByThread&) = delete;
  ~KeptByThread() {
    for (auto& kept : databases) {
      if (auto shelf = kept.shelf.lock()) shelf->put(kept.idle);
    }
  }
};

}  // namespace

SqliteReaders::SqliteReaders(std::string path) : id_(next_id()), shelf_(std::make_shared<Shelf>()) {
  shelf_->path = std::move(path);
}

SqliteReaders::~SqliteReaders() = default;

std::vector<Connection*>& SqliteReaders::idle_of_this_thread() {
  static thread_local KeptByThread<Shelf> mine;
  for (auto& kept : mine.databases) {
    if (kept.id == id_) return kept.idle;
  }
  std::erase_if(mine.databases, [](const auto& kept) { return kept.shelf.expired(); });
  return mine.databases.emplace_back(Kept<Shelf>{id_, shelf_, {}}).idle;
}

Result<Connection*> SqliteReaders::take() {
  auto& idle = idle_of_this_thread();
  if (idle.empty()) idle.push_back(TRY(shelf_->take()));
  auto* connection = idle.back();
  TRY(connection->sql("BEGIN").run());
  idle.pop_back();
  return connection;
}

void SqliteReaders::give_back(Connection* connection) {
  if (auto ended = connection->sql("COMMIT").run(); !ended) {
    os::log_warning("A read transaction did not end", {{"detail", ended.error().detail}});
    // A connection stuck in a transaction would show its thread the past: never use it again.
    if (connection->in_transaction() && !connection->script("ROLLBACK")) return;
  }
  idle_of_this_thread().push_back(connection);
}

}  // namespace kohaku::db
