#include "api/site/telemetry.h"

namespace kohaku::api {

Task<Result<http::Reply>> agent_harnesses(hub::Anyone, Call&) {
  co_return http::json_reply(200, R"({"standardEnvVars":[],"harnesses":{}})");
}

Task<Result<http::Reply>> telemetry(hub::Anyone, Call&) { co_return http::json_reply(200, "{}"); }

}  // namespace kohaku::api
