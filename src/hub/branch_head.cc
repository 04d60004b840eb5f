#include "hub/branch_head.h"

#include <fmt/format.h>

#include <limits>

#include "git/file_diff.h"
#include "hub/blob_facts.h"
#include "hub/commit_build.h"
#include "hub/queues.h"
#include "hub/signature.h"

namespace kohaku::hub {
namespace {

// The queue keeps our own commits apart; only pushes and other nodes can come between.
constexpr int most_tries = 20;

// Large files that stand elsewhere than at the tip, or are other ones.
Result<std::vector<NamedObject>> find_objects(Hub& hub, RepoId repo,
                                              const git::Repository& repository,
                                              const NewHead& head, const Sha1& commit) {
  constexpr auto all = std::numeric_limits<std::size_t>::max();
  const auto changes = TRY(git::diff_files(repository, head.tip.tree, head.tree, "", all));
  std::vector<NamedObject> objects;
  for (const auto& file : changes.files) {
    if (!file.after || file.after->mode == git::mode_submodule) continue;
    if (file.before && file.before->id == file.after->id) continue;
    const auto facts = TRY(blob_facts(hub, repo, repository, file.after->id));
    if (!facts.pointer) continue;
    objects.push_back({file.path, facts.pointer->oid, facts.pointer->size, commit});
  }
  return objects;
}

git::Commit describe(Hub& hub, const WritableRepo& repo, const NewHead& head) {
  git::Commit commit;
  commit.tree = head.tree;
  commit.parents = head.parents;
  commit.author = signature_of(repo.user(), hub.clock.now());
  commit.committer = commit.author;
  commit.message = head.message;
  return commit;
}

}  // namespace

Result<BranchChange> build_head(Hub& hub, const WritableRepo& repo,
                                const git::Repository& repository, git::PackWriter& pack,
                                const NewHead& head) {
  const auto commit = describe(hub, repo, head);
  const auto id = TRY(pack.add(git::ObjectType::commit, as_bytes(git::serialize_commit(commit))));
  Publication publication;
  publication.repo = repo.repo().id;
  publication.writer = repo.user().id;
  publication.packs.push_back(TRY(pack.finish()));
  TRY(repository.publish(publication.packs.back()));
  publication.refs.push_back({head.tip.ref, head.tip.commit, id, id, head.commit_count});
  publication.objects = TRY(find_objects(hub, publication.repo, repository, head, id));
  if (branch_name(head.tip) == repo.repo().default_branch) {
    TRY(describe_changes(repository, head.tree, id, head.changes, publication));
  }
  return BranchChange{id, std::move(publication), {}};
}

Task<Result<BranchChange>> change_branch(Hub& hub, WritableRepo repo,
                                         std::function<Result<BranchChange>()> build) {
  const auto turn = co_await hub.queues->wait(repo.repo().id);
  for (int tries = 1;; ++tries) {
    auto change = CO_TRY(co_await hub.pool.run(build));
    if (!change.publication) co_return change;
    const auto published = co_await publish(hub, std::move(*change.publication));
    if (published) co_return change;
    if (!is_lost_race(published.error()) || tries == most_tries) {
      co_return std::unexpected(published.error());
    }
  }
}

Result<std::string> choose_message(const std::string& wanted, const std::string& otherwise,
                                   const std::string& description) {
  TRY(check_message(wanted));
  if (wanted.find_first_not_of(" \t\r\n") != wanted.npos) return commit_message(wanted, {});
  return commit_message(otherwise, description);
}

std::string_view branch_name(const BranchTip& tip) {
  return std::string_view(tip.ref).substr(std::string_view("refs/heads/").size());
}

}  // namespace kohaku::hub
