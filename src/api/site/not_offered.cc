#include "api/site/not_offered.h"

#include "api/routes.h"

namespace kohaku::api {

Task<Result<http::Reply>> no_discussions(hub::ReadableRepo, Call&) {
  co_return http::json_reply(200, R"({"count":0,"start":0,"discussions":[]})");
}

Task<Result<http::Reply>> discussions_not_offered(hub::ReadableRepo, Call&) {
  co_return fail(Code::not_implemented,
                 "Pull requests and discussions are not offered by this hub yet.");
}

Task<Result<http::Reply>> collections_not_offered(hub::Anyone, Call&) {
  co_return fail(Code::not_implemented, "Collections are not offered by this hub yet.");
}

Task<Result<http::Reply>> webhooks_not_offered(hub::SignedIn, Call&) {
  co_return fail(Code::not_implemented, "Webhooks are not offered by this hub yet.");
}

namespace {

void add_collections(Routes& routes) {
  for (const auto* pattern : {"/api/collections", "/api/collections/{path...}"}) {
    routes.get<&collections_not_offered>(pattern)
        .post<&collections_not_offered>(pattern)
        .patch<&collections_not_offered>(pattern)
        .remove<&collections_not_offered>(pattern);
  }
}

void add_webhooks(Routes& routes) {
  for (const auto* pattern : {"/api/settings/webhooks", "/api/settings/webhooks/{path...}"}) {
    routes.get<&webhooks_not_offered>(pattern)
        .post<&webhooks_not_offered>(pattern)
        .remove<&webhooks_not_offered>(pattern);
  }
}

}  // namespace

void add_not_offered_routes(Routes& routes) {
  routes.file("api/site/not_offered.cc")
      .get<&no_discussions>("/api/{type}s/{repo}/discussions")
      .post<&discussions_not_offered>("/api/{type}s/{repo}/discussions")
      .get<&discussions_not_offered>("/api/{type}s/{repo}/discussions/{path...}")
      .post<&discussions_not_offered>("/api/{type}s/{repo}/discussions/{path...}");
  add_collections(routes);
  add_webhooks(routes);
}

}  // namespace kohaku::api
