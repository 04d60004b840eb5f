#include "hub/commit.h"

#include "hub/commit_build.h"
#include "hub/commit_draft.h"
#include "hub/commit_publish.h"
#include "hub/commit_stream.h"
#include "hub/lfs_settings.h"
#include "hub/repo_queues.h"

namespace kohaku::hub {
namespace {

// Of the whole body: it goes to the disk as it comes, but must end some day.
constexpr std::uint64_t most_body_bytes = std::uint64_t{8} << 30U;

// The queue keeps our own commits apart; only pushes and other nodes can come between.
constexpr int most_tries = 20;

// A draft upon the branch as it is now, and the stream that fills it.
struct Drafting {
  std::shared_ptr<git::Repository> repository;
  CommitDraft draft;
  CommitStream stream;

  Drafting(Hub& hub, const WritableRepo& repo, std::shared_ptr<git::Repository> opened, BranchTip tip)
      : repository(std::move(opened)), draft(hub, repo, repository, std::move(tip)),
        stream({.inline_bytes = lfs_settings(hub.config, repo.repo()).threshold_bytes},
               hub.repositories.staging(repo.repo().id),
               [this](CommitLine& line, const CommitSpool& content) {
                 return draft.take(line, content);
               }) {}
};

Result<std::unique_ptr<Drafting>> begin(Hub& hub, const WritableRepo& repo,
                                        std::string_view revision) {
  auto repository = TRY(hub.repositories.get(repo.repo().id));
  return std::make_unique<Drafting>(hub, repo, std::move(repository),
                                    TRY(read_tip(hub, repo.repo().id, revision)));
}

Task<Result<>> read_body(Hub& hub, http::BodyReader& body, CommitStream& stream) {
  body.set_limit(most_body_bytes);
  while (true) {
    const auto piece = CO_TRY(co_await body.read());
    if (piece.empty()) break;
    CO_TRY(co_await hub.pool.run([&] { return stream.feed(piece); }));
  }
  co_return co_await hub.pool.run([&] { return stream.finish(); });
}

Result<BuiltCommit> build_on_tip(Hub& hub, const WritableRepo& repo,
                                 const git::Repository& repository, CommitDraft& draft,
                                 std::string_view revision) {
  const auto tip = TRY(read_tip(hub, repo.repo().id, revision));
  TRY(check_parent(draft.parent(), tip));
  return build_commit(hub, repo, repository, draft, tip);
}

}  // namespace

Task<Result<Sha1>> commit(Hub& hub, WritableRepo repo, std::string revision, http::BodyReader& body) {
  const auto drafting =
      CO_TRY(co_await hub.pool.run([&] { return begin(hub, repo, revision); }));
  CO_TRY(co_await read_body(hub, body, drafting->stream));

  const auto turn = co_await hub.queues->wait(repo.repo().id);
  for (int tries = 1;; ++tries) {
    auto built = CO_TRY(co_await hub.pool.run([&] {
      return build_on_tip(hub, repo, *drafting->repository, drafting->draft, revision);
    }));
    if (!built.publication) co_return built.head;
    const auto published = co_await publish(hub, std::move(*built.publication));
    if (published) co_return built.head;
    if (!is_lost_race(published.error()) || tries == most_tries) {
      co_return std::unexpected(published.error());
    }
  }
}

}  // namespace kohaku::hub
