#include "api/git/receive_pack.h"

#include <fmt/format.h>

#include <utility>

#include "api/git/decoded_body.h"
#include "api/git/reply.h"
#include "hub/push.h"
#include "hub/push_dialogue.h"

namespace kohaku::api {
namespace {

constexpr std::string_view request_type = "application/x-git-receive-pack-request";
constexpr std::string_view result_type = "application/x-git-receive-pack-result";
constexpr std::uint64_t most_request_bytes = 16 << 20;  // beside the pack

}  // namespace

Task<Result<http::Reply>> git_receive_pack(hub::WritableRepo repo, Call& call) {
  if (call.request.headers.get("Content-Type") != request_type) {
    co_return fail(Code::unsupported_media_type,
                   fmt::format("The Content-Type must be {}.", request_type));
  }
  const auto body = CO_TRY(decoded_body(call.request));
  body->set_limit(call.hub.config.git_push_bytes + most_request_bytes);
  const auto parsed = CO_TRY(co_await hub::read_push_request(*body));
  // Before a long push git asks with an empty one whether it may.
  if (parsed.request.commands.empty()) co_return git_reply(result_type, std::string());
  const auto report =
      co_await hub::push(call.hub, std::move(repo), parsed.request, parsed.begun, *body);
  co_return git_reply(result_type, hub::push_answer(parsed.request, report));
}

}  // namespace kohaku::api
