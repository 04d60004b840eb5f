#include "store/object_identity.h"

#include <algorithm>
#include <utility>

#include "store/object_terms.h"
#include "store/xorb.h"
#include "store/xorb_store.h"

namespace kohaku::store {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20U;
constexpr std::uint64_t step_bytes = std::uint64_t{16} << 20U;

}  // namespace

Result<std::vector<Unidentified>> find_unidentified(db::Database& database, const Sha256& after,
                                                    int most) {
  return database.read_now([&](db::Connection& connection) -> Result<std::vector<Unidentified>> {
    std::vector<Unidentified> found;
    auto rows = TRY(connection
                        .sql("SELECT sha256, size, physical_name FROM large_object"
                             " WHERE xet_hash IS NULL AND form = 'whole' AND sha256 > ?1"
                             " ORDER BY sha256 LIMIT ?2")
                        .bind(after, most)
                        .all<Sha256, std::uint64_t, std::string>());
    for (auto& [sha256, size, name] : rows) found.push_back({sha256, size, std::move(name)});
    return found;
  });
}

Identification::Identification(db::Database& database, const os::Clock& clock, Unidentified object,
                               std::shared_ptr<OpenObject> file)
    : database_(database), clock_(clock), object_(std::move(object)), file_(std::move(file)) {}

Result<std::unique_ptr<Identification>> Identification::begin(db::Database& database,
                                                              const os::Clock& clock,
                                                              OpenObjects& open_objects,
                                                              Unidentified object) {
  auto file = TRY(open_objects.get(object.physical_name, object.size));
  return std::unique_ptr<Identification>(
      new Identification(database, clock, std::move(object), std::move(file)));
}

Result<bool> Identification::advance() {
  const auto stop = read_ + step_bytes;
  while (read_ < std::min(stop, object_.size)) TRY(read_block());
  if (read_ < object_.size) return false;
  if (!open_chunk_.empty()) TRY(end_chunk(std::exchange(open_chunk_, {})));
  if (!chunks_.empty()) TRY(end_xorb());
  TRY(finish());
  return true;
}

Result<> Identification::read_block() {
  block_.resize(std::min<std::uint64_t>(block_bytes, object_.size - read_));
  TRY(read_checked(*file_, read_, block_));
  read_ += block_.size();
  return take(block_);
}

Result<> Identification::take(Bytes bytes) {
  while (!bytes.empty()) {
    const auto [taken, ended] = chunker_.next(bytes);
    const auto piece = bytes.first(taken);
    bytes = bytes.subspan(taken);
    if (ended && open_chunk_.empty()) {  // hashed where it stands
      TRY(end_chunk(piece));
      continue;
    }
    open_chunk_.insert(open_chunk_.end(), piece.begin(), piece.end());
    if (!ended) continue;
    TRY(end_chunk(open_chunk_));
    open_chunk_.clear();
  }
  return {};
}

Result<> Identification::end_chunk(Bytes chunk) {
  if (chunks_.size() == xet::most_xorb_chunks ||
      xorb_size_ + chunk.size() > xet::most_xorb_unpacked_bytes) {
    TRY(end_xorb());
  }
  const auto size = static_cast<std::uint32_t>(chunk.size());
  const auto hash = xet::chunk_hash(chunk);
  if (terms_.empty() && chunks_.empty()) first_chunk_ = hash;
  chunks_.push_back({hash, size + static_cast<std::uint32_t>(xet::chunk_header_bytes), size});
  tree_.add(hash, size);
  xorb_size_ += size;
  return {};
}

Result<> Identification::end_xorb() {
  xet::HashTree tree;
  for (const auto& chunk : chunks_) tree.add(chunk.hash, chunk.size);
  const auto hash = tree.root();
  TRY(database_.write_now([&](db::Connection& connection) {
    return XorbStore::write_view(connection, hash, chunks_, object_.sha256, xorb_begin_,
                                 clock_.now());
  }));
  terms_.push_back({hash, static_cast<std::uint32_t>(xorb_size_), 0,
                    static_cast<std::uint32_t>(chunks_.size())});
  xorb_begin_ += xorb_size_;
  xorb_size_ = 0;
  chunks_.clear();
  return {};
}

Result<> Identification::finish() {
  return database_.write_now([&](db::Connection& connection) -> Result<> {
    const auto changed = TRY(connection
                                 .sql("UPDATE large_object SET xet_hash = ?1 WHERE sha256 = ?2"
                                      " AND physical_name = ?3 AND xet_hash IS NULL")
                                 .bind(tree_.file_hash(), object_.sha256, object_.physical_name)
                                 .run());
    if (changed == 0) return {};  // collected, or published anew, meanwhile
    TermWriter writer(connection, object_.sha256);
    for (const auto& term : terms_) TRY(writer.add(term));
    TRY(writer.finish());
    if (terms_.empty()) return {};
    return XorbStore::index_chunk(connection, first_chunk_, terms_.front().xorb);
  });
}

}  // namespace kohaku::store
