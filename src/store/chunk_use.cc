#include "store/chunk_use.h"

#include <algorithm>

#include "store/object_terms.h"
#include "xet/xorb.h"

namespace kohaku::store {

Result<> ChunkUse::add(db::Database& database, const Sha256& object) {
  TermReader terms(database, object);
  while (const auto term = TRY(terms.next())) {
    const auto found = named_.find(term->xorb);
    if (found == named_.end()) continue;
    if (term->first > term->last_exclusive || term->last_exclusive > xet::most_xorb_chunks) {
      return fail_internal("a term of object " + object.hex() + " names chunks that no xorb has");
    }
    auto& named = found->second;
    if (named.size() < term->last_exclusive) named.resize(term->last_exclusive);
    std::fill(named.begin() + term->first, named.begin() + term->last_exclusive, true);
  }
  return {};
}

bool ChunkUse::is_named(const xet::Hash& xorb, std::uint32_t chunk) const {
  const auto found = named_.find(xorb);
  return found != named_.end() && chunk < found->second.size() && found->second[chunk];
}

std::uint64_t ChunkUse::packed_bytes(const Xorb& xorb) const {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < xorb.count(); ++i) {
    if (is_named(xorb.hash(), i)) sum += xorb.chunks()[i].packed_bytes;
  }
  return sum;
}

std::uint64_t ChunkUse::bytes(const Xorb& xorb) const {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < xorb.count(); ++i) {
    if (is_named(xorb.hash(), i)) sum += xorb.chunks()[i].size;
  }
  return sum;
}

}  // namespace kohaku::store
