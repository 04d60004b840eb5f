#include "hub/lfs_gc.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "hub/lfs_reachable.h"
#include "hub/lfs_retention.h"
#include "hub/revisions.h"
#include "os/log.h"
#include "store/scrub.h"

namespace kohaku::hub {
namespace {

constexpr std::int64_t orphan_grace_seconds = 3600;

struct Seen {
  Repo repo;
  std::vector<Sha1> tips;
  std::vector<ObjectLink> links;
  std::unordered_set<Sha256> outgrown;
};

// Of one moment: refs and their version, links, versions.
Result<std::optional<Seen>> look_at(db::Connection& connection, RepoId id, const Config& config) {
  auto repo = TRY(find_repo_by_id(connection, id));
  if (!repo) return std::nullopt;
  Seen seen{std::move(*repo), {}, {}, {}};
  seen.links = TRY(list_links(connection, id));
  for (const auto& ref : TRY(list_refs(connection, id))) seen.tips.push_back(ref.commit);
  if (config.lfs_auto_gc) {
    const auto keep = seen.repo.lfs_keep_versions.value_or(config.lfs_keep_versions);
    seen.outgrown = TRY(find_outgrown(connection, id, keep));
  }
  return seen;
}

Result<> note_unreachable(db::Connection& connection, RepoId repo, const Sha256& sha256,
                          std::optional<Micros> since) {
  TRY(connection
          .sql("UPDATE object_link SET unreachable_since = ?1 WHERE repo_id = ?2 AND sha256 = ?3")
          .bind(since, repo, sha256)
          .run());
  return {};
}

Result<bool> is_unchanged(db::Connection& connection, const Repo& repo) {
  const auto row = TRY(connection.sql("SELECT refs_version FROM repository WHERE id = ?1")
                           .bind(repo.id)
                           .first<std::int64_t>());
  return row && std::get<0>(*row) == repo.refs_version;
}

using Fates = std::vector<std::pair<ObjectLink, LinkFate>>;

// False, and nothing is done, when a ref moved since the repository was looked at. An upload or a
// commit that renewed a link meanwhile keeps it.
Result<bool> apply(db::Connection& connection, const Repo& repo, const Fates& fates, Micros now) {
  if (!TRY(is_unchanged(connection, repo))) return false;
  for (const auto& [link, fate] : fates) {
    if (fate == LinkFate::reached_again) {
      TRY(note_unreachable(connection, repo.id, link.sha256, std::nullopt));
    } else if (fate == LinkFate::begins_grace) {
      TRY(note_unreachable(connection, repo.id, link.sha256, now));
    } else if (fate == LinkFate::goes) {
      TRY(connection
              .sql(
                  "DELETE FROM object_link WHERE repo_id = ?1 AND sha256 = ?2 AND keep_until <= ?3")
              .bind(repo.id, link.sha256, now)
              .run());
    }
  }
  return true;
}

// An object that no repository links to.
struct Unlinked {
  Sha256 sha256;
  std::uint64_t size = 0;
  std::string physical_name;  // whole form only
};

std::string name_of(const Repo& repo) {
  return fmt::format("{}/{}", plural(repo.type), repo.full_name());
}

class Collector {
 public:
  Collector(Hub& hub, bool dry_run) : hub_(hub), now_(hub.clock.now()) {
    report_.dry_run = dry_run;
  }

  Result<GarbageReport> run() {
    TRY(drop_expired_uploads());
    for (const auto& [id] : TRY(hub_.database.read_now([](db::Connection& connection) {
           return connection.sql("SELECT DISTINCT repo_id FROM object_link ORDER BY repo_id")
               .all<RepoId>();
         }))) {
      TRY(drop_links(id));
    }
    report_.xorbs.registrations = TRY(drop_expired_registrations(hub_, now_, report_.dry_run));
    TRY(drop_objects());
    TRY(collect_xorbs(hub_, now_, report_.dry_run, gone_, report_.xorbs));
    TRY(drop_files());
    if (!report_.dry_run) TRY(hub_.objects.sweep_staging());
    return std::move(report_);
  }

 private:
  Result<> drop_expired_uploads() {
    const auto expired = TRY(hub_.database.read_now([&](db::Connection& connection) {
      return connection.sql("SELECT id FROM upload WHERE expires_at <= ?1")
          .bind(now_)
          .all<std::string>();
    }));
    report_.uploads = expired.size();
    if (report_.dry_run) return {};
    for (const auto& row : expired) {
      const auto& id = std::get<0>(row);
      const auto removed = TRY(hub_.database.write_now([&](db::Connection& connection) {
        return connection.sql("DELETE FROM upload WHERE id = ?1 AND expires_at <= ?2")
            .bind(id, now_)
            .run();
      }));
      if (removed > 0) TRY(hub_.objects.parted_uploads().remove(id));
    }
    return {};
  }

  Result<> drop_links(RepoId id) {
    const auto seen = TRY(hub_.database.read_now(
        [&](db::Connection& connection) { return look_at(connection, id, hub_.config); }));
    if (!seen) return {};
    const auto reachable = reach(*seen);
    if (!reachable) {
      // What cannot be read is no proof that nothing names an object.
      os::log_error(
          "A repository could not be walked; its large objects stay",
          {{"repository", id.value}, {"reason", std::string_view(reachable.error().detail)}});
      report_.skipped.push_back(name_of(seen->repo) + ": could not be read");
      return {};
    }
    Fates fates;
    for (const auto& link : seen->links) {
      const auto fate = judge(link, *reachable, seen->outgrown, now_);
      if (fate != LinkFate::stays) fates.emplace_back(link, fate);
    }
    return settle(seen->repo, fates);
  }

