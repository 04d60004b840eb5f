#include "store/object_terms.h"

#include <cstring>

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

Result<std::vector<xet::Term>> unpack_page(Bytes bytes) {
  if (bytes.size() % term_bytes != 0) return fail_internal("a page of terms is cut short");
  std::vector<xet::Term> terms;
  terms.reserve(bytes.size() / term_bytes);
  for (; !bytes.empty(); bytes = bytes.subspan(term_bytes)) {
    terms.push_back(unpack(bytes.first(term_bytes)));
  }
  return terms;
}

}  // namespace

Result<> TermWriter::add(const xet::Term& term) {
  terms_.append(as_text(term.xorb.view()));
  append_u32(terms_, term.size);
  append_u32(terms_, term.first);
  append_u32(terms_, term.last_exclusive);
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

Result<std::optional<xet::Term>> TermReader::next() {
  if (at_ == terms_.size()) {
    const auto page = TRY(database_.read_now([&](db::Connection& connection) {
      return connection.sql("SELECT terms FROM object_terms WHERE sha256 = ?1 AND page = ?2")
          .bind(object_, next_page_)
          .first<std::string>();
    }));
    if (!page) return std::nullopt;
    terms_ = TRY(unpack_page(as_bytes(std::get<0>(*page))));
    ++next_page_;
    at_ = 0;
    if (terms_.empty()) return std::nullopt;
  }
  return terms_[at_++];
}

}  // namespace kohaku::store
