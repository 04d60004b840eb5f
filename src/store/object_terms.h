// What a large object is made of: its terms, each a span of chunks of one xorb, kept in pages of the
// table object_terms (docs/store.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "db/database.h"
#include "store/xorb_store.h"
#include "xet/hash.h"
#include "xet/shard.h"

namespace kohaku::store {

// The terms of one page; internal when its length is not that of terms.
Result<std::vector<xet::Term>> unpack_terms(Bytes page);
std::string pack_terms(const std::vector<xet::Term>& terms);

// Writes an object's terms inside a transaction, in order. The object's row must be there, and have
// no terms yet.
class TermWriter {
 public:
  TermWriter(db::Connection& connection, const Sha256& object)
      : connection_(connection), object_(object) {}

  Result<> add(const xet::Term& term);
  Result<> finish();  // once

 private:
  Result<> write_page();

  db::Connection& connection_;
  Sha256 object_;
  std::int64_t page_ = 0;
  std::uint64_t page_begin_ = 0;
  std::uint64_t size_ = 0;
  std::string terms_;
  std::optional<xet::Hash> last_xorb_;
};

// Reads an object's terms from any byte on, a page at a time. Blocking reads of the database.
class TermReader {
 public:
  TermReader(db::Database& database, const Sha256& object) : database_(database), object_(object) {}

  // Goes to the term that holds the byte at `offset`; gives how many bytes of that term stand before
  // it. What next() gives then is that term.
  Result<std::uint64_t> seek(std::uint64_t offset);
  // Nothing at the end.
  Result<std::optional<xet::Term>> next();
  // The xorb of the term that next() gave last. When a compaction has moved its chunks since, `term`
  // becomes what it is now. internal when the xorb is missing.
  Result<std::shared_ptr<const Xorb>> open(XorbStore& xorbs, xet::Term& term);

 private:
  Result<bool> load(std::int64_t page);

  db::Database& database_;
  Sha256 object_;
  std::int64_t next_page_ = 0;
  std::vector<xet::Term> terms_;  // of one page
  std::size_t at_ = 0;
};

}  // namespace kohaku::store
