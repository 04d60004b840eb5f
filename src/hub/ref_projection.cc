#include "hub/ref_projection.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "git/refs.h"
#include "hub/git_work.h"
#include "hub/revisions.h"

namespace kohaku::hub {
namespace {

constexpr std::size_t longest_stamp = 1024;

struct Projected {
  std::string stamp;
  std::string default_branch;
  std::vector<git::Ref> refs;
};

// The stamp is read before the refs, which may be newer: then they are written once too often.
Result<std::string> read_stamp(Hub& hub, db::Connection& connection, RepoId repo,
                               std::string& default_branch) {
  auto row = TRY(connection.sql("SELECT refs_version, default_branch FROM repository WHERE id = ?1")
                     .bind(repo)
                     .first<std::int64_t, std::string>());
  if (!row) return fail(Code::repo_not_found, "The repository was deleted meanwhile.");
  default_branch = std::move(std::get<1>(*row));
  return fmt::format("{} {} {}\n", hub.git_work->process, std::get<0>(*row), default_branch);
}

Result<std::vector<git::Ref>> read_refs(db::Connection& connection, RepoId repo) {
  std::vector<git::Ref> refs;
  for (auto& row : TRY(list_refs(connection, repo))) {
    git::Ref ref{std::move(row.name), row.target, {}};
    if (row.commit != row.target) ref.peeled = row.commit;
    refs.push_back(std::move(ref));
  }
  return refs;
}

// Atomic for readers; not synced, since it can be made again.
Result<> write_stamp(const os::Path& path, const std::string& text) {
  TRY(os::remove_file(path));
  auto file = TRY(os::create_new(path));
  return file.append(as_bytes(text));
}

}  // namespace

Result<> project_current_refs(Hub& hub, RepoId repo) {
  const auto directory = TRY(hub.repositories.get(repo))->directory();
  const auto stamp_file = directory / "refs-stamp";
  auto& projections = hub.git_work->projections;
  const std::lock_guard lock(
      projections[static_cast<std::uint64_t>(repo.value) % projections.size()]);
  return hub.database.read_now([&](db::Connection& connection) -> Result<> {
    std::string default_branch;
    const auto stamp = TRY(read_stamp(hub, connection, repo, default_branch));
    const auto found = os::read_whole(stamp_file, longest_stamp);
    if (found && *found == stamp) return {};
    TRY(git::project_refs(directory, TRY(read_refs(connection, repo)), default_branch));
    return write_stamp(stamp_file, stamp);
  });
}

}  // namespace kohaku::hub
