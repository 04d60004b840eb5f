#include "api/repo/preupload.h"

#include "api/json.h"
#include "api/repo/commit.h"
#include "hub/preupload.h"

namespace kohaku::api {
namespace {

struct File {
  std::string path;
  std::uint64_t size = 0;
  std::optional<std::string> sha256;
};
BOOST_DESCRIBE_STRUCT(File, (), (path, size, sha256))

struct Question {
  std::vector<File> files;
  std::optional<std::string> gitIgnore;
  std::optional<std::string> gitAttributes;
};
BOOST_DESCRIBE_STRUCT(Question, (), (files, gitIgnore, gitAttributes))

// 256 files with paths and samples, and a rules file, several times over.
constexpr std::uint64_t most_body_bytes = 4 << 20;

hub::PreuploadQuestion to_question(std::string revision, Question asked) {
  hub::PreuploadQuestion question{.revision = std::move(revision),
                                  .git_ignore = std::move(asked.gitIgnore),
                                  .git_attributes = std::move(asked.gitAttributes)};
  for (auto& file : asked.files) {
    question.files.push_back({std::move(file.path), file.size, std::move(file.sha256)});
  }
  return question;
}

PreuploadReply to_reply(std::vector<hub::PreuploadAnswer> answers) {
  PreuploadReply reply;
  for (auto& answer : answers) {
    reply.files.push_back({std::move(answer.path), answer.large ? "lfs" : "regular",
                           answer.should_ignore, std::move(answer.oid)});
  }
  return reply;
}

}  // namespace

Task<Result<http::Reply>> preupload(hub::ReadableContent, Call& call) {
  CO_TRY(refuse_pull_request(call));
  const auto repo =
      CO_TRY(hub::Access(call.hub).writable(call.caller, call.path.repo_type(), call.path.repo));
  call.request.body->set_limit(most_body_bytes);
  const auto text = CO_TRY(co_await http::read_text(*call.request.body, most_body_bytes));
  co_return co_await call.hub.pool.run([&]() -> Result<http::Reply> {
    const auto question = to_question(call.path.rest_path(), TRY(from_json<Question>(text)));
    auto answers = TRY(hub::preupload(call.hub, repo.repo(), question));
    return http::json_reply(200, to_json(to_reply(std::move(answers))));
  });
}

}  // namespace kohaku::api
