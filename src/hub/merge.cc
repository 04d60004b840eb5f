#include "hub/merge.h"

#include <fmt/format.h>

#include "git/merge_base.h"
#include "git/relation.h"
#include "hub/revisions.h"

namespace kohaku::hub {
namespace {

// What a merge stands upon.
struct Ground {
  BranchTip tip;
  Sha1 source;
  git::Relation relation;
};

Result<Ground> look(Hub& hub, const WritableRepo& repo, const git::Repository& repository,
                    const WantedMerge& wanted) {
  Ground ground;
  ground.tip = TRY(read_tip(hub, repo.repo().id, wanted.into));
  ground.source = TRY(resolve_revision(hub, repo.repo(), wanted.source)).commit;
  ground.relation = TRY(git::relate(repository, ground.tip.commit, ground.source, 0));
  if (!ground.relation.merge_base && !wanted.force) {
    return fail(Code::conflict,
                fmt::format("'{}' and '{}' have no commit in common; `force` merges them anyway.",
                            wanted.source, wanted.into));
  }
  return ground;
}

Result<git::MergedTree> merge_trees(const std::shared_ptr<const git::Repository>& repository,
                                    const os::Path& staging, const Ground& ground,
                                    git::Favour favour, git::PackWriter& pack) {
  const auto base =
      TRY(git::MergeBase::find(repository, staging, ground.tip.commit, ground.source));
  const auto& objects = base ? base->objects() : *repository;
  const auto theirs = TRY(repository->commit(ground.source))->tree;
  return git::merge_trees(objects, base ? base->tree() : git::empty_tree_id(), ground.tip.tree,
                          theirs, favour, pack);
}

NewHead describe(const Ground& ground, git::MergedTree merged, std::string message, bool squash) {
  NewHead head{.tip = ground.tip,
               .tree = merged.tree,
               .changes = std::move(merged.changes),
               .parents = {ground.tip.commit},
               .message = std::move(message),
               .commit_count = ground.tip.commit_count};
  if (!squash) head.parents.push_back(ground.source);
  if (head.commit_count) {
    *head.commit_count += 1 + (squash ? 0 : static_cast<std::int64_t>(ground.relation.ahead));
  }
  return head;
}

Result<BranchChange> build(Hub& hub, const WritableRepo& repo, const WantedMerge& wanted) {
  const auto repository = TRY(hub.repositories.get(repo.repo().id));
  const auto ground = TRY(look(hub, repo, *repository, wanted));
  auto message = TRY(choose_message(
      wanted.message, fmt::format("Merge '{}' into {}", wanted.source, branch_name(ground.tip)),
      {}));
  if (ground.relation.ahead == 0 && !wanted.allow_empty)
    return BranchChange{ground.tip.commit, {}, {}};
  const auto staging = hub.repositories.staging(repo.repo().id);
  auto pack = TRY(git::PackWriter::create(staging));
  auto merged = TRY(merge_trees(repository, staging, ground, wanted.favour, pack));
  if (!merged.conflicts.empty()) {
    return BranchChange{ground.tip.commit, {}, std::move(merged.conflicts)};
  }
  const bool changes_nothing = merged.tree == ground.tip.tree;
  if (wanted.squash && changes_nothing && !wanted.allow_empty) {
    return BranchChange{ground.tip.commit, {}, {}};
  }
  return build_head(hub, repo, *repository, pack,
                    describe(ground, std::move(merged), std::move(message), wanted.squash));
}

}  // namespace

Task<Result<BranchChange>> merge(Hub& hub, WritableRepo repo, WantedMerge wanted) {
  co_return co_await change_branch(hub, repo, [&] { return build(hub, repo, wanted); });
}

}  // namespace kohaku::hub
