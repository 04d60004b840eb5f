#include "api/lfs/reply.h"

#include <utility>

#include "api/json.h"

namespace kohaku::api {
namespace {

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

http::Reply lfs_error_reply(const Error& error) {
  auto reply = http::error_reply(error);
  reply.headers.set("Content-Type", "application/vnd.git-lfs+json");
  reply.body = refusal_json(error.message);
  return reply;
}

}  // namespace kohaku::api
