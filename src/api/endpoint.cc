#include "api/endpoint.h"

#include <fmt/format.h>

#include "os/log.h"

namespace kohaku::api {

http::Reply redirect_to_new_name(const Call& call, const hub::Repo& repo) {
  const auto path = call.request.path();
  auto location = fmt::format("{}{}{}", path.substr(0, call.path.repo_begin), repo.full_name(),
                              path.substr(call.path.repo_end));
  if (path.starts_with("/api/") && !call.request.query().empty()) {
    location += fmt::format("?{}", call.request.query());
  }
  http::Reply reply;
  reply.status = 307;
  reply.headers.set("Location", std::move(location));
  reply.body = std::string();
  return reply;
}

http::Reply exception_reply(const Call& call, std::string_view what) {
  os::log_error("exception in a handler",
                {{"id", std::string_view(call.request.id)}, {"detail", what}});
  return call.refuse(internal_error(fmt::format("exception: {}", what)));
}

hub::XetCredentials xet_credentials(const Call& call) {
  return {.authorization = call.request.headers.get("Authorization"),
          .namespace_id = call.path.value("namespace"),
          .scope = call.path.value("scope")};
}

}  // namespace kohaku::api
