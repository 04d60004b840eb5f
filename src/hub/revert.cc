#include "hub/revert.h"

#include <fmt/format.h>

#include "git/tree_merge.h"
#include "hub/revisions.h"

namespace kohaku::hub {
namespace {

// The tree before a commit; of the first one, nothing.
Result<Sha1> tree_before(const git::Repository& repository, const git::Commit& commit,
                         std::int64_t parent_number) {
  if (commit.parents.empty() && parent_number == 1) return git::empty_tree_id();
  const auto parents = static_cast<std::int64_t>(commit.parents.size());
  if (parent_number < 1 || parent_number > parents) {
    return fail(Code::bad_request,
                fmt::format("'parent_number' is {}, but the commit has {} {}.", parent_number,
                            parents, parents == 1 ? "parent" : "parents"));
  }
  const auto parent = commit.parents[static_cast<std::size_t>(parent_number - 1)];
  return TRY(repository.commit(parent))->tree;
}

Result<BranchChange> build(Hub& hub, const WritableRepo& repo, const WantedRevert& wanted) {
  const auto repository = TRY(hub.repositories.get(repo.repo().id));
  const auto tip = TRY(read_tip(hub, repo.repo().id, wanted.branch));
  const auto id = TRY(resolve_revision(hub, repo.repo(), wanted.revision)).commit;
  const auto commit = TRY(repository->commit(id));
  const auto before = TRY(tree_before(*repository, *commit, wanted.parent_number));
  auto message = TRY(choose_message(wanted.message, fmt::format("Revert \"{}\"", commit->title()),
                                    fmt::format("This reverts commit {}.", id.hex())));
  auto pack = TRY(git::PackWriter::create(hub.repositories.staging(repo.repo().id)));
  auto merged = TRY(
      git::merge_trees(*repository, commit->tree, tip.tree, before, git::Favour::neither, pack));
  if (!merged.conflicts.empty()) return BranchChange{tip.commit, {}, std::move(merged.conflicts)};
  if (merged.tree == tip.tree && !wanted.allow_empty) {
    return fail(Code::bad_request,
                fmt::format("Taking back {} changes nothing on '{}'; `allow_empty` makes a commit "
                            "of it all the same.",
                            id.hex(), branch_name(tip)));
  }
  auto count = tip.commit_count;
  if (count) ++*count;
  return build_head(
      hub, repo, *repository, pack,
      {tip, merged.tree, std::move(merged.changes), {tip.commit}, std::move(message), count});
}

}  // namespace

Task<Result<BranchChange>> revert(Hub& hub, WritableRepo repo, WantedRevert wanted) {
  co_return co_await change_branch(hub, repo, [&] { return build(hub, repo, wanted); });
}

}  // namespace kohaku::hub
