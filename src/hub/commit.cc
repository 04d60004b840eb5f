#include "hub/commit.h"

#include "hub/commit_build.h"
#include "hub/commit_draft.h"
#include "hub/commit_publish.h"
#include "hub/commit_stream.h"
#include "hub/lfs_settings.h"
#include "hub/queues.h"

namespace kohaku::hub {
namespace {

// Of the whole body: it goes to the disk as it comes, but must end some day.
constexpr std::uint64_t most_body_bytes = std::uint64_t{8} << 30U;

// A body up to this size is read whole and dealt with in one go on one thread: most commits are
// small, and each change of threads costs them as much as their parsing.
constexpr std::uint64_t most_small_bytes = 128 * 1024;

// The queue keeps our own commits apart; only pushes and other nodes can come between.
constexpr int most_tries = 20;

// A draft upon the branch as it is now, and the stream that fills it.
struct Drafting {
  std::shared_ptr<git::Repository> repository;
  CommitDraft draft;
  CommitStream stream;

  Drafting(Hub& hub, const WritableRepo& repo, std::shared_ptr<git::Repository> opened,
           BranchTip tip)
      : repository(std::move(opened)),
        draft(hub, repo, repository, std::move(tip)),
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

Task<Result<std::unique_ptr<Drafting>>> draft_stream(Hub& hub, const WritableRepo& repo,
                                                     std::string_view revision,
                                                     http::BodyReader& body) {
  auto drafting = CO_TRY(co_await hub.pool.run([&] { return begin(hub, repo, revision); }));
  body.set_limit(most_body_bytes);
  while (true) {
    const auto piece = CO_TRY(co_await body.read());
    if (piece.empty()) break;
    CO_TRY(co_await hub.pool.run([&] { return drafting->stream.feed(piece); }));
  }
  CO_TRY(co_await hub.pool.run([&] { return drafting->stream.finish(); }));
  co_return drafting;
}

Result<std::unique_ptr<Drafting>> draft_text(Hub& hub, const WritableRepo& repo,
                                             std::string_view revision, std::string_view text) {
  auto drafting = TRY(begin(hub, repo, revision));
  TRY(drafting->stream.feed(as_bytes(text)));
  TRY(drafting->stream.finish());
  return drafting;
}

Result<BuiltCommit> build_on_tip(Hub& hub, const WritableRepo& repo,
                                 const git::Repository& repository, CommitDraft& draft,
                                 std::string_view revision) {
  const auto tip = TRY(read_tip(hub, repo.repo().id, revision));
  TRY(check_parent(draft.parent(), tip));
  return build_commit(hub, repo, repository, draft, tip);
}

}  // namespace

Task<Result<Sha1>> commit(Hub& hub, WritableRepo repo, std::string revision,
                          http::BodyReader& body) {
  std::unique_ptr<Drafting> drafting;
  std::string small;
  if (body.declared_length().value_or(most_small_bytes + 1) <= most_small_bytes) {
    small = CO_TRY(co_await http::read_text(body, most_small_bytes));
  } else {
    drafting = CO_TRY(co_await draft_stream(hub, repo, revision, body));
  }
  const auto turn = co_await hub.queues->wait(repo.repo().id);
  for (int tries = 1;; ++tries) {
    auto built = CO_TRY(co_await hub.pool.run([&]() -> Result<BuiltCommit> {
      if (!drafting) drafting = TRY(draft_text(hub, repo, revision, small));
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
