#include "api/repo/merge.h"

#include <fmt/format.h>

#include <boost/describe.hpp>

#include "api/json.h"
#include "api/repo/branch_change.h"
#include "hub/merge.h"

namespace kohaku::api {
namespace {

struct Wanted {
  std::optional<std::string> message;
  std::optional<std::string> strategy;
  std::optional<bool> squash_merge;
  std::optional<bool> allow_empty;
  std::optional<bool> force;
};
BOOST_DESCRIBE_STRUCT(Wanted, (), (message, strategy, squash_merge, allow_empty, force))

struct MergeResult {
  Sha1 reference;
};
BOOST_DESCRIBE_STRUCT(MergeResult, (), (reference))

struct MergeReply {
  bool success = true;
  std::string message;
  MergeResult result;
};
BOOST_DESCRIBE_STRUCT(MergeReply, (), (success, message, result))

Result<git::Favour> parse_strategy(const std::string& text) {
  if (text.empty()) return git::Favour::neither;
  if (text == "dest-wins") return git::Favour::ours;
  if (text == "source-wins") return git::Favour::theirs;
  return fail(Code::bad_request, "'strategy' must be dest-wins or source-wins.");
}

}  // namespace

Task<Result<http::Reply>> merge_branch(hub::WritableRepo repo, Call& call) {
  const auto text = CO_TRY(co_await http::read_text(*call.request.body, most_branch_body_bytes));
  const auto wanted = CO_TRY(from_json<Wanted>(text.empty() ? "{}" : text));
  const std::string source(call.path.value("source"));
  const std::string dest(call.path.value("dest"));
  hub::WantedMerge merge{.source = source,
                         .into = dest,
                         .message = wanted.message.value_or(""),
                         .favour = CO_TRY(parse_strategy(wanted.strategy.value_or(""))),
                         .squash = wanted.squash_merge.value_or(false),
                         .allow_empty = wanted.allow_empty.value_or(false),
                         .force = wanted.force.value_or(false)};
  auto change = CO_TRY(co_await hub::merge(call.hub, repo, std::move(merge)));
  if (!change.conflicts.empty()) {
    co_return conflict_reply(fmt::format("Merging '{}' into '{}'", source, dest),
                             std::move(change.conflicts));
  }
  const auto message = change.publication ? fmt::format("Merged '{}' into '{}'.", source, dest)
                                          : fmt::format("'{}' is already up to date.", dest);
  co_return http::json_reply(200, to_json(MergeReply{true, message, {change.head}}));
}

}  // namespace kohaku::api
