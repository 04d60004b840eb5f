#include "hub/fsck.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "git/fsck.h"

namespace kohaku::hub {
namespace {

using Problems = std::vector<std::string>;

Result<std::vector<RepoId>> every_repository(db::Connection& connection) {
  std::vector<RepoId> ids;
  for (const auto& [id] :
       TRY(connection.sql("SELECT id FROM repository ORDER BY id").all<RepoId>())) {
    ids.push_back(id);
  }
  return ids;
}

// Every registered pack lies there with its index, at the size its row tells.
Result<> check_packs(Hub& hub, RepoId id, Problems& problems) {
  const auto rows = TRY(hub.database.read_now([&](db::Connection& connection) {
    return connection.sql("SELECT name, bytes FROM pack WHERE repo_id = ?1")
        .bind(id)
        .all<std::string, std::uint64_t>();
  }));
  const auto directory = hub.repositories.directory(id) / "objects" / "pack";
  for (const auto& [name, bytes] : rows) {
    const auto file = os::open_for_reading(directory / (name + ".pack"));
    if (!file) {
      problems.push_back(fmt::format("repository {}: pack {} is missing", id.value, name));
    } else if (TRY(file->size()) != bytes) {
      problems.push_back(
          fmt::format("repository {}: pack {} has another size than its row", id.value, name));
    }
    if (!os::exists(directory / (name + ".idx"))) {
      problems.push_back(
          fmt::format("repository {}: the index of pack {} is missing", id.value, name));
    }
  }
  return {};
}

// Every ref points at an object that can be read, down to its root tree.
Result<> check_refs(Hub& hub, RepoId id, Problems& problems) {
  const auto rows = TRY(hub.database.read_now([&](db::Connection& connection) {
    return connection.sql("SELECT name, target, commit_id FROM ref WHERE repo_id = ?1")
        .bind(id)
        .all<std::string, Sha1, Sha1>();
  }));
  const auto repository = hub.repositories.get(id);
  if (!repository) {
    problems.push_back(fmt::format("repository {}: its directory cannot be opened", id.value));
    return {};
  }
  for (const auto& [name, target, commit_id] : rows) {
    const auto commit = (*repository)->commit(commit_id);
    if (!(*repository)->contains(target) || !commit || !(*repository)->tree((*commit)->tree)) {
      problems.push_back(fmt::format("repository {}: {} points at {}, which is not there whole",
                                     id.value, name, target.hex()));
    }
  }
  return {};
}

Result<> check_git(Hub& hub, RepoId id, Problems& problems) {
  for (const auto& line : TRY(git::fsck(hub.repositories.directory(id)))) {
    problems.push_back(fmt::format("repository {}: {}", id.value, line));
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> fsck(Hub& hub, bool full, const FsckProgress& progress) {
  Problems problems;
  const auto ids = TRY(hub.database.read_now([](auto& c) { return every_repository(c); }));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    TRY(check_packs(hub, ids[i], problems));
    TRY(check_refs(hub, ids[i], problems));
    if (full) TRY(check_git(hub, ids[i], problems));
    progress(fmt::format("{} of {} repositories", i + 1, ids.size()));
  }
  auto report = TRY(hub.objects.check(full, [&](const store::ScrubReport& so_far) {
    progress(fmt::format("{} large objects and {} xorbs, {} bytes read", so_far.objects,
                         so_far.xorbs, so_far.bytes));
  }));
  std::ranges::move(report.problems, std::back_inserter(problems));
  return problems;
}

}  // namespace kohaku::hub
