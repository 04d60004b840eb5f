#include "app/serve.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "api/router.h"
#include "app/assembly.h"
#include "app/control_socket.h"
#include "app/metrics.h"
#include "app/ssh_socket.h"
#include "http/server.h"
#include "hub/counting.h"
#include "jobs/access_log.h"
#include "jobs/daily_collection.h"
#include "jobs/fold_statistics.h"
#include "jobs/identify_objects.h"
#include "jobs/repack.h"
#include "jobs/statistics_upkeep.h"
#include "os/failed_sync.h"
#include "os/log.h"

namespace kohaku::app {
namespace {

os::Level level_from(std::string_view name) {
  if (name == "DEBUG") return os::Level::debug;
  if (name == "WARNING" || name == "WARN") return os::Level::warning;
  if (name == "ERROR") return os::Level::error;
  return os::Level::info;
}

http::ServerOptions server_options(const hub::Config& config) {
  http::ServerOptions options;
  options.address = config.host;
  options.port = config.port;
  options.trusted_proxies = config.trusted_proxies;
  return options;
}

bool has_users(hub::Hub& hub) {
  const auto found = hub.database.read_now([](db::Connection& connection) {
    return connection.sql("SELECT id FROM account LIMIT 1").first<AccountId>();
  });
  return found && found->has_value();
}

std::string address_of(const hub::Config& config, std::uint16_t port) {
  const bool any = config.host == "0.0.0.0" || config.host == "::" || config.host == "127.0.0.1";
  return fmt::format("http://{}:{}", any ? "localhost" : config.host, port);
}

}  // namespace

std::string greeting(const std::string& address, bool has_users) {
  std::string text = fmt::format("Listening on {}\n", address);
  if (has_users) return text;
  text += fmt::format("\nNext, in another terminal:\n"
                      "  1. register   curl -d "
                      "'{{\"username\":\"me\",\"email\":\"me@example.com\",\"password\":\"…\"}}' "
                      "{0}/api/auth/register\n"
                      "  2. sign in    HF_ENDPOINT={0} hf auth login\n"
                      "  3. upload     HF_ENDPOINT={0} hf upload me/my-model ./my-folder\n\n",
                      address);
  return text;
}

Result<> serve(hub::Config config) {
  os::set_up_log(level_from(config.log_level),
                 config.log_format == "json" ? os::LogFormat::json : os::LogFormat::text);
  auto assembly = TRY(Assembly::open(std::move(config)));
  auto& hub = assembly->hub();
  const auto rules = TRY(hub::counting_rules(hub));
  const api::Router router(api::all_routes(), hub);
  auto server = TRY(http::Server::bind(server_options(hub.config), hub.clock));
  register_metrics(hub, *server);
  auto control = TRY(ControlSocket::listen(hub.config.data_dir / "control.sock", hub));
  TRY(serve_ssh_socket(*server, hub));
  const auto text = greeting(address_of(hub.config, server->port()), has_users(hub));
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  server->spawn([&hub] { return jobs::collect_daily(hub); });
  server->spawn([&hub] { return jobs::identify_objects(hub); });
  server->spawn([&hub] { return jobs::repack_repositories(hub); });
  server->spawn([&hub] { return jobs::keep_statistics(hub); });
  server->spawn([&hub, rules] { return jobs::fold_statistics(hub, rules); });
  server->spawn([&hub] { return jobs::write_access_log(hub); });
  if (!server->run([&router](http::Request& request) { return router.handle(request); })) {
    // Handlers outlived the drain: what they still hold must not be taken from under them. All that
    // was acknowledged is durable.
    os::log_warning("stopped before every request was answered");
    std::_Exit(0);
  }
  control.reset();
  assembly->settle();
  os::log_info("stopped");
  // Ends as a failure, so that a supervisor starts it again.
  if (os::sync_has_failed()) return fail_internal("a sync failed, see the log");
  return {};
}

}  // namespace kohaku::app
