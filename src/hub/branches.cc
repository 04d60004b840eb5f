#include "hub/branches.h"

#include <fmt/format.h>

#include "git/refs.h"
#include "hub/commit_publish.h"
#include "hub/path_history.h"
#include "hub/queues.h"
#include "hub/revisions.h"
#include "hub/signature.h"

namespace kohaku::hub {
namespace {

Result<> check_new_name(std::string_view name) {
  TRY(git::check_branch_name(name));
  if (name.starts_with("refs/")) {
    return fail(Code::bad_request, "Invalid branch name: it begins with 'refs/'.");
  }
  // Such a branch could never be told from the commit.
  if (Sha1::from_hex(name)) {
    return fail(Code::bad_request, "Invalid branch name: it looks like the id of a commit.");
  }
  return {};
}

// A commit without parents and files.
Result<git::StagedPack> write_empty_commit(Hub& hub, const WritableRepo& repo,
                                           const git::Repository& repository, Sha1& id) {
  auto pack = TRY(git::PackWriter::create(hub.repositories.staging(repo.repo().id)));
  git::Commit commit;
  commit.tree = TRY(pack.add(git::ObjectType::tree, {}));
  commit.author = signature_of(repo.user(), hub.clock.now());
  commit.committer = commit.author;
  commit.message = commit_message("initial commit", {});
  id = TRY(pack.add(git::ObjectType::commit, as_bytes(git::serialize_commit(commit))));
  auto staged = TRY(pack.finish());
  TRY(repository.publish(staged));
  return staged;
}

Result<Publication> prepare(Hub& hub, const WritableRepo& repo, const NewBranch& wanted) {
  const auto& row = repo.repo();
  const auto repository = TRY(hub.repositories.get(row.id));
  Publication publication;
  publication.repo = row.id;
  publication.writer = repo.user().id;
  publication.changes_content = wanted.empty || wanted.overwrite;
  RefChange change{.name = fmt::format("refs/heads/{}", wanted.name)};
  if (wanted.empty) {
    TRY(check_new_name(wanted.name));
    publication.packs.push_back(TRY(write_empty_commit(hub, repo, *repository, change.commit)));
    change.commit_count = 1;
  } else {
    const auto& point = wanted.starting_point.empty() ? row.default_branch : wanted.starting_point;
    change.commit = TRY(resolve_revision(hub, row, point)).commit;
    change.commit_count = TRY(known_commit_count(hub, row.id, change.commit));
    TRY(check_new_name(wanted.name));
  }
  change.target = change.commit;
  if (wanted.overwrite) {
    const auto existing = TRY(hub.database.read_now(
        [&](db::Connection& connection) { return find_ref(connection, row.id, change.name); }));
    if (existing) change.expected = existing->target;
  }
  if (change.expected && wanted.name == row.default_branch) {
    TRY(describe_history(*repository, change.commit, publication));
  }
  publication.refs.push_back(std::move(change));
  return publication;
}

}  // namespace

Task<Result<>> create_branch(Hub& hub, WritableRepo repo, NewBranch wanted) {
  const auto turn = co_await hub.queues->wait(repo.repo().id);
  auto publication = CO_TRY(co_await hub.pool.run([&] { return prepare(hub, repo, wanted); }));
  co_return co_await publish(hub, std::move(publication));
}

Task<Result<>> delete_branch(Hub& hub, WritableRepo repo, std::string name) {
  if (name == repo.repo().default_branch) {
    co_return fail(Code::bad_request, fmt::format("Cannot delete refs/heads/{}", name));
  }
  const auto turn = co_await hub.queues->wait(repo.repo().id);
  const auto ref = fmt::format("refs/heads/{}", name);
  const auto existing = CO_TRY(hub.database.read_now(
      [&](db::Connection& connection) { return find_ref(connection, repo.repo().id, ref); }));
  if (!existing) co_return fail(Code::invalid_revision, fmt::format("Invalid rev id: {}", name));
  Publication publication;
  publication.repo = repo.repo().id;
  publication.writer = repo.user().id;
  publication.changes_content = false;
  publication.refs.push_back({.name = ref, .expected = existing->target, .target = std::nullopt});
  co_return co_await publish(hub, std::move(publication));
}

}  // namespace kohaku::hub
