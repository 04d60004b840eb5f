#include "api/repo/paths_info.h"

#include <string>
#include <vector>

#include "api/json.h"
#include "api/repo/listed_entry.h"
#include "base/encoding.h"
#include "hub/listing.h"
#include "hub/revisions.h"

namespace kohaku::api {
namespace {

struct Asked {
  std::vector<std::string> paths;
  std::optional<bool> expand;
};
BOOST_DESCRIBE_STRUCT(Asked, (), (paths, expand))

// 1,000 paths of 4 KiB, each byte percent-encoded.
constexpr std::uint64_t largest_body = 13U << 20U;

Asked from_form(std::string_view body) {
  Asked asked;
  for (auto& [name, value] : parse_form(body)) {
    if (name == "expand") asked.expand = value == "true" || value == "True" || value == "1";
    if (name == "paths" || name == "paths[]") asked.paths.push_back(std::move(value));
  }
  return asked;
}

Result<Asked> parse_body(const http::Request& request, std::string_view body) {
  const auto type = request.headers.get("Content-Type");
  if (type.find("json") != type.npos) return from_json<Asked>(body);
  if (type.empty() || type.find("form-urlencoded") != type.npos) return from_form(body);
  return fail(Code::unsupported_media_type,
              "Send the paths as application/json or application/x-www-form-urlencoded.");
}

Result<http::Reply> answer(const hub::Repo& repo, Call& call, const Asked& asked) {
  const auto revision = TRY(hub::resolve_revision(call.hub, repo, call.path.rest_path()));
  const auto entries =
      TRY(hub::list_paths(call.hub, repo, revision, asked.paths, asked.expand.value_or(false)));
  std::string body;
  JsonWriter json(body);
  write_entries(json, entries);
  auto reply = http::json_reply(200, std::move(body));
  reply.headers.set("X-Repo-Commit", revision.commit.hex());
  return reply;
}

}  // namespace

Task<Result<http::Reply>> paths_info(hub::ReadableRepo readable, Call& call) {
  call.request.body->set_limit(largest_body);
  const auto body = CO_TRY(co_await http::read_text(*call.request.body, largest_body));
  const auto asked = CO_TRY(parse_body(call.request, body));
  co_return co_await call.hub.pool.run([&] { return answer(readable.repo(), call, asked); });
}

}  // namespace kohaku::api
