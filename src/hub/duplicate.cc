#include "hub/duplicate.h"

#include <array>
#include <string_view>

#include "hub/new_repo.h"
#include "hub/quota.h"

namespace kohaku::hub {
namespace {

Result<std::vector<std::string>> pack_names(db::Connection& connection, RepoId id) {
  std::vector<std::string> names;
  for (auto& [name] : TRY(connection.sql("SELECT name FROM pack WHERE repo_id = ?1 ORDER BY name")
                              .bind(id)
                              .all<std::string>())) {
    names.push_back(std::move(name));
  }
  return names;
}

// Packs first, their indexes after: git finds a pack by its index.
Result<> link_packs(Hub& hub, RepoId from, RepoId to, const std::vector<std::string>& names) {
  const auto source = hub.repositories.directory(from) / "objects" / "pack";
  const auto target = hub.repositories.directory(to) / "objects" / "pack";
  for (const std::string_view suffix : {".pack", ".idx"}) {
    for (const auto& name : names) {
      const auto file = name + std::string(suffix);
      TRY(os::hard_link(source / file, target / file));
    }
  }
  return os::sync_directory(target);
}

// The original as it stands now: the packs that were linked must be all of them.
Result<Repo> read_original(db::Connection& connection, const Caller& caller, RepoId id,
                           const std::vector<std::string>& linked) {
  auto original = TRY(find_repo_by_id(connection, id));
  if (!original || !TRY(may_read_content(connection, caller, *original))) {
    return fail(Code::repo_not_found, "The repository was not found.");
  }
  if (TRY(pack_names(connection, id)) != linked) {
    return fail(Code::conflict, "The repository changed while it was copied. Please try again.");
  }
  return std::move(*original);
}

Result<> copy_rows(db::Connection& connection, RepoId from, RepoId to, Micros now) {
  static constexpr std::array<std::string_view, 6> statements = {
      "INSERT INTO ref (repo_id, name, target, commit_id, commit_count, updated_at) "
      "SELECT ?2, name, target, commit_id, commit_count, ?3 FROM ref WHERE repo_id = ?1",
      "INSERT INTO pack (repo_id, name, objects, bytes, created_at) "
      "SELECT ?2, name, objects, bytes, ?3 FROM pack WHERE repo_id = ?1",
      "INSERT INTO path_change (repo_id, folder, name, commit_id) "
      "SELECT ?2, folder, name, commit_id FROM path_change WHERE repo_id = ?1 AND ?3 > 0",
      "INSERT INTO object_link (repo_id, sha256, keep_until, created_at) "
      "SELECT ?2, sha256, keep_until, ?3 FROM object_link WHERE repo_id = ?1",
      "INSERT INTO lfs_version (repo_id, path, sha256, size, commit_id, created_at) "
      "SELECT ?2, path, sha256, size, commit_id, created_at FROM lfs_version "
      "WHERE repo_id = ?1 AND ?3 > 0 ORDER BY id",
      "INSERT INTO repository_tag (repo_id, tag) "
      "SELECT ?2, tag FROM repository_tag WHERE repo_id = ?1 AND ?3 > 0"};
  for (const auto sql : statements) TRY(connection.sql(sql).bind(from, to, now).run());
  TRY(connection
          .sql(
              "UPDATE repository SET (card_data, pipeline_tag, library_name, default_branch, "
              "lfs_threshold_bytes, lfs_suffix_rules) = "
              "(SELECT card_data, pipeline_tag, library_name, default_branch, lfs_threshold_bytes, "
              "lfs_suffix_rules FROM repository WHERE id = ?1) WHERE id = ?2")
          .bind(from, to)
          .run());
  return {};
}

}  // namespace

Task<Result<Repo>> duplicate_repository(Hub& hub, const ReadableContent& original,
                                        const NamespaceWriter& owner, std::string name,
                                        std::optional<bool> make_private) {
  Repo copy;
  copy.type = original.repo().type;
  copy.owner_id = owner.id();
  copy.owner = owner.name();
  copy.name = std::move(name);
  copy.private_ = make_private.value_or(original.repo().private_);
  copy.gated = "false";
  copy.default_branch = original.repo().default_branch;
  copy.sdk = original.repo().sdk;
  copy.created_at = hub.clock.now();
  const auto from = original.repo().id;
  CO_TRY(co_await hub.database.read(
      [&](auto& c) { return check_name_is_free(c, copy.type, {copy.owner, copy.name}); }));
  copy.id = CO_TRY(co_await hub.database.write([](auto& c) { return next_repo_id(c); }));
  const auto packs =
      CO_TRY(co_await hub.database.read([&](auto& c) { return pack_names(c, from); }));
  auto made = co_await hub.pool.run([&]() -> Result<> {
    TRY(hub.repositories.create(copy.id));
    return link_packs(hub, from, copy.id, packs);
  });
  if (made) {
    made = co_await hub.database.write([&](db::Connection& connection) -> Result<> {
      TRY(read_original(connection, original.caller(), from, packs));
      TRY(insert_repo(connection, copy, owner.user().id));
      TRY(copy_rows(connection, from, copy.id, copy.created_at));
      return check_quota(connection, hub.config, copy.id);
    });
  }
  if (!made) {
    co_await hub.pool.run([&] { remove_repo_directory(hub, copy.id); });
    co_return std::unexpected(made.error());
  }
  co_return copy;
}

}  // namespace kohaku::hub
