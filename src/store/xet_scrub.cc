#include "store/xet_scrub.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/hash.h"
#include "store/object_terms.h"
#include "store/open_objects.h"
#include "store/reassembly.h"
#include "store/xorb.h"
#include "xet/chunk_table.h"
#include "xet/xorb.h"

namespace kohaku::store {
namespace {

constexpr int page_rows = 100;
constexpr std::uint64_t read_bytes = std::uint64_t{1} << 20U;

// What is wrong, without the name of what it is wrong with; empty when nothing is.
using Problem = Result<std::string>;

struct XorbRow {
  xet::Hash hash;
  std::optional<std::string> physical_name;
  std::uint64_t file_size = 0;
  std::optional<std::uint64_t> object_size;  // of a view's object in whole form
  std::string object_name;
  std::uint64_t view_offset = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::string chunks;

  bool is_view() const { return !physical_name; }
};

Result<std::optional<XorbRow>> read_xorb(db::Connection& connection, const xet::Hash& hash) {
  auto row = connection
                 .sql("SELECT x.physical_name, x.file_size, o.size, o.physical_name,"
                      " x.view_offset, x.packed_size, x.size, x.chunks FROM xorb AS x"
                      " LEFT JOIN large_object AS o ON o.sha256 = x.view_sha256"
                      " AND o.form = 'whole' WHERE x.hash = ?1")
                 .bind(hash);
  if (!TRY(row.step())) return std::nullopt;
  return XorbRow{hash,
                 row.get<std::optional<std::string>>(0),
                 row.get<std::optional<std::uint64_t>>(1).value_or(0),
                 row.get<std::optional<std::uint64_t>>(2),
                 row.get<std::optional<std::string>>(3).value_or(""),
                 row.get<std::optional<std::uint64_t>>(4).value_or(0),
                 row.get<std::uint64_t>(5),
                 row.get<std::uint64_t>(6),
                 row.get<std::string>(7)};
}

template <class Hash>
Result<std::vector<Hash>> next_keys(db::Database& database, std::string_view sql,
                                    const Hash& after) {
  return database.read_now([&](db::Connection& connection) -> Result<std::vector<Hash>> {
    std::vector<Hash> keys;
    for (const auto& [key] : TRY(connection.sql(sql).bind(after, page_rows).template all<Hash>())) {
      keys.push_back(key);
    }
    return keys;
  });
}

// The chunk table against what the row says of it, and against the hash.
std::string check_table(const XorbRow& row, const std::vector<xet::StoredChunk>& chunks) {
  if (chunks.empty() || chunks.size() > xet::most_xorb_chunks) {
    return fmt::format("it has {} chunks", chunks.size());
  }
  std::uint64_t packed = 0;
  std::uint64_t size = 0;
  xet::HashTree tree;
  for (const auto& chunk : chunks) {
    packed += chunk.packed_bytes;
    size += chunk.size;
    tree.add(chunk.hash, chunk.size);
    if (row.is_view() && chunk.packed_bytes != chunk.size + xet::chunk_header_bytes) {
      return "a chunk of a view is packed";
    }
  }
  if (packed != row.packed_size || size != row.size) return "its chunks have other sizes";
  if (tree.root() != row.hash) return "its chunks hash to another xorb";
  return {};
}

// Reads the chunks of a stored xorb anew.
Problem check_packed(OpenObject& file, const XorbRow& row,
                     const std::vector<xet::StoredChunk>& chunks) {
  if (!file.check(0, row.file_size)) return "its bytes are not what was published";
  xet::XorbReader reader;
  std::vector<std::byte> piece;
  for (std::uint64_t at = 0; at < row.packed_size; at += piece.size()) {
    piece.resize(std::min(read_bytes, row.packed_size - at));
    TRY(read_checked(file, at, piece));
    if (!reader.update(piece)) return "its bytes are not chunks";
  }
  if (!reader.finish() || reader.chunks() != chunks) return "its bytes are other chunks";
  return std::string();
}

Problem check_stored(const ObjectFiles& files, const XorbRow& row,
                     const std::vector<xet::StoredChunk>& chunks, bool bytes) {
  if (row.file_size < row.packed_size) return "its file is smaller than its chunks";
  if (!os::exists(files.object(*row.physical_name))) return "its file is missing";
  const auto file = OpenObject::open(files, *row.physical_name, row.file_size);
  if (!file) return file.error().detail;
  return bytes ? check_packed(**file, row, chunks) : std::string();
}

// Against the bytes of the object; blocks are compared with their check sums on the way.
Problem check_viewed(OpenObject& file, const XorbRow& row,
                     const std::vector<xet::StoredChunk>& chunks) {
  std::vector<std::byte> content;
  auto at = row.view_offset;
  for (const auto& chunk : chunks) {
    content.resize(chunk.size);
    if (!read_checked(file, at, content)) return "its object's bytes are not what was published";
    if (xet::chunk_hash(content) != chunk.hash) return "its object holds other chunks";
    at += chunk.size;
  }
  return std::string();
}

Problem check_view(const ObjectFiles& files, const XorbRow& row,
                   const std::vector<xet::StoredChunk>& chunks, bool bytes) {
  if (!row.object_size) return "it is a view of an object that is not there whole";
  if (row.view_offset > *row.object_size || row.size > *row.object_size - row.view_offset) {
    return "it is a view beyond the end of its object";
  }
  if (!bytes) return std::string();
  const auto file = OpenObject::open(files, row.object_name, *row.object_size);
  if (!file) return file.error().detail;
  return check_viewed(**file, row, chunks);
}

Problem check_xorb(const ObjectFiles& files, const XorbRow& row, bool bytes) {
  const auto chunks = xet::unpack_chunk_table(as_bytes(row.chunks));
  if (!chunks) return "its chunk table is cut short";
  if (auto problem = check_table(row, *chunks); !problem.empty()) return problem;
  return row.is_view() ? check_view(files, row, *chunks, bytes)
                       : check_stored(files, row, *chunks, bytes);
}

struct ObjectRow {
  Sha256 sha256;
  std::uint64_t size = 0;
  bool is_whole = false;
  std::optional<xet::Hash> xet_hash;
};

Result<std::optional<ObjectRow>> read_object(db::Connection& connection, const Sha256& sha256) {
  auto row = connection.sql("SELECT size, form, xet_hash FROM large_object WHERE sha256 = ?1")
                 .bind(sha256);
  if (!TRY(row.step())) return std::nullopt;
  return ObjectRow{sha256, row.get<std::uint64_t>(0), row.get<std::string>(1) == "whole",
                   row.get<std::optional<xet::Hash>>(2)};
}

// One object's terms, from the first to the last.
class TermCheck {
 public:
  TermCheck(db::Database& database, XorbStore& xorbs, const ObjectRow& object, bool bytes)
      : database_(database), xorbs_(xorbs), object_(object), bytes_(bytes) {}

