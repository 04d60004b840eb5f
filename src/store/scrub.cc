#include "store/scrub.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "store/content_digest.h"
#include "store/open_objects.h"

namespace kohaku::store {
namespace {

constexpr int page_rows = 500;
constexpr std::size_t read_bytes = std::size_t{1} << 20U;

struct Row {
  Sha256 sha256;
  std::uint64_t size = 0;
  std::string physical_name;
};

Result<std::vector<Row>> next_rows(db::Database& database, const std::optional<Sha256>& after) {
  return database.read_now([&](db::Connection& connection) -> Result<std::vector<Row>> {
    std::vector<Row> rows;
    const auto found = TRY(connection
                               .sql("SELECT sha256, size, physical_name FROM large_object"
                                    " WHERE form = 'whole' AND (?1 IS NULL OR sha256 > ?1)"
                                    " ORDER BY sha256 LIMIT ?2")
                               .bind(after, page_rows)
                               .all<Sha256, std::uint64_t, std::string>());
    rows.reserve(found.size());
    for (const auto& [sha256, size, name] : found) rows.push_back({sha256, size, name});
    return rows;
  });
}

// Whether the object's bytes are what was published, block by block and as a whole.
Result<bool> bytes_are_right(OpenObject& object, const Row& row) {
  if (!object.check(0, row.size)) return false;
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(read_bytes);
  Sha256Hasher hasher;
  for (std::uint64_t offset = 0; offset < row.size;) {
    const auto got = TRY(object.file().read_at(offset, {buffer.get(), read_bytes}));
    if (got == 0) return false;
    hasher.update({buffer.get(), got});
    offset += got;
  }
  return hasher.finish() == row.sha256;
}

// The sentence that says what is wrong with an object; empty when nothing is.
Result<std::string> check_object(const ObjectFiles& files, const Row& row, bool bytes) {
  const auto path = files.object(row.physical_name);
  if (!os::exists(path))
    return fmt::format("large object {}: its file is missing", row.physical_name);
  const auto object = OpenObject::open(files, row.physical_name, row.size);
  if (!object) {
    return fmt::format("large object {}: {}", row.physical_name, object.error().detail);
  }
  if (bytes && !TRY(bytes_are_right(**object, row))) {
    return fmt::format("large object {}: its bytes are not what was published", row.physical_name);
  }
  return std::string();
}

struct Found {
  std::uint64_t bytes = 0;
  std::optional<Micros> data_touched;
  std::optional<Micros> checksums_touched;
  // Check sums are written when an object is published and touched when it is collected; the bytes
  // may be as old as the first part of their upload.
  Micros touched() const { return checksums_touched ? *checksums_touched : *data_touched; }
};

Result<std::map<std::string, Found>> files_in(const os::Path& directory) {
  constexpr std::string_view ending = ".crc";
  std::map<std::string, Found> found;
  for (const auto& entry : TRY(os::list(directory))) {
    if (entry.is_directory) continue;
    if (entry.name.ends_with(ending)) {
      found[entry.name.substr(0, entry.name.size() - ending.size())].checksums_touched =
          entry.modified;
    } else {
      found[entry.name].bytes = entry.size;
      found[entry.name].data_touched = entry.modified;
    }
  }
  return found;
}

// The two levels of directories between objects/ and the files.
Result<std::vector<os::Path>> leaf_directories(const os::Path& objects) {
  std::vector<os::Path> leaves;
  for (const auto& first : TRY(os::list(objects))) {
    if (!first.is_directory) continue;
    for (const auto& second : TRY(os::list(objects / first.name))) {
      if (second.is_directory) leaves.push_back(objects / first.name / second.name);
    }
  }
  return leaves;
}

}  // namespace

Result<> scrub(db::Database& database, const ObjectFiles& files, bool bytes,
               const ScrubProgress& progress, ScrubReport& report) {
  std::optional<Sha256> after;
  while (true) {
    const auto rows = TRY(next_rows(database, after));
    if (rows.empty()) return {};
    for (const auto& row : rows) {
      auto problem = TRY(check_object(files, row, bytes));
      // It may have been collected since its row was read.
      if (!problem.empty() && TRY(is_named(database, row.physical_name))) {
        report.problems.push_back(std::move(problem));
      }
      ++report.objects;
      if (bytes) report.bytes += row.size;
      progress(report);
    }
    after = rows.back().sha256;
  }
}

Result<std::vector<Orphan>> find_orphans(db::Database& database, const ObjectFiles& files,
                                         Micros before) {
  std::vector<Orphan> orphans;
  for (const auto& directory : TRY(leaf_directories(files.objects()))) {
    for (const auto& [name, found] : TRY(files_in(directory))) {
      if (found.touched() >= before || TRY(is_named(database, name))) continue;
      orphans.push_back({name, found.bytes});
    }
  }
  return orphans;
}

Result<bool> is_named(db::Database& database, const std::string& physical_name) {
  const auto sha256 = Sha256::from_hex(std::string_view(physical_name).substr(0, 2 * Sha256::size));
  if (!sha256) return false;
  return database.read_now([&](db::Connection& connection) -> Result<bool> {
    // The names of objects and of xorbs lie beside each other, and look alike.
    const auto row =
        TRY(connection
                .sql("SELECT 1 FROM large_object WHERE sha256 = ?1 AND physical_name = ?2"
                     " UNION ALL SELECT 1 FROM xorb WHERE hash = ?1 AND physical_name = ?2")
                .bind(*sha256, physical_name)
                .first<int>());
    return row.has_value();
  });
}

}  // namespace kohaku::store
