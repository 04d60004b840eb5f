#include "app/control_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <thread>
#include <tuple>

#include "app/unix_socket.h"
#include "os/log.h"

namespace kohaku::app {
namespace {

constexpr std::size_t longest_request = 1 << 20;
// An answer may tell of every repository.
constexpr std::size_t longest_answer = 64 << 20;

boost::json::string_view view(const std::string& text) { return {text.data(), text.size()}; }

Result<CommandRequest> parse_request(const std::string& line) {
  boost::system::error_code error;
  const auto value = boost::json::parse(view(line), error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* words = object != nullptr ? object->if_contains("words") : nullptr;
  const auto* input = object != nullptr ? object->if_contains("input") : nullptr;
  if (words == nullptr || !words->is_array() || input == nullptr || !input->is_string()) {
    return fail(Code::bad_request, "The control socket takes {\"words\":[…],\"input\":\"…\"}.");
  }
  CommandRequest request;
  for (const auto& word : words->get_array()) {
    if (word.is_string()) request.words.emplace_back(word.get_string());
  }
  request.input = input->get_string();
  return request;
}

std::string answer_line(const Result<CommandAnswer>& answer) {
  boost::json::object object;
  if (answer) {
    object["exit_status"] = answer->exit_status;
    object["output"] = answer->output;
  } else {
    object["error"] = answer.error().message;
  }
  return boost::json::serialize(object);
}

Result<boost::json::object> parse_object(const std::string& line) {
  boost::system::error_code error;
  auto value = boost::json::parse(view(line), error);
  if (error || !value.is_object()) return fail_internal("control socket: a broken answer");
  return std::move(value.get_object());
}

Result<CommandAnswer> to_answer(const boost::json::object& object) {
  if (const auto* refusal = object.if_contains("error");
      refusal != nullptr && refusal->is_string()) {
    return fail(Code::bad_request, std::string(refusal->get_string()));
  }
  CommandAnswer answer;
  if (const auto* status = object.if_contains("exit_status");
      status != nullptr && status->is_int64()) {
    answer.exit_status = static_cast<int>(status->get_int64());
  }
  if (const auto* output = object.if_contains("output"); output != nullptr && output->is_string()) {
    answer.output = output->get_string();
  }
  return answer;
}

}  // namespace

struct ControlSocket::State {
  State(os::Path socket_path, os::File listening, hub::Hub& served)
      : path(std::move(socket_path)), socket(std::move(listening)), hub(served) {}

  void serve() {
    while (!stopping) {
      pollfd waiting{socket.descriptor(), POLLIN, 0};
      if (::poll(&waiting, 1, 200) <= 0) continue;
      const int descriptor = ::accept4(socket.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
      if (descriptor >= 0) answer(os::File(descriptor));
    }
  }

  void answer(const os::File& peer) {
    const timeval patience{10, 0};
    ::setsockopt(peer.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(peer.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const auto line = LineReader(peer, longest_request).next();
    if (!line) return;
    const auto request = parse_request(*line);
    const auto result = request ? run_command(hub, *request, progress_to(peer))
                                : Result<CommandAnswer>(std::unexpected(request.error()));
    if (auto sent = send_line(peer, answer_line(result)); !sent) {
      os::log_warning("control answer not sent", {{"detail", sent.error().detail}});
    }
  }

  // The command goes on when nobody reads what it tells.
  static CommandProgress progress_to(const os::File& peer) {
    return [&peer](const std::string& text) {
      boost::json::object object;
      object["progress"] = text;
      std::ignore = send_line(peer, boost::json::serialize(object));
    };
  }

  os::Path path;
  os::File socket;
  hub::Hub& hub;
  std::atomic<bool> stopping = false;
  std::jthread thread;
};

ControlSocket::ControlSocket(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->thread = std::jthread([raw = state_.get()] { raw->serve(); });
}

ControlSocket::~ControlSocket() {
  state_->stopping = true;
  state_->thread.join();
  ::unlink(state_->path.c_str());
}

Result<std::unique_ptr<ControlSocket>> ControlSocket::listen(const os::Path& path, hub::Hub& hub) {
  auto socket = TRY(listen_on_socket(path));
  return std::unique_ptr<ControlSocket>(
      new ControlSocket(std::make_unique<State>(path, std::move(socket), hub)));
}

Result<std::optional<CommandAnswer>> ask_running_server(const os::Path& path,
                                                        const CommandRequest& request,
                                                        const CommandProgress& progress) {
  const auto socket = TRY(connect_to_socket(path));
  if (!socket) return std::nullopt;
  boost::json::object object;
  object["words"] = boost::json::array(request.words.begin(), request.words.end());
  object["input"] = request.input;
  TRY(send_line(*socket, boost::json::serialize(object)));
  LineReader lines(*socket, longest_answer);
  while (true) {
    const auto answer = TRY(parse_object(TRY(lines.next())));
    const auto* told = answer.if_contains("progress");
    if (told == nullptr) return TRY(to_answer(answer));
    if (told->is_string()) progress(std::string(told->get_string()));
  }
}

}  // namespace kohaku::app
