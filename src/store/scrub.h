// Holds the rows of large objects and their files against each other, and the bytes against what was
// published.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "db/database.h"
#include "store/object_files.h"

namespace kohaku::store {

struct ScrubReport {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;            // read again; 0 unless the bytes were asked for
  std::vector<std::string> problems;  // one sentence each
};

// Every row's file is there with its length and its check sums; with `bytes`, its blocks and its
// SHA-256 are right, too. Changes nothing; blocks for as long as it takes.
Result<ScrubReport> scrub(db::Database& database, const ObjectFiles& files, bool bytes);

// A physical name that has files and no row: a publication that a crash cut short, or an object
// whose row was collected.
struct Orphan {
  std::string physical_name;
  std::uint64_t bytes = 0;
};

// Those whose check sums were last touched before `before`: younger ones may be about to get their
// row, or still be read.
Result<std::vector<Orphan>> find_orphans(db::Database& database, const ObjectFiles& files,
                                         Micros before);

// The physical name by which the row of its hash knows it, if it does.
Result<bool> is_named(db::Database& database, const std::string& physical_name);

}  // namespace kohaku::store
