#include "app/ssh_client.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "api/json.h"
#include "app/ssh_question.h"
#include "app/ssh_relay.h"
#include "app/unix_socket.h"

namespace kohaku::app {
namespace {

Result<int> ask(const hub::Config& config, const SshQuestion& question) {
  const auto socket = TRY(connect_to_socket(config.data_dir / ssh_socket_name));
  if (!socket) return fail(Code::unavailable, "The hub is not running. Try again later.");
  TRY(send_line(*socket, api::to_json(question)));
  LineReader lines(*socket, longest_ssh_question);
  const auto answer = TRY(api::from_json<SshAnswer>(TRY(lines.next())));
  std::fputs(answer.output.c_str(), answer.exit_status == 0 ? stdout : stderr);
  if (answer.streams) relay(*socket, lines.rest());
  return answer.exit_status;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

Result<int> ask_for_key(const hub::Config& config, const std::vector<std::string>& words) {
  if (words.empty() || words.size() > 2) {
    return fail(Code::bad_request, "Usage: kohakuhub ssh-keys --data-dir DIRECTORY %f %k");
  }
  std::error_code ignored;
  AskedKey asked{.fingerprint = words[0],
                 .public_key = words.size() > 1 ? words[1] : std::string(),
                 .program = std::filesystem::read_symlink("/proc/self/exe", ignored).string(),
                 .data_directory = std::filesystem::absolute(config.data_dir, ignored).string()};
  return ask(config, {.authorize = std::move(asked), .serve = {}});
}

Result<int> serve_connection(const hub::Config& config, const std::vector<std::string>& words) {
  const auto client = variable("SSH_CLIENT");  // address, its port, our port
  AskedService asked{.command = variable("SSH_ORIGINAL_COMMAND"),
                     .protocol = variable("GIT_PROTOCOL"),
                     .address = client.substr(0, client.find(' '))};
  const auto text = words.size() == 1 ? words[0] : std::string();
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, asked.key);
  if (error != std::errc{} || stop != end) {
    return fail(Code::bad_request, "Usage: kohakuhub ssh-serve --data-dir DIRECTORY KEY");
  }
  return ask(config, {.authorize = {}, .serve = std::move(asked)});
}

}  // namespace kohaku::app
