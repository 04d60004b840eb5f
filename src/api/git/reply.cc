#include "api/git/reply.h"

#include <utility>

namespace kohaku::api {

http::Reply git_error_reply(const Error& error) {
  auto reply = http::error_reply(error);
  reply.headers.set("Content-Type", "text/plain; charset=utf-8");
  reply.body = error.message + "\n";
  return reply;
}

http::Reply git_reply(std::string_view media_type, http::Body body) {
  http::Reply reply;
  reply.headers.set("Content-Type", std::string(media_type));
  reply.headers.set("Cache-Control", "no-cache, max-age=0, must-revalidate");
  reply.headers.set("Expires", "Fri, 01 Jan 1980 00:00:00 GMT");
  reply.headers.set("Pragma", "no-cache");
  reply.body = std::move(body);
  return reply;
}

}  // namespace kohaku::api
