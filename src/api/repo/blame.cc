#include "api/repo/blame.h"

#include "git/blame.h"
#include "hub/blob_facts.h"
#include "hub/revisions.h"

namespace kohaku::api {
namespace {

// The lines of a pointer would tell nothing about the file.
Result<> check_not_large(hub::Hub& hub, RepoId repo, const git::Repository& repository,
                         const Sha1& commit, std::string_view path) {
  const auto tree = TRY(repository.commit(commit))->tree;
  const auto entry = TRY(repository.find(tree, path));
  if (!entry || entry->is_tree() || entry->mode == git::mode_submodule) return {};
  if (!TRY(hub::blob_facts(hub, repo, repository, entry->id)).pointer) return {};
  return fail(Code::unprocessable, "A large file has no lines to be blamed for.");
}

}  // namespace

Result<BlameReply> blame_file(const hub::ReadableContent& readable, Call& call) {
  const auto& repo = readable.repo();
  auto [revision, path, asked] =
      TRY(hub::resolve_revision_and_path(call.hub, repo, call.path.rest));
  const auto repository = TRY(call.hub.repositories.get(repo.id));
  TRY(check_not_large(call.hub, repo.id, *repository, revision.commit, path));
  const auto blame = TRY(git::blame(*repository, revision.commit, path, {}));
  BlameReply reply;
  reply.commit_id = revision.commit;
  reply.path = std::move(path);
  reply.truncated = !blame.complete;
  for (const auto& lines : blame.lines) {
    reply.ranges.push_back(
        {lines.first, lines.first + lines.count - 1, lines.original_first, lines.commit});
    const auto id = lines.commit.hex();
    if (reply.commits.contains(id)) continue;
    const auto commit = TRY(repository->commit(lines.commit));
    reply.commits.emplace(id, commit_item({lines.commit, commit}, false));
  }
  return reply;
}

}  // namespace kohaku::api
