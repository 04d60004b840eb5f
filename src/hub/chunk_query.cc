#include "hub/chunk_query.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "hub/xorb_rights.h"
#include "store/object_terms.h"
#include "xet/shard_writer.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t most_candidates = 16;
// Two GiB of content and some 1.5 MiB of answer.
constexpr std::size_t most_xorbs = 32;
// Terms looked through for the place of a xorb in a file.
constexpr std::size_t most_terms = 65'536;

using Xorbs = std::vector<std::shared_ptr<const store::Xorb>>;

std::unexpected<Error> unknown_chunk() {
  return fail(Code::not_found, "This chunk is not known here.");
}

Result<std::optional<xet::Hash>> find_nameable(db::Connection& connection, const XetReader& reader,
                                               const xet::Hash& chunk) {
  const auto rows =
      TRY(connection.sql("SELECT xorb_hash FROM xet_chunk WHERE chunk_hash = ?1 LIMIT ?2")
              .bind(chunk, most_candidates)
              .all<xet::Hash>());
  for (const auto& [xorb] : rows) {
    if (TRY(may_name(connection, reader, xorb))) return xorb;
  }
  return std::nullopt;
}

// An object that consists of the xorb and that this caller may read.
Result<std::optional<Sha256>> find_object(db::Connection& connection, const XetReader& reader,
                                          const xet::Hash& xorb) {
  static const std::string sql =
      "SELECT x.sha256 FROM object_xorb AS x JOIN object_link AS l ON l.sha256 = x.sha256"
      " JOIN repository AS r ON r.id = l.repo_id WHERE x.xorb_hash = ?1 AND " +
      std::string(readable_repository) + " LIMIT 1";
  const auto row = TRY(connection.sql(sql).bind(xorb, reader.user_id()).first<Sha256>());
  return row ? std::optional(std::get<0>(*row)) : std::nullopt;
}

// The xorbs of an object in its order, from the one before `xorb` on.
Result<std::vector<xet::Hash>> neighbours(Hub& hub, const Sha256& object, const xet::Hash& xorb) {
  std::vector<xet::Hash> found;
  bool passed = false;
  store::TermReader terms(hub.database, object);
  for (std::size_t i = 0; i < most_terms && found.size() < most_xorbs; ++i) {
    const auto term = TRY(terms.next());
    if (!term) break;
    if (!passed && term->xorb != xorb && found.size() == 1) found.clear();
    passed = passed || term->xorb == xorb;
    if (std::ranges::find(found, term->xorb) == found.end()) found.push_back(term->xorb);
  }
  if (!passed) found = {xorb};
  return found;
}

Result<Xorbs> collect(Hub& hub, const XetReader& reader, const xet::Hash& chunk) {
  using Hit = std::pair<xet::Hash, std::optional<Sha256>>;
  const auto hit =
      TRY(hub.database.read_now([&](db::Connection& connection) -> Result<std::optional<Hit>> {
        const auto xorb = TRY(find_nameable(connection, reader, chunk));
        if (!xorb) return std::nullopt;
        return Hit{*xorb, TRY(find_object(connection, reader, *xorb))};
      }));
  if (!hit) return unknown_chunk();
  const auto& [xorb, object] = *hit;
  const auto hashes = object ? TRY(neighbours(hub, *object, xorb)) : std::vector{xorb};
  Xorbs xorbs;
  for (const auto& hash : hashes) {
    // One that was collected, or compacted, meanwhile is not told of.
    if (auto found = TRY(hub.objects.xorbs().find(hash))) xorbs.push_back(std::move(found));
  }
  if (xorbs.empty()) return unknown_chunk();
  return xorbs;
}

xet::Hash new_key() {
  xet::Hash key;
  random_bytes(key.bytes);
  return key;
}

std::string write_answer(const Xorbs& xorbs, Micros now) {
  std::vector<xet::XorbEntry> entries;
  for (const auto& xorb : xorbs) entries.push_back({xorb->hash(), xorb->chunks()});
  const auto created = static_cast<std::uint64_t>(now.seconds());
  // The client may count on it for as long as we keep it, less a day for clocks that disagree.
  return xet::write_dedup_shard(entries, created, created + registration_seconds - 86'400,
                                new_key());
}

}  // namespace

Task<Result<std::string>> find_chunk(Hub& hub, XetReader reader, xet::Hash chunk) {
  // An anonymous reader uploads nothing.
  if (reader.scope().is_anonymous()) co_return unknown_chunk();
  const auto xorbs = CO_TRY(collect(hub, reader, chunk));
  const auto now = hub.clock.now();
  auto registered = co_await hub.database.write([&](db::Connection& connection) -> Result<> {
    const auto until = now.plus_seconds(registration_seconds);
    for (const auto& xorb : xorbs) {
      TRY(register_xorb(connection, reader.scope(), xorb->hash(), until));
    }
    return {};
  });
  // A foreign key: a xorb was collected since it was looked up.
  if (!registered && registered.error().code == Code::conflict) co_return unknown_chunk();
  CO_TRY(std::move(registered));
  co_return co_await hub.pool.run([&] { return write_answer(xorbs, now); });
}

}  // namespace kohaku::hub
