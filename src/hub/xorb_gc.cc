#include "hub/xorb_gc.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "os/log.h"
#include "store/chunk_use.h"
#include "store/xorb_compaction.h"

namespace kohaku::hub {
namespace {

constexpr std::int64_t least_age_seconds = 3600;
constexpr std::size_t page_rows = 500;
// Deleted in one transaction, which holds back all other writers.
constexpr std::size_t batch_rows = 100;
// Looked at together for compaction: one pass over the terms of all objects that name any of them,
// and at most 1 KiB for each.
constexpr std::size_t compaction_batch = 4096;

// SQL: nobody counts on the xorb `x` at the time ?1.
constexpr std::string_view not_registered =
    "NOT EXISTS (SELECT 1 FROM xorb_registration AS g WHERE g.xorb_hash = x.hash"
    " AND g.keep_until > ?1)";

// SQL: `x` is older than ?2, and no identification is about to name it.
constexpr std::string_view old_enough =
    "x.created_at <= ?2 AND (x.form = 'stored' OR EXISTS (SELECT 1 FROM large_object AS o"
    " WHERE o.sha256 = x.view_sha256 AND o.xet_hash IS NOT NULL))";

Micros oldest_that_stays(Micros now) { return now.plus_seconds(-least_age_seconds); }

// False when it must stay.
Result<bool> drop_xorb(db::Connection& connection, const xet::Hash& xorb, Micros now) {
  static const std::string sql =
      fmt::format("DELETE FROM xorb AS x WHERE {} AND {} AND x.hash = ?3"
                  " AND NOT EXISTS (SELECT 1 FROM object_xorb AS n WHERE n.xorb_hash = x.hash)",
                  not_registered, old_enough);
  const auto asked = TRY(connection
                             .sql("SELECT 1 FROM xorb_registration WHERE xorb_hash = ?1"
                                  " AND keep_until > ?2")
                             .bind(xorb, now)
                             .first<int>());
  if (asked) return false;
  TRY(connection.sql("DELETE FROM xorb_registration WHERE xorb_hash = ?1 AND keep_until <= ?2")
          .bind(xorb, now)
          .run());
  return TRY(connection.sql(sql).bind(now, oldest_that_stays(now), xorb).run()) > 0;
}

struct XorbRow {
  xet::Hash hash;
  std::optional<std::string> physical_name;
  std::uint64_t file_size = 0;
  std::optional<Sha256> view_of;
};

class XorbCollector {
 public:
  XorbCollector(Hub& hub, Micros now, bool dry_run, const std::unordered_set<Sha256>& gone,
                XorbReport& report)
      : hub_(hub), now_(now), dry_run_(dry_run), gone_(gone), report_(report) {}

  Result<> drop_unnamed() {
    xet::Hash after;
    while (true) {
      const auto rows = TRY(next_unregistered(after));
      if (rows.empty()) return {};
      after = rows.back().hash;
      std::vector<XorbRow> unnamed;
      for (const auto& row : rows) {
        if (!TRY(is_named(row))) unnamed.push_back(row);
      }
      for (auto rest = std::span(std::as_const(unnamed)); !rest.empty();) {
        const auto batch = rest.first(std::min(batch_rows, rest.size()));
        TRY(drop(batch));
        rest = rest.subspan(batch.size());
      }
    }
  }

  Result<> compact() {
    xet::Hash after;
    while (true) {
      const auto hashes = TRY(next_compactable(after));
      if (hashes.empty()) return {};
      after = hashes.back();
      TRY(compact(hashes));
    }
  }

 private:
  Result<std::vector<XorbRow>> next_unregistered(const xet::Hash& after) {
    // A dry run dropped no objects, and has to see who names a xorb.
    static const std::string sql = fmt::format(
        "SELECT x.hash, x.physical_name, x.file_size, x.view_sha256 FROM xorb AS x"
        " WHERE {} AND {} AND x.hash > ?3 AND (?4 = 1 OR NOT EXISTS"
        " (SELECT 1 FROM object_xorb AS n WHERE n.xorb_hash = x.hash)) ORDER BY x.hash LIMIT ?5",
        not_registered, old_enough);
    return hub_.database.read_now([&](db::Connection& connection) -> Result<std::vector<XorbRow>> {
      std::vector<XorbRow> found;
      auto rows = TRY(connection.sql(sql)
                          .bind(now_, oldest_that_stays(now_), after, dry_run_, page_rows)
                          .all<xet::Hash, std::optional<std::string>, std::optional<std::uint64_t>,
                               std::optional<Sha256>>());
      found.reserve(rows.size());
      for (auto& [hash, name, size, view_of] : rows) {
        found.push_back({hash, std::move(name), size.value_or(0), view_of});
      }
      return found;
    });
  }

