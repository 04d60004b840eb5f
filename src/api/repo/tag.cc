#include "api/repo/tag.h"

#include <boost/describe.hpp>

#include "api/json.h"
#include "hub/tags.h"

namespace kohaku::api {
namespace {

struct Wanted {
  std::string tag;
  std::optional<std::string> revision;
  std::optional<std::string> message;
};
BOOST_DESCRIBE_STRUCT(Wanted, (), (tag, revision, message))

struct TagReply {
  bool success = true;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(TagReply, (), (success, message))

constexpr std::uint64_t most_body_bytes = 256 * 1024;

http::Reply done(std::string message) {
  return http::json_reply(200, to_json(TagReply{true, std::move(message)}));
}

}  // namespace

Task<Result<http::Reply>> create_tag(hub::WritableRepo repo, Call& call) {
  const auto text = CO_TRY(co_await http::read_text(*call.request.body, most_body_bytes));
  auto wanted = CO_TRY(from_json<Wanted>(text));
  auto revision = call.path.rest_path();
  if (revision.empty()) revision = wanted.revision.value_or("");
  hub::NewTag tag{wanted.tag, std::move(revision), wanted.message.value_or("")};
  CO_TRY(co_await hub::create_tag(call.hub, repo, std::move(tag)));
  co_return done("Tag '" + wanted.tag + "' was created.");
}

Task<Result<http::Reply>> delete_tag(hub::WritableRepo repo, Call& call) {
  const auto name = call.path.rest_path();
  CO_TRY(co_await hub::delete_tag(call.hub, repo, name));
  co_return done("Tag '" + name + "' was deleted.");
}

}  // namespace kohaku::api
