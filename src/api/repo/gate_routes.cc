// Both sides of a gate.
#include "api/repo/ask_access.h"
#include "api/repo/user_access_request.h"
#include "api/routes.h"

namespace kohaku::api {

void add_gate_routes(Routes& routes) {
  routes.file("api/repo/ask_access.cc")
      .post<&ask_access>("/api/{type}s/{repo}/user-access-request")
      .post<&ask_access_by_form>("/{repo}/ask-access")
      .post<&ask_access_by_form>("/{type}s/{repo}/ask-access")
      .post<&cancel_own_request>("/api/{type}s/{repo}/user-access-request/cancel");
  routes.file("api/repo/user_access_request.cc")
      .get<&list_access_requests>("/api/{type}s/{repo}/user-access-request/{status}")
      .post<&handle_access_request>("/api/{type}s/{repo}/user-access-request/handle")
      .post<&grant_access>("/api/{type}s/{repo}/user-access-request/grant");
}

}  // namespace kohaku::api
