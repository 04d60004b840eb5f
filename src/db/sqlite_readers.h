// The reader connections of one database. Each thread keeps those it opened, so that taking one costs
// no lock and no hop; a read inside a read gets a second connection, with its own, later snapshot.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "db/connection.h"

namespace kohaku::db {

class SqliteReaders {
 public:
  explicit SqliteReaders(std::string path);
  ~SqliteReaders();  // closes all of them; no thread may be reading
  SqliteReaders(const SqliteReaders&) = delete;
  SqliteReaders& operator=(const SqliteReaders&) = delete;

  // A connection inside a read transaction: all that is read through it is of one moment, not
  // earlier than this call. Give it back on the same thread.
  Result<Connection*> take();
  void give_back(Connection* connection);

 private:
  struct Shelf;
  std::vector<Connection*>& idle_of_this_thread();

  std::uint64_t id_;  // never used twice, unlike an address
  std::shared_ptr<Shelf> shelf_;
};

}  // namespace kohaku::db