  Result<ReachableObjects> reach(const Seen& seen) {
    if (seen.tips.empty()) return ReachableObjects{};
    const auto repository = TRY(hub_.repositories.get(seen.repo.id));
    return find_reachable_objects(*repository, seen.tips);
  }

  Result<> settle(const Repo& repo, const Fates& fates) {
    if (!report_.dry_run && !fates.empty()) {
      const auto done = TRY(hub_.database.write_now(
          [&](db::Connection& connection) { return apply(connection, repo, fates, now_); }));
      if (!done) {
        report_.skipped.push_back(name_of(repo) + ": changed meanwhile");
        return {};
      }
    }
    CollectedLinks collected{repo.id, name_of(repo)};
    for (const auto& [link, fate] : fates) {
      if (fate != LinkFate::goes) continue;
      ++collected.objects;
      collected.bytes += link.size;
      ++dropped_links_[link.sha256];
    }
    if (collected.objects > 0) report_.repositories.push_back(std::move(collected));
    return {};
  }

  Result<> drop_objects() {
    // A dry run dropped no links, and asks for all objects to see which would be left without one.
    auto rows = TRY(hub_.database.read_now([&](db::Connection& connection) {
      return connection
          .sql("SELECT o.sha256, o.size, o.physical_name, COUNT(l.repo_id) FROM large_object AS o"
               " LEFT JOIN object_link AS l ON l.sha256 = o.sha256 GROUP BY o.sha256, o.size,"
               " o.physical_name HAVING COUNT(l.repo_id) = 0 OR ?1 = 1")
          .bind(report_.dry_run)
          .all<Sha256, std::uint64_t, std::optional<std::string>, std::int64_t>();
    }));
    std::vector<Unlinked> unlinked;
    for (auto& [sha256, size, physical_name, links] : rows) {
      if (links > (report_.dry_run ? dropped_links_[sha256] : 0)) continue;
      unlinked.push_back({sha256, size, std::move(physical_name).value_or("")});
    }
    // An object may be kept by the terms of another one that goes.
    while (TRY(drop_some(unlinked))) {
    }
    return {};
  }

  // Takes those that went out of `objects`; false when there were none.
  Result<bool> drop_some(std::vector<Unlinked>& objects) {
    std::vector<Unlinked> stay;
    for (auto& object : objects) {
      if (!TRY(drop(object.sha256))) {
        stay.push_back(std::move(object));
        continue;
      }
      gone_.insert(object.sha256);
      ++report_.objects;
      report_.bytes += object.size;
      if (!report_.dry_run && !object.physical_name.empty()) {
        hub_.objects.files().begin_grace(object.physical_name);
      }
    }
    const auto went = stay.size() < objects.size();
    objects = std::move(stay);
    return went && !objects.empty();
  }

  // False when the object must stay: an upload linked it again, or somebody counts on a view of it.
  Result<bool> drop(const Sha256& sha256) {
    if (report_.dry_run) {
      return !TRY(hub_.database.read_now([&](db::Connection& connection) {
        return has_used_view(connection, sha256, now_, gone_);
      }));
    }
    auto dropped = hub_.database.write_now(
        [&](db::Connection& connection) { return drop_object(connection, sha256, now_); });
    // A foreign key: it was named meanwhile.
    if (!dropped && dropped.error().code == Code::conflict) return false;
    const auto views = TRY(std::move(dropped));
    if (!views) return false;
    for (const auto& view : *views) hub_.objects.xorbs().forget(view);
    return true;
  }

  Result<> drop_files() {
    const auto before = now_.plus_seconds(-orphan_grace_seconds);
    for (const auto& orphan :
         TRY(store::find_orphans(hub_.database, hub_.objects.files(), before))) {
      ++report_.files;
      report_.file_bytes += orphan.bytes;
      if (!report_.dry_run) TRY(hub_.objects.remove_orphan(orphan.physical_name));
    }
    return {};
  }

  Hub& hub_;
  Micros now_;
  GarbageReport report_;
  std::unordered_map<Sha256, std::int64_t> dropped_links_;
  std::unordered_set<Sha256> gone_;  // objects
};

}  // namespace

Result<GarbageReport> collect_garbage(Hub& hub, bool dry_run) {
  const std::lock_guard one_at_a_time(*hub.collection);
  return Collector(hub, dry_run).run();
}

std::string to_text(const GarbageReport& report) {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const auto& repository : report.repositories) {
    fmt::format_to(out, "{}: {} objects, {} bytes\n", repository.name, repository.objects,
                   repository.bytes);
  }
  for (const auto& sentence : report.skipped) fmt::format_to(out, "skipped {}\n", sentence);
  fmt::format_to(out, "{} expired uploads\n", report.uploads);
  fmt::format_to(out, "{} objects without a repository, {} bytes\n", report.objects, report.bytes);
  const auto& xorbs = report.xorbs;
  for (const auto& sentence : xorbs.skipped) fmt::format_to(out, "skipped {}\n", sentence);
  fmt::format_to(out, "{} expired registrations of xorbs\n", xorbs.registrations);
  fmt::format_to(out, "{} xorbs that nothing names, {} bytes\n", xorbs.xorbs, xorbs.bytes);
  fmt::format_to(out, "{} xorbs compacted, which frees {} bytes\n", xorbs.compacted,
                 xorbs.compacted_bytes);
  fmt::format_to(out, "{} files without a row, {} bytes\n", report.files, report.file_bytes);
  text += report.dry_run ? "Nothing was removed (dry run).\n"
                         : "Files follow their rows an hour later, at the next run.\n";
  return text;
}

}  // namespace kohaku::hub
