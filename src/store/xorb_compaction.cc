#include "store/xorb_compaction.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/object_terms.h"
#include "xet/xorb.h"

namespace kohaku::store {
namespace {

constexpr std::uint64_t piece_bytes = std::uint64_t{1} << 20U;
constexpr std::uint32_t is_dead = std::numeric_limits<std::uint32_t>::max();

std::unexpected<Error> changed_meanwhile() {
  return fail(Code::conflict, "The xorb changed while it was compacted.");
}

// The chunks that live, copied as they are, and where each of them went.
struct Copy {
  Staging staging;
  xet::XorbReader reader;             // hashes them anew
  std::vector<std::uint32_t> places;  // by chunk of the old xorb
};

Result<> append(Copy& copy, OpenObject& file, std::uint64_t begin, std::uint64_t end) {
  std::vector<std::byte> piece;
  while (begin < end) {
    piece.resize(std::min(piece_bytes, end - begin));
    TRY(read_checked(file, begin, piece));
    TRY(copy.reader.update(piece));
    TRY(copy.staging.write(piece));
    begin += piece.size();
  }
  return {};
}

Result<Copy> copy_living(XorbStore& xorbs, const Xorb& xorb, const ChunkUse& use) {
  const auto file =
      TRY(xorbs.open_objects().get(xorb.place().physical_name, xorb.place().file_size));
  Copy copy{TRY(xorbs.stage()), {}, std::vector(xorb.count(), is_dead)};
  std::uint32_t next = 0;
  for (std::uint32_t first = 0; first < xorb.count();) {
    auto last = first;
    for (; last < xorb.count() && use.is_named(xorb.hash(), last); ++last) {
      copy.places[last] = next++;
    }
    TRY(append(copy, *file, xorb.packed_offset(first), xorb.packed_offset(last)));
    first = last + 1;
  }
  TRY(copy.reader.finish());
  TRY(copy.staging.seal());
  return copy;
}

// Which pages of which objects name a xorb.
using Pages = std::vector<std::pair<Sha256, std::vector<std::int64_t>>>;

Result<std::vector<std::tuple<Sha256>>> objects_of(db::Connection& connection,
                                                   const xet::Hash& xorb) {
  return connection.sql("SELECT sha256 FROM object_xorb WHERE xorb_hash = ?1 ORDER BY sha256")
      .bind(xorb)
      .all<Sha256>();
}

Result<std::vector<std::int64_t>> pages_of(db::Connection& connection, const Sha256& object,
                                           const xet::Hash& xorb) {
  std::vector<std::int64_t> pages;
  auto rows = connection.sql("SELECT page, terms FROM object_terms WHERE sha256 = ?1").bind(object);
  while (TRY(rows.step())) {
    const auto terms = TRY(unpack_terms(as_bytes(rows.get<std::string>(1))));
    if (std::ranges::find(terms, xorb, &xet::Term::xorb) != terms.end()) {
      pages.push_back(rows.get<std::int64_t>(0));
    }
  }
  return pages;
}

Result<Pages> find_pages(db::Database& database, const xet::Hash& xorb) {
  return database.read_now([&](db::Connection& connection) -> Result<Pages> {
    Pages found;
    for (const auto& [object] : TRY(objects_of(connection, xorb))) {
      found.emplace_back(object, TRY(pages_of(connection, object, xorb)));
    }
    return found;
  });
}

// Names the chunks of `from` by their places in another xorb. conflict when a term names a dead one.
class Rewriting {
 public:
  Rewriting(const xet::Hash& from, const xet::Hash& to, const std::vector<std::uint32_t>& places)
      : from_(from), to_(to), places_(places) {}

  Result<> rewrite(db::Connection& connection, const Pages& pages) const {
    const auto objects = TRY(objects_of(connection, from_));
    const auto same = std::ranges::equal(
        objects, pages, {}, [](auto& row) { return std::get<0>(row); },
        [](auto& pair) { return pair.first; });
    if (!same) return changed_meanwhile();
    for (const auto& [object, numbers] : pages) {
      for (const auto page : numbers) TRY(rewrite_page(connection, object, page));
      TRY(connection
              .sql("INSERT INTO object_xorb (sha256, xorb_hash) VALUES (?1, ?2)"
                   " ON CONFLICT (sha256, xorb_hash) DO NOTHING")
              .bind(object, to_)
              .run());
    }
    TRY(connection.sql("DELETE FROM object_xorb WHERE xorb_hash = ?1").bind(from_).run());
    return {};
  }

