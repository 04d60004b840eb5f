#include "hub/stray_packs.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "git/maintenance.h"
#include "hub/every_repository.h"
#include "hub/ref_projection.h"

namespace kohaku::hub {
namespace {

using Names = std::set<std::string>;

Result<Names> names_in(db::Connection& connection, std::string_view sql, RepoId repo) {
  Names names;
  for (auto& [name] : TRY(connection.sql(sql).bind(repo).all<std::string>())) {
    names.insert(std::move(name));
  }
  return names;
}

struct Known {
  Names registered;
  Names retired;
  std::int64_t refs_version = 0;
};

Result<Known> read_known(Hub& hub, RepoId repo) {
  return hub.database.read_now([&](db::Connection& connection) -> Result<Known> {
    Known known;
    known.registered = TRY(names_in(connection, "SELECT name FROM pack WHERE repo_id = ?1", repo));
    known.retired =
        TRY(names_in(connection, "SELECT name FROM retired_pack WHERE repo_id = ?1", repo));
    const auto row = TRY(connection.sql("SELECT refs_version FROM repository WHERE id = ?1")
                             .bind(repo)
                             .first<std::int64_t>());
    if (!row) return fail(Code::not_found, "The repository was deleted meanwhile.");
    known.refs_version = std::get<0>(*row);
    return known;
  });
}

// The name of the pack that a file belongs to; empty when it is no file of a pack.
std::string pack_of(const std::string& file) {
  const auto name = file.substr(0, file.find('.'));
  const bool is_file = file.ends_with(".pack") || file.ends_with(".idx");
  return is_file && name.starts_with("pack-") ? name : std::string();
}

Result<std::vector<std::string>> list_stray(Hub& hub, RepoId repo, const Known& known) {
  const auto before = hub.clock.now().plus_seconds(-least_stray_seconds);
  Names old;
  Names young;
  for (const auto& entry : TRY(os::list(hub.repositories.directory(repo) / "objects" / "pack"))) {
    auto name = pack_of(entry.name);
    if (name.empty() || known.registered.contains(name) || known.retired.contains(name)) continue;
    (entry.modified < before ? old : young).insert(std::move(name));
  }
  std::vector<std::string> stray;
  std::ranges::set_difference(old, young, std::back_inserter(stray));
  return stray;
}

// Missing is a repository without a directory, which is being made or was deleted meanwhile.
Result<bool> has_stray(Hub& hub, RepoId repo) {
  const auto known = read_known(hub, repo);
  const auto stray = known ? list_stray(hub, repo, *known) : std::unexpected(known.error());
  if (stray) return !stray->empty();
  if (stray.error().code == Code::not_found) return false;
  return std::unexpected(stray.error());
}

Result<> register_packs(Hub& hub, RepoId repo, const std::vector<std::string>& names) {
  const auto directory = hub.repositories.directory(repo);
  std::vector<git::StagedPack> packs;
  for (const auto& name : names) {
    // Half a pack is of use to nobody.
    if (os::exists(directory / "objects" / "pack" / (name + ".idx"))) {
      packs.push_back(TRY(git::find_pack(directory, name)));
    }
  }
  return hub.database.write_now([&](db::Connection& connection) -> Result<> {
    for (const auto& pack : packs) {
      TRY(connection
              .sql("INSERT INTO pack (repo_id, name, objects, bytes, created_at) "
                   "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (repo_id, name) DO NOTHING")
              .bind(repo, pack.name, pack.objects, pack.bytes, hub.clock.now())
              .run());
    }
    return {};
  });
}

}  // namespace

Result<std::vector<RepoId>> find_repositories_with_stray_packs(Hub& hub) {
  std::vector<RepoId> found;
  TRY(for_every_repository(hub, [&](RepoId id) -> Result<> {
    if (TRY(has_stray(hub, id))) found.push_back(id);
    return {};
  }));
  return found;
}

Result<std::optional<StrayPacks>> judge_stray_packs(Hub& hub, RepoId repo) {
  const auto known = TRY(read_known(hub, repo));
  StrayPacks stray{.names = TRY(list_stray(hub, repo, known)), .refs_version = known.refs_version};
  if (stray.names.empty()) return std::nullopt;
  TRY(project_current_refs(hub, repo));
  const std::vector<std::string> packs(known.registered.begin(), known.registered.end());
  stray.needed = !TRY(git::hold_everything(hub.repositories.directory(repo),
                                           hub.repositories.staging(repo), packs));
  return stray;
}

Result<std::uint64_t> settle_stray_packs(Hub& hub, RepoId repo, const StrayPacks& stray) {
  const auto known = TRY(read_known(hub, repo));
  if (known.refs_version != stray.refs_version) return 0;
  // Some may have been registered, and others brought again.
  std::vector<std::string> names;
  std::ranges::set_intersection(stray.names, TRY(list_stray(hub, repo, known)),
                                std::back_inserter(names));
  if (names.empty()) return 0;
  if (stray.needed) {
    TRY(register_packs(hub, repo, names));
    return 0;
  }
  TRY(TRY(hub.repositories.get(repo))->remove(names));
  return names.size();
}

}  // namespace kohaku::hub