  // By an object that stays. A view that goes with its object is told of with it.
  Result<bool> is_named(const XorbRow& row) {
    if (!dry_run_) return false;
    if (row.view_of && gone_.contains(*row.view_of)) return true;
    return hub_.database.read_now([&](db::Connection& connection) -> Result<bool> {
      auto names =
          connection.sql("SELECT sha256 FROM object_xorb WHERE xorb_hash = ?1").bind(row.hash);
      while (TRY(names.step())) {
        if (!gone_.contains(names.get<Sha256>(0))) return true;
      }
      return false;
    });
  }

  Result<> drop(std::span<const XorbRow> rows) {
    std::vector<XorbRow> dropped(rows.begin(), rows.end());
    if (!dry_run_) {
      auto done =
          hub_.database.write_now([&](db::Connection& connection) -> Result<std::vector<XorbRow>> {
            std::vector<XorbRow> went;
            for (const auto& row : rows) {
              if (TRY(drop_xorb(connection, row.hash, now_))) went.push_back(row);
            }
            return went;
          });
      // A foreign key: one of them was named meanwhile. The next run takes the others.
      if (!done && done.error().code == Code::conflict) return {};
      dropped = TRY(std::move(done));
    }
    for (const auto& row : dropped) {
      ++report_.xorbs;
      if (row.physical_name) report_.bytes += row.file_size;
      if (dry_run_) continue;
      hub_.objects.xorbs().forget(row.hash);
      if (row.physical_name) hub_.objects.files().begin_grace(*row.physical_name);
    }
    return {};
  }

  Result<std::vector<xet::Hash>> next_compactable(const xet::Hash& after) {
    static const std::string sql = fmt::format(
        "SELECT x.hash FROM xorb AS x WHERE {} AND {} AND x.form = 'stored' AND x.hash > ?3"
        " AND EXISTS (SELECT 1 FROM object_xorb AS n WHERE n.xorb_hash = x.hash)"
        " ORDER BY x.hash LIMIT ?4",
        not_registered, old_enough);
    return hub_.database.read_now(
        [&](db::Connection& connection) -> Result<std::vector<xet::Hash>> {
          std::vector<xet::Hash> hashes;
          for (const auto& [hash] :
               TRY(connection.sql(sql)
                       .bind(now_, oldest_that_stays(now_), after, compaction_batch)
                       .all<xet::Hash>())) {
            hashes.push_back(hash);
          }
          return hashes;
        });
  }

  Result<> compact(const std::vector<xet::Hash>& hashes) {
    store::ChunkUse use;
    for (const auto& hash : hashes) use.watch(hash);
    TRY(look_at_objects(hashes.front(), hashes.back(), use));
    for (const auto& hash : hashes) {
      const auto xorb = TRY(hub_.objects.xorbs().find(hash));
      if (!xorb) continue;
      const auto living = use.packed_bytes(*xorb);
      // Named by nobody: a dry run has told of it among those that go.
      if (living == 0 || 2 * living >= xorb->packed_offset(xorb->count())) continue;
      write_anew(*xorb, living, use);
    }
    return {};
  }

  // Those with terms over any xorb between these two.
  Result<> look_at_objects(const xet::Hash& least, const xet::Hash& most, store::ChunkUse& use) {
    Sha256 after;
    while (true) {
      const auto rows = TRY(hub_.database.read_now([&](db::Connection& connection) {
        return connection
            .sql("SELECT DISTINCT n.sha256 FROM object_xorb AS n WHERE n.xorb_hash >= ?1"
                 " AND n.xorb_hash <= ?2 AND n.sha256 > ?3 ORDER BY n.sha256 LIMIT ?4")
            .bind(least, most, after, page_rows)
            .all<Sha256>();
      }));
      if (rows.empty()) return {};
      for (const auto& [object] : rows) {
        if (!gone_.contains(object)) TRY(use.add(hub_.database, object));
      }
      after = std::get<0>(rows.back());
    }
  }

  void write_anew(const store::Xorb& xorb, std::uint64_t living, const store::ChunkUse& use) {
    if (dry_run_) return count(xorb.packed_offset(xorb.count()) - living);
    const auto done =
        store::compact(hub_.database, hub_.objects.xorbs(), hub_.objects.files(), xorb.hash(), use,
                       [this](db::Connection& connection, const xet::Hash& hash) {
                         return drop_xorb(connection, hash, now_);
                       });
    if (done) return count(done->before - done->after);
    const auto name = xet::to_text(xorb.hash());
    os::log_warning("A xorb could not be compacted",
                    {{"xorb", std::string_view(name)},
                     {"reason", std::string_view(done.error().message)},
                     {"detail", std::string_view(done.error().detail)}});
    report_.skipped.push_back(fmt::format("xorb {}: {}", name, done.error().message));
  }

