// A child process that a coroutine speaks with, piece by piece and in constant memory. It is started
// as os/process.h says, and killed with everything below it when this object goes.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"
#include "os/files.h"
#include "os/process.h"

namespace kohaku::os {

// Lives on the event loop of the coroutine that started it. One reader and one writer at a time.
class PipedProcess {
 public:
  // `options.input` and `most_output` have no meaning here, `timeout_seconds` is how long the child
  // may neither take nor give anything. `input`: the file it reads, from its position on; without
  // one, write() feeds it.
  static Task<Result<PipedProcess>> start(ProcessOptions options, std::optional<File> input);
  PipedProcess(PipedProcess&&) noexcept;
  PipedProcess& operator=(PipedProcess&&) = delete;
  PipedProcess(const PipedProcess&) = delete;
  PipedProcess& operator=(const PipedProcess&) = delete;
  ~PipedProcess();

  // All of it. Code::unavailable when the child reads no more: finish() says why.
  Task<Result<>> write(Bytes bytes);
  void end_input();
  // At least one byte of its output, or 0 at the end.
  Task<Result<std::size_t>> read(std::span<char> space);
  // Waits for its end; may be cancelled, and be called again.
  Task<void> ended();
  // Waits for its end: exit status, and the first 64 KiB of standard error.
  Task<ProcessResult> finish();

 private:
  struct State;
  explicit PipedProcess(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace kohaku::os
