#include "store/reassembly.h"

#include <algorithm>
#include <utility>

namespace kohaku::store {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20U;

}  // namespace

Reassembly::Reassembly(XorbStore& xorbs, NextTerm next_term, std::uint64_t skip,
                       std::uint64_t length, Checking checking, OpenXorb open_xorb)
    : next_term_(std::move(next_term)),
      open_xorb_(std::move(open_xorb)),
      chunks_(xorbs.open_objects(), checking),
      skip_(skip),
      left_(length) {
  if (open_xorb_) return;
  open_xorb_ = [&xorbs](const xet::Term& term) { return xorbs.get(term.xorb); };
}

Result<Bytes> Reassembly::read() {
  piece_.clear();
  while (piece_.size() < piece_bytes && piece_.size() < skip_ + left_ && left_ > 0) {
    if (at_ == end_) {
      TRY(open_term());
    } else {
      TRY(append_chunks());
    }
  }
  auto piece = Bytes(piece_);
  piece = piece.subspan(std::min<std::uint64_t>(skip_, piece.size()));
  piece = piece.first(std::min<std::uint64_t>(left_, piece.size()));
  skip_ = 0;
  left_ -= piece.size();
  return piece;
}

// Also passes over the chunks that stand before what is asked for. Once a chunk is in the piece, what
// is left to skip lies in that chunk.
Result<> Reassembly::open_term() {
  auto term = TRY(next_term_());
  if (!term) return fail_internal("the terms end before the file does");
  xorb_ = TRY(open_xorb_(*term));
  if (term->first > term->last_exclusive || term->last_exclusive > xorb_->count()) {
    return fail_internal("a term lies outside of xorb " + xet::to_text(term->xorb));
  }
  at_ = term->first;
  end_ = term->last_exclusive;
  if (!piece_.empty()) return {};
  while (at_ < end_ && skip_ >= xorb_->chunks()[at_].size) skip_ -= xorb_->chunks()[at_++].size;
  return {};
}

Result<> Reassembly::append_chunks() {
  const auto begin = xorb_->offset(at_);
  const auto room = std::min<std::uint64_t>(piece_bytes, skip_ + left_ - piece_.size());
  auto to = at_ + 1;
  while (to < end_ && xorb_->offset(to) - begin < room) ++to;
  TRY(chunks_.append(*xorb_, at_, to, piece_));
  at_ = to;
  return {};
}

Task<Result<>> send(os::Pool& pool, std::shared_ptr<Reassembly> reassembly,
                    http::BodyWriter& writer) {
  while (true) {
    const auto piece = CO_TRY(co_await pool.run([&] { return reassembly->read(); }));
    if (piece.empty()) co_return Result<>{};
    CO_TRY(co_await writer.write(piece));
  }
}

}  // namespace kohaku::store