  void count(std::uint64_t freed) {
    ++report_.compacted;
    report_.compacted_bytes += freed;
  }

  Hub& hub_;
  Micros now_;
  bool dry_run_;
  const std::unordered_set<Sha256>& gone_;
  XorbReport& report_;
};

}  // namespace

Result<std::uint64_t> drop_expired_registrations(Hub& hub, Micros now, bool dry_run) {
  if (dry_run) {
    const auto row = TRY(hub.database.read_now([&](db::Connection& connection) {
      return connection.sql("SELECT COUNT(*) FROM xorb_registration WHERE keep_until <= ?1")
          .bind(now)
          .first<std::uint64_t>();
    }));
    return row ? std::get<0>(*row) : 0;
  }
  std::uint64_t dropped = 0;
  while (true) {
    const auto xorbs = TRY(hub.database.read_now([&](db::Connection& connection) {
      return connection
          .sql("SELECT DISTINCT xorb_hash FROM xorb_registration WHERE keep_until <= ?1 LIMIT ?2")
          .bind(now, batch_rows)
          .all<xet::Hash>();
    }));
    if (xorbs.empty()) return dropped;
    dropped += TRY(hub.database.write_now([&](db::Connection& connection) -> Result<std::uint64_t> {
      std::uint64_t count = 0;
      for (const auto& [xorb] : xorbs) {
        count += static_cast<std::uint64_t>(
            TRY(connection
                    .sql("DELETE FROM xorb_registration WHERE xorb_hash = ?1 AND keep_until <= ?2")
                    .bind(xorb, now)
                    .run()));
      }
      return count;
    }));
  }
}

Result<bool> has_used_view(db::Connection& connection, const Sha256& sha256, Micros now,
                           const std::unordered_set<Sha256>& gone) {
  const auto registered =
      TRY(connection
              .sql("SELECT 1 FROM xorb AS x JOIN xorb_registration AS g ON g.xorb_hash = x.hash"
                   " WHERE x.view_sha256 = ?1 AND g.keep_until > ?2 LIMIT 1")
              .bind(sha256, now)
              .first<int>());
  if (registered) return true;
  auto others = connection
                    .sql("SELECT DISTINCT n.sha256 FROM xorb AS x JOIN object_xorb AS n"
                         " ON n.xorb_hash = x.hash WHERE x.view_sha256 = ?1 AND n.sha256 <> ?1")
                    .bind(sha256);
  while (TRY(others.step())) {
    if (!gone.contains(others.get<Sha256>(0))) return true;
  }
  return false;
}

Result<std::optional<std::vector<xet::Hash>>> drop_object(db::Connection& connection,
                                                          const Sha256& sha256, Micros now) {
  const auto linked = TRY(connection.sql("SELECT 1 FROM object_link WHERE sha256 = ?1 LIMIT 1")
                              .bind(sha256)
                              .first<int>());
  if (linked || TRY(has_used_view(connection, sha256, now, {}))) return std::nullopt;
  std::vector<xet::Hash> views;
  for (const auto& [view] : TRY(connection.sql("SELECT hash FROM xorb WHERE view_sha256 = ?1")
                                    .bind(sha256)
                                    .all<xet::Hash>())) {
    TRY(connection.sql("DELETE FROM xorb_registration WHERE xorb_hash = ?1 AND keep_until <= ?2")
            .bind(view, now)
            .run());
    views.push_back(view);
  }
  // In this order: its terms refer to its views, and its views to it.
  for (const auto* sql :
       {"DELETE FROM object_terms WHERE sha256 = ?1", "DELETE FROM object_xorb WHERE sha256 = ?1",
        "DELETE FROM xorb WHERE view_sha256 = ?1"}) {
    TRY(connection.sql(sql).bind(sha256).run());
  }
  const auto gone =
      TRY(connection.sql("DELETE FROM large_object WHERE sha256 = ?1").bind(sha256).run());
  if (gone == 0) return std::nullopt;  // by another collector
  return views;
}

Result<> collect_xorbs(Hub& hub, Micros now, bool dry_run, const std::unordered_set<Sha256>& gone,
                       XorbReport& report) {
  XorbCollector collector(hub, now, dry_run, gone, report);
  TRY(collector.drop_unnamed());
  return collector.compact();
}

}  // namespace kohaku::hub