  Problem run() {
    if (!object_.xet_hash) return "it has no Xet file hash";
    if (auto problem = TRY(check_pages()); !problem.empty()) return problem;
    TermReader terms(database_, object_.sha256);
    while (auto term = TRY(terms.next())) {
      const auto xorb = terms.open(xorbs_, *term);
      if (!xorb) return "a term names xorb " + xet::to_text(term->xorb) + ", which is not there";
      if (auto problem = check_term(*term, **xorb); !problem.empty()) return problem;
    }
    if (size_ != object_.size) return fmt::format("its terms give {} bytes", size_);
    if (bytes_ && tree_.file_hash() != *object_.xet_hash) return "its terms hash to another file";
    if (!TRY(names_are_right())) return "object_xorb names other xorbs than its terms";
    return std::string();
  }

 private:
  // Every page begins where the one before it ends.
  Problem check_pages() {
    return database_.read_now([&](db::Connection& connection) -> Problem {
      auto pages = connection
                       .sql("SELECT page, first_byte, terms FROM object_terms WHERE sha256 = ?1"
                            " ORDER BY page")
                       .bind(object_.sha256);
      std::uint64_t begin = 0;
      for (std::int64_t number = 0; TRY(pages.step()); ++number) {
        if (pages.get<std::int64_t>(0) != number) return "a page of its terms is missing";
        if (pages.get<std::uint64_t>(1) != begin) {
          return "a page of its terms begins in another place";
        }
        const auto terms = unpack_terms(as_bytes(pages.get<std::string>(2)));
        if (!terms || terms->empty()) return "a page of its terms is cut short";
        for (const auto& term : *terms) begin += term.size;
      }
      return std::string();
    });
  }

  std::string check_term(const xet::Term& term, const Xorb& xorb) {
    if (term.first >= term.last_exclusive || term.last_exclusive > xorb.count()) {
      return "a term names chunks that its xorb does not have";
    }
    if (xorb.offset(term.last_exclusive) - xorb.offset(term.first) != term.size) {
      return "a term has another size than its chunks";
    }
    size_ += term.size;
    named_.insert(term.xorb);
    if (!bytes_) return {};
    for (auto i = term.first; i < term.last_exclusive; ++i) {
      tree_.add(xorb.chunks()[i].hash, xorb.chunks()[i].size);
    }
    return {};
  }

