#include "store/object_terms.h"

#include <cstring>
#include <utility>

namespace kohaku::store {
namespace {

constexpr std::size_t page_terms = 1024;
constexpr std::size_t term_bytes = xet::Hash::size + 3 * sizeof(std::uint32_t);

void append_u32(std::string& out, std::uint32_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);  // little-endian
}

std::uint32_t read_u32(Bytes bytes, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
  return value;
}

xet::Term unpack(Bytes bytes) {
  return {.xorb = *xet::Hash::from_bytes(bytes.first(xet::Hash::size)),
          .size = read_u32(bytes, 32),
          .first = read_u32(bytes, 36),
          .last_exclusive = read_u32(bytes, 40)};
}

void append_term(std::string& out, const xet::Term& term) {
  out.append(as_text(term.xorb.view()));
  append_u32(out, term.size);
  append_u32(out, term.first);
  append_u32(out, term.last_exclusive);
}

}  // namespace

Result<std::vector<xet::Term>> unpack_terms(Bytes bytes) {
  if (bytes.size() % term_bytes != 0) return fail_internal("a page of terms is cut short");
  std::vector<xet::Term> terms;
  terms.reserve(bytes.size() / term_bytes);
  for (; !bytes.empty(); bytes = bytes.subspan(term_bytes)) {
    terms.push_back(unpack(bytes.first(term_bytes)));
  }
  return terms;
}

std::string pack_terms(const std::vector<xet::Term>& terms) {
  std::string page;
  for (const auto& term : terms) append_term(page, term);
  return page;
}

Result<> TermWriter::add(const xet::Term& term) {
  append_term(terms_, term);
  size_ += term.size;
  if (term.xorb != last_xorb_) {
    TRY(connection_
            .sql("INSERT INTO object_xorb (sha256, xorb_hash) VALUES (?1, ?2)"
                 " ON CONFLICT (sha256, xorb_hash) DO NOTHING")
            .bind(object_, term.xorb)
            .run());
    last_xorb_ = term.xorb;
  }
  return terms_.size() == page_terms * term_bytes ? write_page() : Result<>{};
}

Result<> TermWriter::finish() { return terms_.empty() ? Result<>{} : write_page(); }

Result<> TermWriter::write_page() {
  TRY(connection_
          .sql("INSERT INTO object_terms (sha256, page, first_byte, terms) VALUES (?1, ?2, ?3, ?4)")
          .bind(object_, page_, page_begin_, as_bytes(terms_))
          .run());
  ++page_;
  page_begin_ = size_;
  terms_.clear();
  return {};
}

Result<std::uint64_t> TermReader::seek(std::uint64_t offset) {
  const auto row = TRY(database_.read_now([&](db::Connection& connection) {
    return connection
        .sql("SELECT page, first_byte FROM object_terms WHERE sha256 = ?1 AND first_byte <= ?2"
             " ORDER BY page DESC LIMIT 1")
        .bind(object_, offset)
        .first<std::int64_t, std::uint64_t>();
  }));
  if (!row) return fail_internal("object " + object_.hex() + " has no terms");
  const auto [page, first_byte] = *row;
  next_page_ = page;
  terms_.clear();
  at_ = 0;
  auto before = offset - first_byte;
  while (const auto term = TRY(next())) {
    if (before < term->size) {
      --at_;
      return before;
    }
    before -= term->size;
  }
  return fail_internal("object " + object_.hex() + " has too few terms");
}

Result<bool> TermReader::load(std::int64_t page) {
  const auto row = TRY(database_.read_now([&](db::Connection& connection) {
    return connection.sql("SELECT terms FROM object_terms WHERE sha256 = ?1 AND page = ?2")
        .bind(object_, page)
        .first<std::string>();
  }));
  if (!row) return false;
  auto terms = TRY(unpack_terms(as_bytes(std::get<0>(*row))));
  if (terms.empty()) return false;
  terms_ = std::move(terms);
  return true;
}

Result<std::optional<xet::Term>> TermReader::next() {
  if (at_ >= terms_.size()) {
    if (!TRY(load(next_page_))) return std::nullopt;
    ++next_page_;
    at_ = 0;
  }
  return terms_[at_++];
}

Result<std::shared_ptr<const Xorb>> TermReader::open(XorbStore& xorbs, xet::Term& term) {
  if (auto xorb = TRY(xorbs.find(term.xorb))) return xorb;
  // A compaction writes terms in their places, so this one stands where it stood.
  if (TRY(load(next_page_ - 1)) && at_ <= terms_.size()) term = terms_[at_ - 1];
  return xorbs.get(term.xorb);
}

}  // namespace kohaku::store
