#include "hub/storage_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "hub/xorb_rights.h"
#include "store/chunk_use.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t page_rows = 500;
// Looked at in one pass over the terms that name any of them; at most 2 KiB for each.
constexpr std::size_t batch_xorbs = 4096;

// The first number of the first row; 0 when there is none.
template <class... Arguments>
Result<std::uint64_t> number(db::Connection& connection, std::string_view sql,
                             const Arguments&... arguments) {
  const auto row =
      TRY(connection.sql(sql).bind(arguments...).template first<std::optional<std::uint64_t>>());
  return row ? std::get<0>(*row).value_or(0) : 0;
}

// Goes through the xorbs of one repository: those that its objects in xet form name, and the views of
// its whole objects.
class Report {
 public:
  // Without a reader, other repositories are not looked at.
  Report(Hub& hub, RepoId repo, std::optional<AccountId> reader)
      : hub_(hub), repo_(repo), reader_(reader) {}

  Result<StorageReport> run() {
    TRY(hub_.database.read_now([this](db::Connection& c) { return add_whole(c); }));
    xet::Hash after;
    while (true) {
      const auto xorbs = TRY(next_xorbs(after));
      if (xorbs.empty()) break;
      after = xorbs.back();
      TRY(add(xorbs));
    }
    const auto named_in_xet_form = report_.named_bytes - whole_bytes_;
    report_.shared_with_revisions_bytes =
        named_in_xet_form - std::min(named_in_xet_form, distinct_);
    return report_;
  }

 private:
  using Hashes = std::vector<xet::Hash>;

  Result<> add_whole(db::Connection& connection) {
    report_.objects =
        TRY(number(connection, "SELECT COUNT(*) FROM object_link WHERE repo_id = ?1", repo_));
    report_.named_bytes = TRY(number(connection,
                                     "SELECT SUM(o.size) FROM object_link AS l JOIN large_object AS"
                                     " o ON o.sha256 = l.sha256 WHERE l.repo_id = ?1",
                                     repo_));
    whole_bytes_ = TRY(number(connection,
                              "SELECT SUM(o.size) FROM object_link AS l JOIN large_object AS o"
                              " ON o.sha256 = l.sha256 WHERE l.repo_id = ?1 AND o.form = 'whole'",
                              repo_));
    report_.stored_bytes = whole_bytes_;
    report_.git_bytes =
        TRY(number(connection, "SELECT SUM(bytes) FROM pack WHERE repo_id = ?1", repo_));
    if (!reader_) return {};
    static const std::string shared =
        "SELECT SUM(o.size) FROM object_link AS l JOIN large_object AS o ON o.sha256 = l.sha256"
        " WHERE l.repo_id = ?1 AND o.form = 'whole' AND EXISTS (SELECT 1 FROM object_link AS m"
        " JOIN repository AS r ON r.id = m.repo_id WHERE m.sha256 = l.sha256 AND r.id <> ?1 AND " +
        std::string(readable_repository) + ")";
    report_.shared_with_repositories_bytes = TRY(number(connection, shared, repo_, *reader_));
    return {};
  }

  Result<Hashes> next_xorbs(const xet::Hash& after) {
    return hub_.database.read_now([&](db::Connection& connection) -> Result<Hashes> {
      Hashes hashes;
      const auto rows =
          TRY(connection
                  .sql("SELECT x.xorb_hash FROM object_link AS l JOIN large_object AS o"
                       " ON o.sha256 = l.sha256 JOIN object_xorb AS x ON x.sha256 = l.sha256"
                       " WHERE l.repo_id = ?1 AND o.form = 'xet' AND x.xorb_hash > ?2"
                       " UNION SELECT v.hash FROM object_link AS l JOIN xorb AS v"
                       " ON v.view_sha256 = l.sha256 WHERE l.repo_id = ?1 AND v.hash > ?2"
                       " ORDER BY 1 LIMIT ?3")
                  .bind(repo_, after, batch_xorbs)
                  .all<xet::Hash>());
      for (const auto& [hash] : rows) hashes.push_back(hash);
      return hashes;
    });
  }

