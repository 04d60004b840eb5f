#include "hub/tags.h"

#include <fmt/format.h>

#include "git/refs.h"
#include "hub/commit_publish.h"
#include "hub/queues.h"
#include "hub/revisions.h"
#include "hub/signature.h"

namespace kohaku::hub {
namespace {

Result<Sha1> write_tag_object(Hub& hub, const WritableRepo& repo, const NewTag& wanted,
                              const Sha1& commit, Publication& publication) {
  TRY(check_message(wanted.message));
  auto pack = TRY(git::PackWriter::create(hub.repositories.staging(repo.repo().id)));
  git::Tag tag;
  tag.target = commit;
  tag.target_type = git::ObjectType::commit;
  tag.name = wanted.name;
  tag.tagger = signature_of(repo.user(), hub.clock.now());
  tag.message = commit_message(wanted.message, {});
  const auto id = TRY(pack.add(git::ObjectType::tag, as_bytes(git::serialize_tag(tag))));
  publication.packs.push_back(TRY(pack.finish()));
  TRY(place_packs(hub, repo.repo().id, publication.packs));
  return id;
}

Result<Publication> prepare(Hub& hub, const WritableRepo& repo, const NewTag& wanted) {
  const auto& row = repo.repo();
  const auto& revision = wanted.revision.empty() ? row.default_branch : wanted.revision;
  const auto commit = TRY(resolve_revision(hub, row, revision)).commit;
  TRY(git::check_tag_name(wanted.name));
  Publication publication;
  publication.repo = row.id;
  publication.writer = repo.user().id;
  publication.changes_content = false;
  RefChange change{.name = fmt::format("refs/tags/{}", wanted.name)};
  change.commit = commit;
  change.target = commit;
  change.commit_count = TRY(known_commit_count(hub, row.id, commit));
  if (wanted.message.find_first_not_of(" \t\r\n") != wanted.message.npos) {
    change.target = TRY(write_tag_object(hub, repo, wanted, commit, publication));
  }
  publication.refs.push_back(std::move(change));
  return publication;
}

}  // namespace

Task<Result<>> create_tag(Hub& hub, WritableRepo repo, NewTag wanted) {
  const auto turn = co_await hub.queues->wait(repo.repo().id);
  auto publication = CO_TRY(co_await hub.pool.run([&] { return prepare(hub, repo, wanted); }));
  co_return co_await publish(hub, std::move(publication));
}

Task<Result<>> delete_tag(Hub& hub, WritableRepo repo, std::string name) {
  const auto ref = fmt::format("refs/tags/{}", name);
  const auto existing = CO_TRY(hub.database.read_now(
      [&](db::Connection& connection) { return find_ref(connection, repo.repo().id, ref); }));
  if (!existing) co_return fail(Code::revision_not_found, fmt::format("Invalid rev id: {}", name));
  Publication publication;
  publication.repo = repo.repo().id;
  publication.writer = repo.user().id;
  publication.changes_content = false;
  publication.refs.push_back({.name = ref, .expected = existing->target, .target = std::nullopt});
  co_return co_await publish(hub, std::move(publication));
}

}  // namespace kohaku::hub
