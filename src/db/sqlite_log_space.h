// Room for the write-ahead log, made before it is needed.
#pragma once

#include <string>

namespace kohaku::db {

// Fills the log of the database at `path` up with zeros, durably: a commit that overwrites needs no
// new blocks and no new length, and its fsync takes half the time. SQLite reads the log up to the
// first frame without a valid checksum, so zeros behind its end mean nothing. Call it before the
// first write. Does nothing when there is no log yet or no room for it.
void reserve_log_space(const std::string& path);

}  // namespace kohaku::db
