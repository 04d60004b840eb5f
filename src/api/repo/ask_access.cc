#include "api/repo/ask_access.h"

#include <boost/json/serialize.hpp>
#include <optional>
#include <string>

#include "api/json.h"
#include "base/encoding.h"
#include "hub/access_requests.h"

namespace kohaku::api {
namespace {

constexpr std::uint64_t most_body_bytes = 16 << 10;

struct AskReply {
  bool success = true;
  std::string status;
};
BOOST_DESCRIBE_STRUCT(AskReply, (), (success, status))

Result<boost::json::object> parse_fields(std::string_view content_type, std::string_view text) {
  if (text.empty()) return boost::json::object{};
  // curl calls JSON a form unless told otherwise, and no form begins so.
  if (content_type.starts_with("application/json") || text.starts_with('{')) {
    auto value = TRY(parse_json(text));
    if (value.is_object()) return std::move(value.get_object());
    return fail(Code::bad_request, "The body must be an object.");
  }
  boost::json::object fields;
  for (auto& [name, value] : parse_form(text)) fields.emplace(name, value);
  return fields;
}

// The JSON object that was filled in; nothing when there is none.
Task<Result<std::optional<std::string>>> read_fields(http::Request& request) {
  const auto text = CO_TRY(co_await http::read_text(*request.body, most_body_bytes));
  const auto fields = CO_TRY(parse_fields(request.headers.get("Content-Type"), text));
  if (fields.empty()) co_return std::nullopt;
  co_return boost::json::serialize(fields);
}

Task<Result<hub::AccessStatus>> ask(hub::SignedInWriter user, hub::ReadableRepo repo, Call& call) {
  auto fields = CO_TRY(co_await read_fields(call.request));
  co_return co_await hub::ask_access(call.hub, std::move(user), std::move(repo), std::move(fields));
}

}  // namespace

Task<Result<http::Reply>> ask_access(hub::SignedInWriter user, hub::ReadableRepo repo, Call& call) {
  const auto status = CO_TRY(co_await ask(std::move(user), std::move(repo), call));
  co_return http::json_reply(200, to_json(AskReply{true, std::string(to_string(status))}));
}

Task<Result<http::Reply>> ask_access_by_form(hub::SignedInWriter user, hub::ReadableRepo repo,
                                             Call& call) {
  const auto page = call.repo_url(repo.repo());
  CO_TRY(co_await ask(std::move(user), std::move(repo), call));
  http::Reply reply;
  reply.status = 303;
  reply.headers.set("Location", page);
  co_return reply;
}

Task<Result<http::Reply>> cancel_own_request(hub::SignedInWriter user, hub::ReadableRepo repo,
                                             Call& call) {
  CO_TRY(co_await hub::cancel_request(call.hub, std::move(user), std::move(repo)));
  co_return http::json_reply(200, R"({"ok":true})");
}

}  // namespace kohaku::api
