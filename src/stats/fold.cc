// What a batch adds, written in the transaction that moves the journal's position.
#include "stats/fold.h"

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "stats/sketch.h"
#include "stats/trending.h"

namespace kohaku::stats {
namespace {

struct DayTotals {
  std::int64_t downloads = 0;
  std::int64_t authenticated = 0;
  std::int64_t files = 0;
  Batch::Sums sums;
};

struct GroupTotals {
  std::int64_t downloads = 0;
  std::int64_t huggingface = 0;
  std::int64_t requests = 0;
};

template <class Key>
struct SketchKey {
  Key id;
  std::int64_t day;
  Traffic traffic;
  friend auto operator<=>(const SketchKey&, const SketchKey&) = default;
};

class Folding {
 public:
  explicit Folding(db::Connection& connection) : connection_(connection) {}

  Result<> add(const Batch& batch) {
    for (const auto& [key, session] : batch.sessions()) TRY(add_session(key, session));
    for (const auto& [key, sums] : batch.days()) {
      if (TRY(owner_of(key.repo))) days_[key].sums.add(sums);
    }
    for (const auto& [key, sums] : batch.groups()) {
      if (!TRY(owner_of(key.day.repo))) continue;
      groups_[key].huggingface += sums.huggingface;
      groups_[key].requests += sums.requests;
    }
    return {};
  }

  Result<> write() {
    for (const auto& [key, totals] : days_) TRY(write_day(key, totals));
    for (const auto& [key, totals] : groups_) TRY(write_group(key, totals));
    for (const auto& [repo, downloads] : downloads_) TRY(write_total(repo, downloads));
    for (const auto& [key, sketch] : repository_sketches_) TRY(write_sketch(key, sketch));
    for (const auto& [key, sketch] : namespace_sketches_) TRY(write_sketch(key, sketch));
    return {};
  }

 private:
  // Nothing when the repository is gone.
  Result<std::optional<AccountId>> owner_of(RepoId repo) {
    const auto known = owners_.find(repo);
    if (known != owners_.end()) return known->second;
    const auto row = TRY(connection_.sql("SELECT owner_id FROM repository WHERE id = ?1")
                             .bind(repo)
                             .first<AccountId>());
    const auto owner = row ? std::optional(std::get<0>(*row)) : std::nullopt;
    owners_.emplace(repo, owner);
    return owner;
  }

  Result<> add_session(const Batch::SessionKey& key, const Batch::Session& session) {
    const auto owner = TRY(owner_of(key.repo));
    if (!owner) return {};
    const bool is_new = TRY(begin_session(key, session));
    Batch::DayKey day{key.repo, day_of(Micros::from_seconds(key.bucket)), session.traffic};
    if (is_new) count_session(key, session, day, *owner);
    if (session.files.empty()) return {};
    if (!is_new) day.traffic = TRY(traffic_of_session(key));
    days_[day].files += TRY(count_files(key, session));
    return {};
  }

  Result<bool> begin_session(const Batch::SessionKey& key, const Batch::Session& session) {
    return TRY(connection_
                   .sql("INSERT INTO download_session (repo_id, policy, bucket, who, traffic) "
                        "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING")
                   .bind(key.repo, static_cast<int>(key.policy), key.bucket, key.who,
                         static_cast<int>(session.traffic))
                   .run()) > 0;
  }

  Result<Traffic> traffic_of_session(const Batch::SessionKey& key) {
    const auto row = TRY(connection_
                             .sql("SELECT traffic FROM download_session WHERE repo_id = ?1 "
                                  "AND policy = ?2 AND bucket = ?3 AND who = ?4")
                             .bind(key.repo, static_cast<int>(key.policy), key.bucket, key.who)
                             .first<int>());
    return static_cast<Traffic>(row ? std::get<0>(*row) : 0);
  }

