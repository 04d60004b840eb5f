#include "hub/repack.h"

#include <algorithm>
#include <string>
#include <utility>

#include "git/maintenance.h"
#include "hub/ref_projection.h"
#include "os/log.h"

namespace kohaku::hub {
namespace {

// As many as `git gc --auto` lets be.
constexpr std::size_t most_packs = 50;

// Fewer objects than these git counts at once, with or without bitmaps.
constexpr std::uint64_t least_indexed = 5'000;

struct RegisteredPack {
  git::PackSize size;
  Micros created_at;
};

Result<std::vector<RegisteredPack>> list_packs(Hub& hub, RepoId repo) {
  return hub.database.read_now(
      [&](db::Connection& connection) -> Result<std::vector<RegisteredPack>> {
        std::vector<RegisteredPack> packs;
        for (auto& [name, objects, created_at] :
             TRY(connection.sql("SELECT name, objects, created_at FROM pack WHERE repo_id = ?1")
                     .bind(repo)
                     .all<std::string, std::uint64_t, Micros>())) {
          packs.push_back({{std::move(name), objects}, created_at});
        }
        return packs;
      });
}

std::vector<std::string> choose(const std::vector<RegisteredPack>& packs) {
  if (packs.size() <= most_packs) return {};
  std::vector<git::PackSize> sizes;
  sizes.reserve(packs.size());
  for (const auto& pack : packs) sizes.push_back(pack.size);
  return git::packs_to_roll_up(std::move(sizes));
}

// Whether git's index lacks a good part of the objects.
Result<bool> is_index_stale(const os::Path& directory, const std::vector<RegisteredPack>& packs) {
  Micros written;
  for (const auto& entry : TRY(os::list(directory / "objects" / "pack"))) {
    if (entry.name == "multi-pack-index") written = entry.modified;
  }
  std::uint64_t all = 0;
  std::uint64_t newer = 0;
  for (const auto& pack : packs) {
    all += pack.size.objects;
    if (pack.created_at >= written) newer += pack.size.objects;
  }
  return all >= least_indexed && newer * 4 >= all;
}

// They only make git quicker: without them it works as well.
void write_indexes(Hub& hub, RepoId repo, const os::Path& directory,
                   const std::vector<std::string>& packs) {
  auto written = project_current_refs(hub, repo);
  if (written) written = git::index_packs(directory, packs);
  if (!written) {
    os::log_warning("git's index of packs could not be written",
                    {{"detail", std::string_view(written.error().detail)}});
    std::ignore = os::remove_file(directory / "objects/pack/multi-pack-index");
  }
  const auto graph = git::write_commit_graph(directory);
  if (graph) return;
  os::log_warning("git's commit graph could not be written",
                  {{"detail", std::string_view(graph.error().detail)}});
}

Result<> replace(db::Connection& connection, RepoId repo, const std::vector<std::string>& old,
                 const git::StagedPack& pack, Micros now) {
  TRY(connection
          .sql("INSERT INTO pack (repo_id, name, objects, bytes, created_at) "
               "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (repo_id, name) DO NOTHING")
          .bind(repo, pack.name, pack.objects, pack.bytes, now)
          .run());
  for (const auto& name : old) {
    TRY(connection.sql("DELETE FROM pack WHERE repo_id = ?1 AND name = ?2").bind(repo, name).run());
    TRY(connection
            .sql("INSERT INTO retired_pack (repo_id, name, retired_at) VALUES (?1, ?2, ?3) "
                 "ON CONFLICT (repo_id, name) DO UPDATE SET retired_at = excluded.retired_at")
            .bind(repo, name, now)
            .run());
  }
  return {};
}

Result<> roll_up(Hub& hub, RepoId repo, const std::vector<RegisteredPack>& packs,
                 std::vector<std::string> old) {
  const auto repository = TRY(hub.repositories.get(repo));
  const auto& directory = repository->directory();
  const auto pack = TRY(git::consolidate(directory, hub.repositories.staging(repo), old));
  TRY(repository->publish(pack));
  std::erase(old, pack.name);
  std::vector<std::string> left = {pack.name};
  for (const auto& [size, created_at] : packs) {
    if (size.name != pack.name && std::ranges::find(old, size.name) == old.end()) {
      left.push_back(size.name);
    }
  }
  write_indexes(hub, repo, directory, left);
  const auto now = hub.clock.now();
  return hub.database.write_now(
      [&](db::Connection& connection) { return replace(connection, repo, old, pack, now); });
}

Result<std::vector<RepoId>> list_repositories(Hub& hub, std::string_view sql, Micros time) {
  return hub.database.read_now([&](db::Connection& connection) -> Result<std::vector<RepoId>> {
    std::vector<RepoId> ids;
    for (const auto& [id] : TRY(connection.sql(sql).bind(time).all<RepoId>())) ids.push_back(id);
    return ids;
  });
}

Result<std::vector<std::string>> list_due(db::Connection& connection, RepoId repo, Micros before) {
  std::vector<std::string> names;
  for (auto& [name] : TRY(connection
                              .sql("SELECT name FROM retired_pack r WHERE repo_id = ?1 AND "
                                   "retired_at < ?2 AND NOT EXISTS (SELECT 1 FROM pack p "
                                   "WHERE p.repo_id = r.repo_id AND p.name = r.name)")
                              .bind(repo, before)
                              .all<std::string>())) {
    names.push_back(std::move(name));
  }
  return names;
}

Micros due_time(const Hub& hub) { return hub.clock.now().plus_seconds(-retired_pack_seconds); }

}  // namespace

Result<std::vector<RepoId>> find_repacking_candidates(Hub& hub, Micros since) {
  return list_repositories(hub, "SELECT DISTINCT repo_id FROM pack WHERE created_at >= ?1", since);
}

Result<bool> repack(Hub& hub, RepoId repo) {
  const auto packs = TRY(list_packs(hub, repo));
  if (auto old = choose(packs); old.size() > 1) {
    TRY(roll_up(hub, repo, packs, std::move(old)));
    return true;
  }
  const auto directory = hub.repositories.directory(repo);
  if (!TRY(is_index_stale(directory, packs))) return false;
  std::vector<std::string> names;
  names.reserve(packs.size());
  for (const auto& pack : packs) names.push_back(pack.size.name);
  write_indexes(hub, repo, directory, names);
  return true;
}

Result<std::vector<RepoId>> find_retired_packs(Hub& hub) {
  return list_repositories(hub, "SELECT DISTINCT repo_id FROM retired_pack WHERE retired_at < ?1",
                           due_time(hub));
}

Result<std::uint64_t> remove_retired_packs(Hub& hub, RepoId repo) {
  const auto before = due_time(hub);
  const auto names = TRY(hub.database.read_now(
      [&](db::Connection& connection) { return list_due(connection, repo, before); }));
  const auto repository = TRY(hub.repositories.get(repo));
  if (!names.empty()) TRY(repository->remove(names));
  TRY(hub.database.write_now([&](db::Connection& connection) -> Result<> {
    TRY(connection.sql("DELETE FROM retired_pack WHERE repo_id = ?1 AND retired_at < ?2")
            .bind(repo, before)
            .run());
    return {};
  }));
  return names.size();
}

}  // namespace kohaku::hub
