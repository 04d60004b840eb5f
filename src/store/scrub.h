// Holds the rows of large objects and their files against each other, and the bytes against what was
// published.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "db/database.h"
#include "store/object_files.h"

namespace kohaku::store {

struct ScrubReport {
  std::uint64_t objects = 0;  // of either form
  std::uint64_t xorbs = 0;
  std::uint64_t bytes = 0;            // read again; 0 unless the bytes were asked for
  std::vector<std::string> problems;  // one sentence each
};

// Told of after each object and each xorb, and while a large one is read.
using ScrubProgress = std::function<void(const ScrubReport&)>;

// Objects in whole form; those in xet form and xorbs: store/xet_scrub.h. Every row's file is there with its length and its check sums; with `bytes`, its blocks and its
// SHA-256 are right, too. Changes nothing; blocks for as long as it takes.
Result<> scrub(db::Database& database, const ObjectFiles& files, bool bytes,
               const ScrubProgress& progress, ScrubReport& report);

// A physical name that has files and no row: a publication that a crash cut short, or an object or a xorb
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
