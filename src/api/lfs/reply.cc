#include "api/lfs/reply.h"

#include <utility>

#include "api/json.h"

namespace kohaku::api {
namespace {

constexpr std::string_view challenge = "Basic realm=\"KohakuHub\"";

bool might_sign_in_help(Code code) {
  return code == Code::repo_not_found || code == Code::unauthorized ||
         code == Code::gated_repo_anonymous;
}

std::string refusal_json(std::string_view message) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  writer.field("message", message);
  writer.field("error", message);
  writer.end_object();
  return json;
}

}  // namespace

http::Reply lfs_reply(int status, std::string json) {
  auto reply = http::json_reply(status, std::move(json));
  reply.headers.set("Content-Type", "application/vnd.git-lfs+json");
  return reply;
}

http::Reply lfs_refusal(const Error& error, const hub::Caller& caller) {
  auto reply = http::error_reply(error);
  reply.headers.set("Content-Type", "application/vnd.git-lfs+json");
  reply.body = refusal_json(error.message);
  if (caller.user || !might_sign_in_help(error.code)) return reply;
  reply.status = 401;
  reply.headers.set("WWW-Authenticate", std::string(challenge));
  reply.headers.set("LFS-Authenticate", std::string(challenge));
  return reply;
}

}  // namespace kohaku::api
