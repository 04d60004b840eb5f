// What /metrics tells (docs/metrics.md): the one list, like api/routes.h for routes.
#pragma once

#include "http/server.h"
#include "hub/hub.h"

namespace kohaku::app {

// Once, before the server runs. Both outlive the last request.
void register_metrics(hub::Hub& hub, const http::Server& server);

}  // namespace kohaku::app
