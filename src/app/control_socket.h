// The Unix socket {data}/control.sock (mode 0600): operators' commands reach the running server.
// One request a connection: a line of JSON {"words":[…],"input":"…"}, answered by any number of lines
// {"progress":"…"} and a last one, {"exit_status":0,"output":"…"} or {"error":"…"}.
#pragma once

#include <memory>
#include <optional>

#include "app/command.h"
#include "os/files.h"

namespace kohaku::app {

class ControlSocket {
 public:
  // Listens until destroyed, on one thread of its own.
  static Result<std::unique_ptr<ControlSocket>> listen(const os::Path& path, hub::Hub& hub);
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;
  ~ControlSocket();

 private:
  struct State;
  explicit ControlSocket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The answer of the server that listens there; nothing when none does.
Result<std::optional<CommandAnswer>> ask_running_server(const os::Path& path,
                                                        const CommandRequest& request,
                                                        const CommandProgress& progress);

}  // namespace kohaku::app