  Result<> add(const Hashes& xorbs) {
    store::ChunkUse here;
    store::ChunkUse elsewhere;
    for (const auto& xorb : xorbs) {
      here.watch(xorb);
      elsewhere.watch(xorb);
    }
    TRY(mark_own(xorbs, here));
    if (reader_) TRY(mark_others(xorbs, elsewhere));
    for (const auto& hash : xorbs) {
      const auto xorb = TRY(hub_.objects.xorbs().find(hash));
      if (!xorb) continue;  // collected, or compacted, meanwhile
      if (xorb->place().is_view) TRY(add_view(*xorb, here, elsewhere));
      else add_stored(*xorb, here, elsewhere);
    }
    return {};
  }

  // The objects of this repository that name a xorb of the batch.
  Result<> mark_own(const Hashes& xorbs, store::ChunkUse& use) {
    Sha256 after;
    while (true) {
      const auto rows = TRY(hub_.database.read_now([&](db::Connection& connection) {
        return connection
            .sql("SELECT DISTINCT l.sha256 FROM object_link AS l JOIN large_object AS o"
                 " ON o.sha256 = l.sha256 JOIN object_xorb AS x ON x.sha256 = l.sha256"
                 " WHERE l.repo_id = ?1 AND o.form = 'xet' AND x.xorb_hash >= ?2"
                 " AND x.xorb_hash <= ?3 AND l.sha256 > ?4 ORDER BY l.sha256 LIMIT ?5")
            .bind(repo_, xorbs.front(), xorbs.back(), after, page_rows)
            .all<Sha256>();
      }));
      if (rows.empty()) return {};
      for (const auto& [object] : rows) TRY(use.add(hub_.database, object));
      after = std::get<0>(rows.back());
    }
  }

  Result<> mark_others(const Hashes& xorbs, store::ChunkUse& use) {
    static const std::string sql =
        "SELECT n.sha256 FROM object_xorb AS n JOIN large_object AS o ON o.sha256 = n.sha256"
        " WHERE n.xorb_hash = ?3 AND o.form = 'xet' AND EXISTS (SELECT 1 FROM object_link AS l"
        " JOIN repository AS r ON r.id = l.repo_id WHERE l.sha256 = n.sha256 AND r.id <> ?1 AND " +
        std::string(readable_repository) + ")";
    std::set<Sha256> objects;
    for (const auto& xorb : xorbs) {
      const auto rows = TRY(hub_.database.read_now([&](db::Connection& connection) {
        return connection.sql(sql).bind(repo_, *reader_, xorb).all<Sha256>();
      }));
      for (const auto& [object] : rows) objects.insert(object);
    }
    for (const auto& object : objects) TRY(use.add(hub_.database, object));
    return {};
  }

  void add_stored(const store::Xorb& xorb, const store::ChunkUse& here,
                  const store::ChunkUse& elsewhere) {
    report_.stored_bytes += here.packed_bytes(xorb);
    distinct_ += here.bytes(xorb);
    for (std::uint32_t i = 0; i < xorb.count(); ++i) {
      if (here.is_named(xorb.hash(), i) && elsewhere.is_named(xorb.hash(), i)) {
        report_.shared_with_repositories_bytes += xorb.chunks()[i].packed_bytes;
      }
    }
  }

  // The bytes of a view are those of a whole object.
  Result<> add_view(const store::Xorb& xorb, const store::ChunkUse& here,
                    const store::ChunkUse& elsewhere) {
    const auto [is_ours, is_others] = TRY(hub_.database.read_now(
        [&](db::Connection& connection) { return who_holds_whole(connection, xorb.hash()); }));
    if (!is_ours) {
      report_.stored_bytes += here.bytes(xorb);
      distinct_ += here.bytes(xorb);
    }
    if (is_ours && is_others) return {};  // counted with the whole object
    for (std::uint32_t i = 0; i < xorb.count(); ++i) {
      const auto is_here = is_ours || here.is_named(xorb.hash(), i);
      if (is_here && (is_others || elsewhere.is_named(xorb.hash(), i))) {
        report_.shared_with_repositories_bytes += xorb.chunks()[i].size;
      }
    }
    return {};
  }