  void count_session(const Batch::SessionKey& key, const Batch::Session& session,
                     const Batch::DayKey& day, AccountId owner) {
    auto& totals = days_[day];
    const std::int64_t authenticated = session.authenticated ? 1 : 0;
    auto& client = groups_[{day, false, session.client.library, session.client.version}];
    auto& country = groups_[{day, true, session.country, {}}];
    if (key.policy == PolicyId::huggingface) {
      ++totals.sums.huggingface;
      totals.sums.huggingface_authenticated += authenticated;
      ++client.huggingface;
      ++country.huggingface;
      return;
    }
    ++totals.downloads;
    totals.authenticated += authenticated;
    ++client.downloads;
    ++country.downloads;
    ++downloads_[{key.repo, day.day}];
    repository_sketches_[{key.repo, day.day, day.traffic}].add(key.who);
    namespace_sketches_[{owner, day.day, day.traffic}].add(key.who);
  }

  Result<std::int64_t> count_files(const Batch::SessionKey& key, const Batch::Session& session) {
    std::int64_t added = 0;
    for (const auto file : session.files) {
      added += TRY(connection_
                       .sql("INSERT INTO session_file (repo_id, bucket, who, file) "
                            "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
                       .bind(key.repo, key.bucket, key.who, static_cast<std::int64_t>(file))
                       .run());
    }
    return added;
  }

  Result<> write_day(const Batch::DayKey& key, const DayTotals& totals) {
    TRY(connection_
            .sql("INSERT INTO repository_day (repo_id, day, traffic, downloads, authenticated, "
                 "files, huggingface, huggingface_authenticated, requests, "
                 "requests_authenticated, bytes) "
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
                 "ON CONFLICT (repo_id, day, traffic) DO UPDATE SET "
                 "downloads = repository_day.downloads + excluded.downloads, "
                 "authenticated = repository_day.authenticated + excluded.authenticated, "
                 "files = repository_day.files + excluded.files, "
                 "huggingface = repository_day.huggingface + excluded.huggingface, "
                 "huggingface_authenticated = repository_day.huggingface_authenticated "
                 "+ excluded.huggingface_authenticated, "
                 "requests = repository_day.requests + excluded.requests, "
                 "requests_authenticated = repository_day.requests_authenticated "
                 "+ excluded.requests_authenticated, "
                 "bytes = repository_day.bytes + excluded.bytes")
            .bind(key.repo, key.day, static_cast<int>(key.traffic), totals.downloads,
                  totals.authenticated, totals.files, totals.sums.huggingface,
                  totals.sums.huggingface_authenticated, totals.sums.requests,
                  totals.sums.requests_authenticated, totals.sums.bytes)
            .run());
    return {};
  }

  Result<> write_group(const Batch::GroupKey& key, const GroupTotals& totals) {
    if (TRY(add_to_group(key, totals))) return {};
    auto named = key;
    if (TRY(group_names(key)) >= static_cast<std::int64_t>(most_group_names)) {
      named.name = "other";
      named.detail.clear();
      if (TRY(add_to_group(named, totals))) return {};
    }
    TRY(connection_
            .sql("INSERT INTO repository_day_group (repo_id, day, traffic, kind, name, detail, "
                 "downloads, huggingface, requests) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
            .bind(named.day.repo, named.day.day, static_cast<int>(named.day.traffic),
                  kind_of(named), named.name, named.detail, totals.downloads, totals.huggingface,
                  totals.requests)
            .run());
    return {};
  }

  Result<bool> add_to_group(const Batch::GroupKey& key, const GroupTotals& totals) {
    return TRY(connection_
                   .sql("UPDATE repository_day_group SET downloads = downloads + ?7, "
                        "huggingface = huggingface + ?8, requests = requests + ?9 "
                        "WHERE repo_id = ?1 AND day = ?2 AND traffic = ?3 AND kind = ?4 "
                        "AND name = ?5 AND detail = ?6")
                   .bind(key.day.repo, key.day.day, static_cast<int>(key.day.traffic), kind_of(key),
                         key.name, key.detail, totals.downloads, totals.huggingface,
                         totals.requests)
                   .run()) > 0;
  }

  Result<std::int64_t> group_names(const Batch::GroupKey& key) {
    const auto row =
        TRY(connection_
                .sql("SELECT COUNT(*) FROM repository_day_group WHERE repo_id = ?1 "
                     "AND day = ?2 AND traffic = ?3 AND kind = ?4")
                .bind(key.day.repo, key.day.day, static_cast<int>(key.day.traffic), kind_of(key))
                .first<std::int64_t>());
    return row ? std::get<0>(*row) : 0;
  }

  static std::string_view kind_of(const Batch::GroupKey& key) {
    return key.is_country ? "country" : "client";
  }

  Result<> write_total(std::pair<RepoId, std::int64_t> key, std::int64_t downloads) {
    const auto [repo, day] = key;
    if (!scored_) scored_ = TRY(ScoredDays::read(connection_));
    TRY(connection_
            .sql("UPDATE repository SET downloads = downloads + ?2, "
                 "trending_score = trending_score + ?3 WHERE id = ?1")
            .bind(repo, downloads, scored_->covers(repo, day) ? downloads : 0)
            .run());
    return {};
  }

  Result<> write_sketch(const SketchKey<RepoId>& key, const Sketch& added) {
    return write_sketch("SELECT sketch FROM repository_sketch "
                        "WHERE repo_id = ?1 AND day = ?2 AND traffic = ?3",
                        "INSERT INTO repository_sketch (repo_id, day, traffic, sketch) "
                        "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (repo_id, day, traffic) "
                        "DO UPDATE SET sketch = excluded.sketch",
                        key, added);
  }

  Result<> write_sketch(const SketchKey<AccountId>& key, const Sketch& added) {
    return write_sketch("SELECT sketch FROM namespace_sketch "
                        "WHERE owner_id = ?1 AND day = ?2 AND traffic = ?3",
                        "INSERT INTO namespace_sketch (owner_id, day, traffic, sketch) "
                        "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (owner_id, day, traffic) "
                        "DO UPDATE SET sketch = excluded.sketch",
                        key, added);
  }

  template <class Key>
  Result<> write_sketch(std::string_view select, std::string_view upsert, const Key& key,
                        Sketch sketch) {
    const auto row = TRY(connection_.sql(select)
                             .bind(key.id, key.day, static_cast<int>(key.traffic))
                             .template first<std::vector<std::byte>>());
    if (row && std::get<0>(*row).empty()) return {};  // stale (stats/namespace_sketches.h)
    if (row) sketch.merge(TRY(Sketch::parse(std::get<0>(*row))));
    const auto text = sketch.serialize();
    TRY(connection_.sql(upsert)
            .bind(key.id, key.day, static_cast<int>(key.traffic), as_bytes(text))
            .run());
    return {};
  }

  db::Connection& connection_;
  std::unordered_map<RepoId, std::optional<AccountId>> owners_;
  std::map<Batch::DayKey, DayTotals> days_;
  std::map<Batch::GroupKey, GroupTotals> groups_;
  std::map<std::pair<RepoId, std::int64_t>, std::int64_t> downloads_;
  std::map<SketchKey<RepoId>, Sketch> repository_sketches_;
  std::map<SketchKey<AccountId>, Sketch> namespace_sketches_;
  std::optional<ScoredDays> scored_;
};

}  // namespace

Result<Position> folded_position(db::Connection& connection, std::string_view node) {
  const auto row = TRY(connection.sql("SELECT folded FROM journal_position WHERE node = ?1")
                           .bind(node)
                           .first<Position>());
  return row ? std::get<0>(*row) : 0;
}

Result<> apply(db::Connection& connection, const Batch& batch, std::string_view node,
               Position until) {
  Folding folding(connection);
  TRY(folding.add(batch));
  TRY(folding.write());
  TRY(connection
          .sql("INSERT INTO journal_position (node, folded, logged) VALUES (?1, ?2, 0) "
               "ON CONFLICT (node) DO UPDATE SET folded = excluded.folded")
          .bind(node, until)
          .run());
  return {};
}

Result<std::int64_t> remove_old_sessions(db::Connection& connection, std::int64_t before,
                                         std::int64_t most) {
  std::int64_t removed = 0;
  for (const std::string table : {"download_session", "session_file"}) {
    // By key, as not every database has DELETE with a LIMIT.
    const auto last = TRY(connection
                              .sql("SELECT bucket FROM " + table +
                                   " WHERE bucket < ?1 ORDER BY bucket LIMIT 1 OFFSET ?2")
                              .bind(before, most)
                              .first<std::int64_t>());
    const auto end = last ? std::get<0>(*last) + 1 : before;
    removed += TRY(connection.sql("DELETE FROM " + table + " WHERE bucket < ?1")
                       .bind(std::min(end, before))
                       .run());
  }
  return removed;
}

}  // namespace kohaku::stats
