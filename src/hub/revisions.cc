#include "hub/revisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/repo_path.h"
#include "hub/current_caches.h"

namespace kohaku::hub {
namespace {

std::unexpected<Error> no_such_revision(std::string_view revision) {
  return fail(Code::revision_not_found, fmt::format("Invalid rev id: {}", revision.substr(0, 255)));
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

// Clients ask for `main` when nobody told them of another branch. Where there is none of that name
// it is the default branch.
Result<std::optional<RefRow>> find_default_branch(db::Connection& connection, RepoId repo) {
  auto row = TRY(connection
                     .sql("SELECT f.name, f.target, f.commit_id FROM repository r JOIN ref f ON "
                          "f.repo_id = r.id AND f.name = 'refs/heads/' || r.default_branch "
                          "WHERE r.id = ?1")
                     .bind(repo)
                     .first<std::string, Sha1, Sha1>());
  if (!row) return std::nullopt;
  return RefRow{std::move(std::get<0>(*row)), std::get<1>(*row), std::get<2>(*row)};
}

// The ref that a name stands for: itself when it begins with refs/, else a branch, else a tag.
Result<std::optional<RefRow>> find_named(db::Connection& connection, RepoId repo,
                                         std::string_view name) {
  if (name.starts_with("refs/")) return find_ref(connection, repo, name);
  auto branch = TRY(find_ref(connection, repo, fmt::format("refs/heads/{}", name)));
  if (branch) return branch;
  auto tag = TRY(find_ref(connection, repo, fmt::format("refs/tags/{}", name)));
  if (tag || name != "main") return tag;
  return find_default_branch(connection, repo);
}

Result<std::optional<RefRow>> find_named(Hub& hub, RepoId repo, std::string_view name) {
  return hub.current->refs.get(
      hub.database, RevisionKey{repo, std::string(name)},
      [&](auto& connection) { return find_named(connection, repo, name); });
}

Result<std::optional<Sha1>> find_commit_id(Hub& hub, const Repo& repo, std::string_view text) {
  if (text.size() < 5 || text.size() > 40 || !is_hex(text)) return std::nullopt;
  const auto repository = TRY(hub.repositories.get(repo.id));
  if (const auto full = Sha1::from_hex(text)) {
    const auto header = repository->header(*full);
    if (!header || header->type != git::ObjectType::commit) return std::nullopt;
    return full;
  }
  const auto found = repository->find_commit_by_prefix(text);
  if (found) return *found;
  if (found.error().code == Code::not_found) return std::nullopt;
  return std::unexpected(found.error());
}

}  // namespace

Result<std::optional<RefRow>> find_ref(db::Connection& connection, RepoId repo,
                                       std::string_view name) {
  auto row =
      TRY(connection.sql("SELECT name, target, commit_id FROM ref WHERE repo_id = ?1 AND name = ?2")
              .bind(repo, name)
              .first<std::string, Sha1, Sha1>());
  if (!row) return std::nullopt;
  return RefRow{std::move(std::get<0>(*row)), std::get<1>(*row), std::get<2>(*row)};
}

Result<std::vector<RefRow>> list_refs(db::Connection& connection, RepoId repo) {
  auto rows =
      TRY(connection.sql("SELECT name, target, commit_id FROM ref WHERE repo_id = ?1 ORDER BY name")
              .bind(repo)
              .all<std::string, Sha1, Sha1>());
  std::vector<RefRow> refs;
  refs.reserve(rows.size());
  for (auto& [name, target, commit] : rows) refs.push_back({std::move(name), target, commit});
  return refs;
}

Result<Revision> resolve_revision(Hub& hub, const Repo& repo, std::string_view revision) {
  if (revision == "HEAD") {
    return resolve_revision(hub, repo, fmt::format("refs/heads/{}", repo.default_branch));
  }
  const bool full = revision.size() == 40 && is_hex(revision);
  if (full) {
    if (const auto id = TRY(find_commit_id(hub, repo, revision))) return Revision{*id, {}};
  }
  auto named = TRY(find_named(hub, repo.id, revision));
  if (named) return Revision{named->commit, std::move(named->name)};
  if (!full) {
    if (const auto id = TRY(find_commit_id(hub, repo, revision))) return Revision{*id, {}};
  }
  return no_such_revision(revision);
}

Result<RevisionAndPath> resolve_revision_and_path(Hub& hub, const Repo& repo,
                                                  const std::vector<std::string>& segments) {
  if (segments.empty()) return no_such_revision("");
  const auto join = [&](std::size_t from, std::size_t to) {
    return join_path(std::span(segments).subspan(from, to - from));
  };
  // Longest first; a ref's name has at most 255 bytes, so few candidates are worth a look.
  const std::size_t longest = std::min<std::size_t>(segments.size() - 1, 16);
  for (std::size_t taken = longest; taken >= 2; --taken) {
    auto name = join(0, taken);
    if (name.size() > 255 + 11) continue;
    auto named = TRY(find_named(hub, repo.id, name));
    if (named) {
      return RevisionAndPath{
          {named->commit, std::move(named->name)}, join(taken, segments.size()), std::move(name)};
    }
  }
  auto revision = TRY(resolve_revision(hub, repo, segments.front()));
  return RevisionAndPath{std::move(revision), join(1, segments.size()), segments.front()};
}

Result<RefRow> find_branch(db::Connection& connection, RepoId repo, std::string_view revision) {
  const auto name = revision.starts_with("refs/heads/") ? std::string(revision)
                                                        : fmt::format("refs/heads/{}", revision);
  auto found = TRY(find_ref(connection, repo, name));
  if (!found && revision == "main") found = TRY(find_default_branch(connection, repo));
  if (!found) return no_such_revision(revision);
  return std::move(*found);
}

}  // namespace kohaku::hub
