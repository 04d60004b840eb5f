#include "hub/commit_publish.h"

#include <fmt/format.h>

#include "hub/quota.h"
#include "hub/revisions.h"

namespace kohaku::hub {
namespace {

constexpr std::string_view lost_race = "lost race: ";

std::unexpected<Error> fail_lost_race(std::string_view ref) {
  return fail(
      Code::conflict,
      fmt::format("{} was changed by somebody else at the same time. Please try again.", ref),
      fmt::format("{}{}", lost_race, ref));
}

Result<> check_rights(db::Connection& connection, RepoId repo, AccountId writer) {
  const auto found = TRY(find_repo_by_id(connection, repo));
  if (!found) return fail(Code::repo_not_found, "The repository was deleted meanwhile.");
  const auto active =
      TRY(connection.sql("SELECT is_active FROM account WHERE id = ?1").bind(writer).first<bool>());
  if (active && std::get<0>(*active) && TRY(may_write(connection, writer, *found))) return {};
  if (!found->private_) {
    return fail(Code::forbidden,
                fmt::format("You do not have the right to do this in '{}'.", found->full_name()));
  }
  return fail(Code::repo_not_found, "The repository was not found.");
}

// A ref is a path: `feat` and `feat/x` exclude each other, as they would in a git directory.
Result<> check_free_name(db::Connection& connection, RepoId repo, std::string_view name) {
  const auto taken = [](std::string_view wanted, std::string_view other) {
    return fail(Code::conflict,
                fmt::format("Reference {} cannot be made: {} exists.", wanted, other));
  };
  const auto below = TRY(connection
                             .sql("SELECT name FROM ref WHERE repo_id = ?1 AND name > ?2 "
                                  "AND name < ?3 ORDER BY name LIMIT 1")
                             .bind(repo, fmt::format("{}/", name), fmt::format("{}0", name))
                             .first<std::string>());
  if (below) return taken(name, std::get<0>(*below));
  for (auto slash = name.rfind('/'); slash != name.npos && slash > 0;
       slash = name.rfind('/', slash - 1)) {
    const auto above = name.substr(0, slash);
    if (TRY(find_ref(connection, repo, above))) return taken(name, above);
  }
  return {};
}

Result<> create_ref(db::Connection& connection, RepoId repo, const RefChange& change, Micros now) {
  TRY(check_free_name(connection, repo, change.name));
  TRY(connection
          .sql("INSERT INTO ref (repo_id, name, target, commit_id, commit_count, updated_at) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
          .bind(repo, change.name, *change.target, change.commit, change.commit_count, now)
          .run());
  return {};
}

Result<> change_ref(db::Connection& connection, RepoId repo, const RefChange& change, Micros now) {
  const auto current = TRY(find_ref(connection, repo, change.name));
  if (!change.expected) {
    if (current) {
      return fail(Code::conflict, fmt::format("Reference {} already exists", change.name));
    }
    return create_ref(connection, repo, change, now);
  }
  if (!current || current->target != *change.expected) return fail_lost_race(change.name);
  if (!change.target) {
    TRY(connection.sql("DELETE FROM ref WHERE repo_id = ?1 AND name = ?2")
            .bind(repo, change.name)
            .run());
    return {};
  }
  TRY(connection
          .sql("UPDATE ref SET target = ?3, commit_id = ?4, commit_count = ?5, updated_at = ?6 "
               "WHERE repo_id = ?1 AND name = ?2")
          .bind(repo, change.name, *change.target, change.commit, change.commit_count, now)
          .run());
  return {};
}

// A pack of this name is the same pack: two equal pushes may bring it twice.
Result<> add_pack(db::Connection& connection, RepoId repo, const git::StagedPack& pack,
                  Micros now) {
  TRY(connection
          .sql("INSERT INTO pack (repo_id, name, objects, bytes, created_at) "
               "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (repo_id, name) DO NOTHING")
          .bind(repo, pack.name, pack.objects, pack.bytes, now)
          .run());
  return {};
}

Result<> remove_path(db::Connection& connection, RepoId repo, const PathChange& change) {
  TRY(connection.sql("DELETE FROM path_change WHERE repo_id = ?1 AND folder = ?2 AND name = ?3")
          .bind(repo, change.folder, change.name)
          .run());
  return {};
}

Result<> change_paths(db::Connection& connection, const Publication& publication) {
  if (publication.replaces_paths) {
    TRY(connection.sql("DELETE FROM path_change WHERE repo_id = ?1").bind(publication.repo).run());
  }
  for (const auto& change : publication.path_changes) {
    if (!change.commit) {
      TRY(remove_path(connection, publication.repo, change));
      continue;
    }
    TRY(connection
            .sql("INSERT INTO path_change (repo_id, folder, name, commit_id) "
                 "VALUES (?1, ?2, ?3, ?4) "
                 "ON CONFLICT (repo_id, folder, name) DO UPDATE SET commit_id = excluded.commit_id")
            .bind(publication.repo, change.folder, change.name, *change.commit)
            .run());
  }
  return {};
}

Result<> name_object(db::Connection& connection, RepoId repo, const NamedObject& object,
                     Micros now) {
  const auto found = TRY(store::ObjectStore::find(connection, repo, object.sha256));
  if (!found || found->size != object.size) {
    return fail(Code::bad_request,
                fmt::format("The LFS object {} of '{}' was not uploaded to this repository.",
                            object.sha256.hex(), object.path));
  }
  TRY(store::ObjectStore::renew(connection, repo, object.sha256,
                                now.plus_seconds(object_grace_seconds)));
  if (!object.is_new_version) return {};
  TRY(connection
          .sql("INSERT INTO lfs_version (repo_id, path, sha256, size, commit_id, created_at) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
          .bind(repo, object.path, object.sha256, object.size, object.commit, now)
          .run());
  return {};
}

Result<> change_card(db::Connection& connection, RepoId repo, const CardMetadata& card) {
  TRY(connection
          .sql("UPDATE repository SET card_data = ?2, pipeline_tag = ?3, library_name = ?4 "
               "WHERE id = ?1")
          .bind(repo, card.card_data_json, card.pipeline_tag, card.library_name)
          .run());
  TRY(connection.sql("DELETE FROM repository_tag WHERE repo_id = ?1").bind(repo).run());
  for (const auto& tag : card.tags) {
    TRY(connection
            .sql("INSERT INTO repository_tag (repo_id, tag) VALUES (?1, ?2) "
                 "ON CONFLICT (repo_id, tag) DO NOTHING")
            .bind(repo, tag)
            .run());
  }
  return {};
}

Result<> change_default_branch(db::Connection& connection, const Publication& publication) {
  if (publication.default_branch) {
    TRY(connection.sql("UPDATE repository SET default_branch = ?2 WHERE id = ?1")
            .bind(publication.repo, *publication.default_branch)
            .run());
  }
  for (const auto& change : publication.refs) {
    if (change.target) continue;
    const auto is_default = TRY(
        connection
            .sql("SELECT id FROM repository WHERE id = ?1 AND 'refs/heads/' || default_branch = ?2")
            .bind(publication.repo, change.name)
            .first<RepoId>());
    if (is_default) return fail(Code::conflict, "The default branch cannot be deleted.");
  }
  return {};
}

Result<> check_packs(Hub& hub, const Publication& publication) {
  const auto directory = hub.repositories.directory(publication.repo) / "objects" / "pack";
  for (const auto& pack : publication.packs) {
    if (os::exists(directory / (pack.name + ".idx"))) continue;
    return fail(Code::unavailable, "What was sent has to be sent once more. Please try again.",
                fmt::format("{} was removed before it was registered", pack.name));
  }
  return {};
}

}  // namespace

bool is_lost_race(const Error& error) {
  return error.code == Code::conflict && error.detail.starts_with(lost_race);
}

Result<std::optional<std::int64_t>> known_commit_count(Hub& hub, RepoId repo, const Sha1& commit) {
  return hub.database.read_now(
      [&](db::Connection& connection) -> Result<std::optional<std::int64_t>> {
        const auto row = TRY(connection
                                 .sql("SELECT commit_count FROM ref WHERE repo_id = ?1 AND "
                                      "commit_id = ?2 AND commit_count IS NOT NULL LIMIT 1")
                                 .bind(repo, commit)
                                 .first<std::int64_t>());
        if (!row) return std::nullopt;
        return std::get<0>(*row);
      });
}

Result<> place_packs(Hub& hub, RepoId repo, const std::vector<git::StagedPack>& packs) {
  const auto repository = TRY(hub.repositories.get(repo));
  for (const auto& pack : packs) TRY(repository->publish(pack));
  return {};
}

Result<> record(db::Connection& connection, const Publication& publication, Micros now,
                Rights rights) {
  const auto repo = publication.repo;
  if (rights == Rights::check) TRY(check_rights(connection, repo, publication.writer));
  for (const auto& change : publication.refs) TRY(change_ref(connection, repo, change, now));
  TRY(change_default_branch(connection, publication));
  for (const auto& pack : publication.packs) TRY(add_pack(connection, repo, pack, now));
  for (const auto& object : publication.objects) TRY(name_object(connection, repo, object, now));
  TRY(change_paths(connection, publication));
  if (publication.card) TRY(change_card(connection, repo, *publication.card));
  TRY(connection.sql("UPDATE repository SET refs_version = refs_version + 1 WHERE id = ?1")
          .bind(repo)
          .run());
  if (!publication.changes_content) return {};
  TRY(connection.sql("UPDATE repository SET updated_at = ?2 WHERE id = ?1").bind(repo, now).run());
  return {};
}

Task<Result<>> publish(Hub& hub, Publication publication) {
  CO_TRY(check_packs(hub, publication));
  const auto now = hub.clock.now();
  co_return co_await hub.database.write([&](db::Connection& connection) -> Result<> {
    TRY(record(connection, publication, now, Rights::check));
    if (publication.packs.empty()) return {};
    return check_quota(connection, hub.config, publication.repo);
  });
}

}  // namespace kohaku::hub
