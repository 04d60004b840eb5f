// Brings a database to the schema this program was built with.
#pragma once

#include <span>

#include "base/date.h"
#include "db/connection.h"
#include "db/migrations.h"

namespace kohaku::db {

// Runs what is missing of `migrations` (ascending), each in a transaction of its own, and notes it
// in the table schema_migration. Code::conflict with a sentence for the operator, and no change,
// when the database knows a migration that is not among them or bears another name.
Result<> migrate(Connection& connection, std::span<const Migration> migrations, Micros now);

}  // namespace kohaku::db