 private:
  Result<> rewrite_page(db::Connection& connection, const Sha256& object, std::int64_t page) const {
    const auto row =
        TRY(connection.sql("SELECT terms FROM object_terms WHERE sha256 = ?1 AND page = ?2")
                .bind(object, page)
                .first<std::string>());
    if (!row) return changed_meanwhile();
    auto terms = TRY(unpack_terms(as_bytes(std::get<0>(*row))));
    for (auto& term : terms) {
      if (term.xorb == from_) TRY(move(term));
    }
    TRY(connection.sql("UPDATE object_terms SET terms = ?1 WHERE sha256 = ?2 AND page = ?3")
            .bind(as_bytes(pack_terms(terms)), object, page)
            .run());
    return {};
  }

  // Chunks that live and stood side by side stand side by side.
  Result<> move(xet::Term& term) const {
    if (term.first >= term.last_exclusive || term.last_exclusive > places_.size()) {
      return fail_internal("a term lies outside of xorb " + xet::to_text(from_));
    }
    for (auto chunk = term.first; chunk < term.last_exclusive; ++chunk) {
      if (places_[chunk] == is_dead) return changed_meanwhile();
    }
    term.last_exclusive = places_[term.last_exclusive - 1] + 1;
    term.first = places_[term.first];
    term.xorb = to_;
    return {};
  }

  const xet::Hash& from_;
  const xet::Hash& to_;
  const std::vector<std::uint32_t>& places_;
};

// The chunks of the old xorb that clients may ask for stay known.
Result<> carry_index(db::Connection& connection, const Xorb& from, const xet::Hash& to,
                     const std::vector<std::uint32_t>& places) {
  const auto rows = TRY(connection.sql("SELECT chunk_hash FROM xet_chunk WHERE xorb_hash = ?1")
                            .bind(from.hash())
                            .all<xet::Hash>());
  for (const auto& [hash] : rows) {
    for (std::uint32_t i = 0; i < from.count(); ++i) {
      if (places[i] == is_dead || from.chunks()[i].hash != hash) continue;
      TRY(XorbStore::index_chunk(connection, hash, to));
      break;
    }
  }
  return {};
}

Result<bool> lies_there(db::Connection& connection, const Xorb& xorb) {
  return TRY(connection.sql("SELECT 1 FROM xorb WHERE hash = ?1 AND physical_name = ?2")
                 .bind(xorb.hash(), xorb.place().physical_name)
                 .first<int>())
      .has_value();
}

}  // namespace

Result<Compacted> compact(db::Database& database, XorbStore& xorbs, const ObjectFiles& files,
                          const xet::Hash& hash, const ChunkUse& use, const DropXorb& drop) {
  const auto xorb = TRY(xorbs.find(hash));
  if (!xorb || xorb->place().is_view) return changed_meanwhile();
  auto copy = TRY(copy_living(xorbs, *xorb, use));
  const auto pages = TRY(find_pages(database, hash));
  const auto to = copy.reader.hash();
  const Rewriting rewriting(hash, to, copy.places);
  TRY(xorbs.publish_now(std::move(copy.staging), to, copy.reader.chunks(),
                        [&](db::Connection& connection) -> Result<> {
                          if (!TRY(lies_there(connection, *xorb))) return changed_meanwhile();
                          TRY(rewriting.rewrite(connection, pages));
                          TRY(carry_index(connection, *xorb, to, copy.places));
                          return TRY(drop(connection, hash)) ? Result<>{} : changed_meanwhile();
                        }));
  xorbs.forget(hash);
  files.begin_grace(xorb->place().physical_name);
  return Compacted{xorb->packed_offset(xorb->count()), copy.reader.packed_bytes()};
}

}  // namespace kohaku::store