  Result<bool> names_are_right() {
    return database_.read_now([&](db::Connection& connection) -> Result<bool> {
      const auto rows = TRY(connection
                                .sql("SELECT xorb_hash FROM object_xorb WHERE sha256 = ?1"
                                     " ORDER BY xorb_hash")
                                .bind(object_.sha256)
                                .all<xet::Hash>());
      return std::ranges::equal(rows, named_, {}, [](auto& row) { return std::get<0>(row); });
    });
  }

  db::Database& database_;
  XorbStore& xorbs_;
  const ObjectRow& object_;
  bool bytes_;
  std::uint64_t size_ = 0;
  std::set<xet::Hash> named_;
  xet::HashTree tree_;
};

class XetScrub {
 public:
  XetScrub(db::Database& database, const ObjectFiles& files, XorbStore& xorbs, bool bytes,
           const ScrubProgress& progress, ScrubReport& report)
      : database_(database),
        files_(files),
        xorbs_(xorbs),
        bytes_(bytes),
        progress_(progress),
        report_(report) {}

  Result<> every_xorb() {
    xet::Hash after;
    while (true) {
      const auto hashes = TRY(next_keys(
          database_, "SELECT hash FROM xorb WHERE hash > ?1 ORDER BY hash LIMIT ?2", after));
      if (hashes.empty()) return {};
      for (const auto& hash : hashes) {
        auto problem = TRY(look_at_xorb(hash));
        // It may have been collected since its row was read.
        if (!problem.empty()) problem = TRY(look_at_xorb(hash));
        if (!problem.empty()) tell("xorb " + xet::to_text(hash), problem);
        ++report_.xorbs;
        progress_(report_);
      }
      after = hashes.back();
    }
  }

  Result<> every_object() {
    Sha256 after;
    while (true) {
      const auto objects = TRY(next_keys(database_,
                                         "SELECT o.sha256 FROM large_object AS o"
                                         " WHERE (o.form = 'xet' OR o.xet_hash IS NOT NULL"
                                         " OR EXISTS (SELECT 1 FROM object_terms AS t"
                                         " WHERE t.sha256 = o.sha256)) AND o.sha256 > ?1"
                                         " ORDER BY o.sha256 LIMIT ?2",
                                         after));
      if (objects.empty()) return {};
      for (const auto& sha256 : objects) {
        auto problem = TRY(look_at_object(sha256));
        // It may have been collected, or its xorbs compacted, since it was read.
        if (!problem.empty()) problem = TRY(look_at_object(sha256));
        if (!problem.empty()) tell("large object " + sha256.hex(), problem);
        progress_(report_);
      }
      after = objects.back();
    }
  }

 private:
  void tell(const std::string& name, const std::string& problem) {
    report_.problems.push_back(name + ": " + problem);
  }

  // Empty, too, when the row is gone.
  Problem look_at_xorb(const xet::Hash& hash) {
    const auto row = TRY(database_.read_now([&](db::Connection& c) { return read_xorb(c, hash); }));
    if (!row) return std::string();
    if (bytes_) report_.bytes += row->is_view() ? row->size : row->file_size;
    return check_xorb(files_, *row, bytes_);
  }

  Problem look_at_object(const Sha256& sha256) {
    const auto row =
        TRY(database_.read_now([&](db::Connection& c) { return read_object(c, sha256); }));
    if (!row) return std::string();
    auto problem = TRY(TermCheck(database_, xorbs_, *row, bytes_).run());
    if (!problem.empty() || row->is_whole) return problem;
    ++report_.objects;
    return bytes_ ? check_content(*row) : std::string();
  }

  Problem check_content(const ObjectRow& object) {
    TermReader terms(database_, object.sha256);
    Reassembly reassembly(
        xorbs_, [&] { return terms.next(); }, 0, object.size, Checking::by_reader,
        [&](xet::Term& term) { return terms.open(xorbs_, term); });
    Sha256Hasher hasher;
    while (true) {
      const auto piece = reassembly.read();
      if (!piece) return "it cannot be put together: " + piece.error().detail;
      if (piece->empty()) break;
      hasher.update(*piece);
      report_.bytes += piece->size();
      progress_(report_);
    }
    if (hasher.finish() == object.sha256) return std::string();
    return "what its terms give has another SHA-256";
  }

  db::Database& database_;
  const ObjectFiles& files_;
  XorbStore& xorbs_;
  bool bytes_;
  const ScrubProgress& progress_;
  ScrubReport& report_;
};

}  // namespace

Result<> scrub_xet(db::Database& database, const ObjectFiles& files, XorbStore& xorbs, bool bytes,
                   const ScrubProgress& progress, ScrubReport& report) {
  XetScrub scrub(database, files, xorbs, bytes, progress, report);
  TRY(scrub.every_xorb());
  return scrub.every_object();
}

}  // namespace kohaku::store
