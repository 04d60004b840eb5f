// kohakuhub: serve, routes, and the operator's commands.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "api/router.h"
#include "app/assembly.h"
#include "app/command.h"
#include "app/control_socket.h"
#include "app/options.h"
#include "app/serve.h"
#include "app/ssh_client.h"
#include "base/version.h"
#include "hub/counting.h"
#include "os/log.h"
#include "stats/consumer.h"
#include "stats/duckdb_child.h"

namespace kohaku::app {
namespace {

int report(const Error& error) {
  fmt::print(stderr, "kohakuhub: {}\n", error.message);
  if (!error.detail.empty()) fmt::print(stderr, "  {}\n", error.detail);
  return 1;
}

int print_routes() {
  for (const auto& route : api::all_routes().all()) {
    fmt::print("{:<7} {:<70} {:<28} src/{}\n", http::to_string(route.method), route.pattern,
               route.permission, route.file);
  }
  return 0;
}

// Takes `--data-dir DIR` out of an operator's words: it says where to ask, and is not for who answers.
void take_data_dir(std::vector<std::string>& words, hub::Config& config) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].starts_with("--data-dir=")) {
      config.data_dir = words[i].substr(11);
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
    if (words[i] == "--data-dir" && i + 1 < words.size()) {
      config.data_dir = words[i + 1];
      const auto at = words.begin() + static_cast<std::ptrdiff_t>(i);
      words.erase(at, at + 2);
      return;
    }
  }
}

// One line on a terminal, written over by the next and wiped out at the end.
class ProgressLine {
 public:
  ProgressLine() : is_terminal_(::isatty(STDERR_FILENO) == 1) {}
  ~ProgressLine() { show({}); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::string& text) const {
    if (!is_terminal_) return;
    fmt::print(stderr, "\r\x1b[K{}", text);
    std::fflush(stderr);
  }

 private:
  bool is_terminal_;
};

// Without a server nobody else folds what the last one left in its journal.
Result<> fold_events(hub::Hub& hub) {
  if (!hub.journal) return {};
  stats::Consumer consumer(*hub.journal, hub.database, TRY(hub::counting_rules(hub)));
  while (TRY(consumer.step())) {
  }
  return {};
}

Result<CommandAnswer> ask(hub::Config config, const CommandRequest& request) {
  const ProgressLine line;
  const CommandProgress progress = [&line](const std::string& text) { line.show(text); };
  if (auto answer = TRY(ask_running_server(config.data_dir / "control.sock", request, progress)))
    return *answer;
  auto assembly = TRY(Assembly::open(std::move(config)));
  const auto& group = request.words.front();
  if (group == "logs" || group == "stats") TRY(fold_events(assembly->hub()));
  return run_command(assembly->hub(), request, progress);
}

int operate(hub::Config config, std::vector<std::string> words) {
  os::set_up_log(os::Level::warning, os::LogFormat::text);
  take_data_dir(words, config);
  CommandRequest request{std::move(words), {}};
  if (std::ranges::find(request.words, "--password-stdin") != request.words.end()) {
    request.input.assign(std::istreambuf_iterator<char>(std::cin), {});
  }
  const auto answer = ask(std::move(config), request);
  if (!answer) return report(answer.error());
  std::fputs(answer->output.c_str(), answer->exit_status == 0 ? stdout : stderr);
  return answer->exit_status;
}

int operate_for_sshd(hub::Config config, std::vector<std::string> words) {
  const auto command = words.front() == "ssh-keys" ? ask_for_key : serve_connection;
  words.erase(words.begin());
  take_data_dir(words, config);
  const auto status = command(config, words);
  return status ? *status : report(status.error());
}

int run(int count, char** arguments) {
  if (count == 2 && std::string_view(arguments[1]) == stats::duckdb_child_command) {
    // DuckDB's threads need no orderly end.
    std::_Exit(stats::run_duckdb_child());
  }
  auto config = read_config(process_environment());
  if (!config) return report(config.error());
  CLI::App app{"A self-hosted hub for models and datasets"};
  app.require_subcommand(1);
  auto* serving = app.add_subcommand("serve", "Serve until SIGTERM");
  serving->add_option("--data-dir", config->data_dir, "Where everything is kept");
  serving->add_option("--host", config->host, "Address to listen on");
  serving->add_option("--port", config->port, "Port to listen on; 0 takes any free one");
  auto* routes =
      app.add_subcommand("routes", "Print method, path, permission and file of each route");
  auto* print_version = app.add_subcommand("version", "Print the version");
  constexpr std::array<std::string_view, 7> operators{"admin", "fsck",  "gc",     "logs",
                                                      "scrub", "stats", "storage"};
  for (const auto name : operators) {
    app.add_subcommand(std::string(name), "For operators; --help tells more")->prefix_command();
  }
  for (const auto* name : {"ssh-keys", "ssh-serve"}) {
    app.add_subcommand(name, "For sshd, see docs/ssh.md")->prefix_command();
  }
  const std::string first = count > 1 ? arguments[1] : "";
  if (std::ranges::find(operators, first) != operators.end()) {
    return operate(std::move(*config), {arguments + 1, arguments + count});
  }
  if (first == "ssh-keys" || first == "ssh-serve") {
    return operate_for_sshd(std::move(*config), {arguments + 1, arguments + count});
  }
  CLI11_PARSE(app, count, arguments);
  if (routes->parsed()) return print_routes();
  if (print_version->parsed()) return fmt::print("{}\n", kohaku::version), 0;
  const auto served = serve(std::move(*config));
  return served ? 0 : report(served.error());
}

}  // namespace
}  // namespace kohaku::app

int main(int count, char** arguments) { return kohaku::app::run(count, arguments); }
