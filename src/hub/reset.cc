#include "hub/reset.h"

#include <fmt/format.h>

#include "hub/revisions.h"
#include "hub/tree_walk.h"

namespace kohaku::hub {
namespace {

Result<BranchChange> move_back(Hub& hub, const WritableRepo& repo, const BranchTip& tip,
                               const Sha1& target) {
  if (tip.commit == target) return BranchChange{target, {}, {}};
  Publication publication;
  publication.repo = repo.repo().id;
  publication.writer = repo.user().id;
  publication.refs.push_back({tip.ref, tip.commit, target, target,
                              TRY(known_commit_count(hub, publication.repo, target))});
  return BranchChange{target, std::move(publication), {}};
}

Result<BranchChange> build(Hub& hub, const WritableRepo& repo, const WantedReset& wanted) {
  const auto repository = TRY(hub.repositories.get(repo.repo().id));
  const auto tip = TRY(read_tip(hub, repo.repo().id, wanted.branch));
  const auto target = TRY(resolve_revision(hub, repo.repo(), wanted.revision)).commit;
  auto message = TRY(choose_message(
      wanted.message, fmt::format("Reset {} to {}", branch_name(tip), target.hex().substr(0, 12)),
      fmt::format("The files are those of commit {}.", target.hex())));
  if (wanted.force && branch_name(tip) != repo.repo().default_branch) {
    return move_back(hub, repo, tip, target);
  }
  const auto tree = TRY(repository->commit(target))->tree;
  if (tree == tip.tree) return BranchChange{tip.commit, {}, {}};
  auto changes = TRY(
      git::diff_trees(tip.tree, tree, [&](const Sha1& id) { return load_tree(*repository, id); }));
  auto count = tip.commit_count;
  if (count) ++*count;
  auto pack = TRY(git::PackWriter::create(hub.repositories.staging(repo.repo().id)));
  return build_head(hub, repo, *repository, pack,
                    {tip, tree, std::move(changes), {tip.commit}, std::move(message), count});
}

}  // namespace

Task<Result<BranchChange>> reset(Hub& hub, WritableRepo repo, WantedReset wanted) {
  co_return co_await change_branch(hub, repo, [&] { return build(hub, repo, wanted); });
}

}  // namespace kohaku::hub
