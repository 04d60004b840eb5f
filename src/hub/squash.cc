#include "hub/squash.h"

#include <fmt/format.h>

#include "hub/blob_facts.h"
#include "hub/commit_draft.h"
#include "hub/commit_publish.h"
#include "hub/path_history.h"
#include "hub/queues.h"
#include "hub/signature.h"
#include "hub/tree_walk.h"

namespace kohaku::hub {
namespace {

struct Squashed {
  Sha1 commit;
  Publication publication;
};

git::Commit describe(Hub& hub, const WritableRepo& repo, const BranchTip& tip,
                     std::string_view message) {
  git::Commit commit;
  commit.tree = tip.tree;
  commit.author = signature_of(repo.user(), hub.clock.now());
  commit.committer = commit.author;
  const auto branch = std::string_view(tip.ref).substr(std::string_view("refs/heads/").size());
  const bool is_empty = message.find_first_not_of(" \t\r\n") == message.npos;
  commit.message = commit_message(
      is_empty ? fmt::format("Super-squash branch '{}'", branch) : std::string(message), {});
  return commit;
}

// The new commit names every large file of the tree: it is what keeps them from now on. One that the
// hub does not hold stays the broken pointer it was.
Result<std::vector<NamedObject>>
find_objects(Hub& hub, RepoId repo, const std::shared_ptr<const git::Repository>& repository,
             const Sha1& tree, const Sha1& commit) {
  std::vector<NamedObject> objects;
  auto walk = TRY(TreeWalk::start(repository, tree, "", true));
  while (true) {
    const auto step = TRY(walk.next());
    if (step.entry == nullptr) return objects;
    if (step.entry->is_tree()) continue;
    const auto facts = TRY(blob_facts(hub, repo, *repository, step.entry->id));
    if (!facts.pointer) continue;
    const auto held = TRY(hub.database.read_now([&](db::Connection& connection) {
      return store::ObjectStore::find(connection, repo, facts.pointer->oid);
    }));
    if (!held || held->size != facts.pointer->size) continue;
    objects.push_back({*step.path, facts.pointer->oid, facts.pointer->size, commit});
  }
}

Result<Squashed> prepare(Hub& hub, const WritableRepo& repo, std::string_view branch,
                         std::string_view message) {
  TRY(check_message(message));
  const auto id = repo.repo().id;
  const auto repository = TRY(hub.repositories.get(id));
  const auto tip = TRY(read_tip(hub, id, branch));
  const auto commit = describe(hub, repo, tip, message);
  auto pack = TRY(git::PackWriter::create(hub.repositories.staging(id)));
  Squashed squashed;
  squashed.commit = TRY(pack.add(git::ObjectType::commit, as_bytes(git::serialize_commit(commit))));
  auto& publication = squashed.publication;
  publication.repo = id;
  publication.writer = repo.user().id;
  publication.packs.push_back(TRY(pack.finish()));
  TRY(repository->publish(publication.packs.back()));
  publication.refs.push_back({tip.ref, tip.commit, squashed.commit, squashed.commit, 1});
  publication.objects = TRY(find_objects(hub, id, repository, tip.tree, squashed.commit));
  if (tip.ref == fmt::format("refs/heads/{}", repo.repo().default_branch)) {
    TRY(describe_history(*repository, squashed.commit, publication));
  }
  return squashed;
}

}  // namespace

Task<Result<Sha1>> super_squash(Hub& hub, WritableRepo repo, std::string branch,
                                std::string message) {
  const auto turn = co_await hub.queues->wait(repo.repo().id);
  auto squashed =
      CO_TRY(co_await hub.pool.run([&] { return prepare(hub, repo, branch, message); }));
  CO_TRY(co_await publish(hub, std::move(squashed.publication)));
  co_return squashed.commit;
}

}  // namespace kohaku::hub