  // This repository; another one that the reader may read.
  Result<std::pair<bool, bool>> who_holds_whole(db::Connection& connection, const xet::Hash& view) {
    static const std::string others =
        "SELECT COUNT(*) FROM xorb AS x JOIN object_link AS l ON l.sha256 = x.view_sha256"
        " JOIN repository AS r ON r.id = l.repo_id WHERE x.hash = ?3 AND r.id <> ?1 AND " +
        std::string(readable_repository);
    const auto ours =
        TRY(number(connection,
                   "SELECT COUNT(*) FROM xorb AS x JOIN object_link AS l"
                   " ON l.sha256 = x.view_sha256 WHERE x.hash = ?1 AND l.repo_id = ?2",
                   view, repo_));
    if (!reader_) return std::pair(ours > 0, false);
    return std::pair(ours > 0, TRY(number(connection, others, repo_, *reader_, view)) > 0);
  }

  Hub& hub_;
  RepoId repo_;
  std::optional<AccountId> reader_;
  StorageReport report_;
  std::uint64_t whole_bytes_ = 0;
  std::uint64_t distinct_ = 0;  // content of the chunks that objects in xet form name, each once
};

struct NamedRepo {
  RepoId id;
  std::string name;
};

Result<std::vector<NamedRepo>> find_repositories(db::Connection& connection,
                                                 const std::optional<RepoName>& wanted) {
  std::vector<NamedRepo> found;
  const auto owner = wanted ? std::optional(normalize_name(wanted->owner)) : std::nullopt;
  const auto name = wanted ? std::optional(normalize_name(wanted->name)) : std::nullopt;
  auto rows = TRY(connection
                      .sql("SELECT r.id, r.type, a.name, r.name FROM repository AS r JOIN account"
                           " AS a ON a.id = r.owner_id WHERE (?1 IS NULL OR (a.lookup_name = ?1"
                           " AND r.lookup_name = ?2)) ORDER BY a.lookup_name, r.lookup_name, r.id")
                      .bind(owner, name)
                      .all<RepoId, std::string, std::string, std::string>());
  found.reserve(rows.size());
  for (const auto& [id, type, namespace_name, repo_name] : rows) {
    found.push_back({id, fmt::format("{}s/{}/{}", type, namespace_name, repo_name)});
  }
  return found;
}

Result<std::uint64_t> all_stored_bytes(db::Connection& connection) {
  return TRY(number(connection, "SELECT SUM(size) FROM large_object WHERE form = 'whole'")) +
         TRY(number(connection, "SELECT SUM(file_size) FROM xorb WHERE form = 'stored'"));
}

void append_row(std::string& text, std::string_view name, std::uint64_t named,
                std::uint64_t stored) {
  // What nobody names any more, and the collector has not taken yet, is stored all the same.
  const auto saved = static_cast<std::int64_t>(named) - static_cast<std::int64_t>(stored);
  const auto ratio =
      stored == 0 ? std::string("-")
                  : fmt::format("{:.2f}", static_cast<double>(named) / static_cast<double>(stored));
  fmt::format_to(std::back_inserter(text), "{:<48} {:>18} {:>18} {:>18} {:>8}\n", name, named,
                 stored, saved, ratio);
}

}  // namespace

Result<StorageReport> report_storage(Hub& hub, const ReadableContent& repo) {
  const auto& user = repo.caller().user;
  return Report(hub, repo.repo().id, user ? user->id : AccountId{}).run();
}

Result<HubStorage> report_hub_storage(Hub& hub, std::string_view full_name) {
  std::optional<RepoName> wanted;
  if (!full_name.empty()) wanted = TRY(parse_repo_name(full_name));
  HubStorage storage;
  for (const auto& repo : TRY(hub.database.read_now(
           [&](db::Connection& connection) { return find_repositories(connection, wanted); }))) {
    storage.repositories.push_back({repo.name, TRY(Report(hub, repo.id, std::nullopt).run())});
    storage.named_bytes += storage.repositories.back().report.named_bytes;
  }
  if (wanted && storage.repositories.empty()) {
    return fail(Code::not_found, fmt::format("There is no repository '{}'.", full_name));
  }
  storage.stored_bytes = TRY(hub.database.read_now(all_stored_bytes));
  return storage;
}

std::string to_text(const HubStorage& storage, bool whole_hub) {
  auto text = fmt::format("{:<48} {:>18} {:>18} {:>18} {:>8}\n", "repository", "logical bytes",
                          "stored bytes", "saved bytes", "ratio");
  for (const auto& [name, report] : storage.repositories) {
    append_row(text, name, report.named_bytes, report.stored_bytes);
  }
  if (whole_hub) append_row(text, "total", storage.named_bytes, storage.stored_bytes);
  return text;
}

}  // namespace kohaku::hub
