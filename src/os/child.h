// A child process as such: how it is started and how it ends. What is said with it is the business
// of os/process.h (all at once) and os/piped_process.h (piece by piece).
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/result.h"
#include "os/files.h"
#include "os/process.h"

namespace kohaku::os {

struct Pipe {
  File read_end;
  File write_end;
};

// Both ends are above the standard three and are not inherited.
Result<Pipe> make_pipe();
void set_nonblocking(const File& file);

// What a child gets as its standard input, output and error: copies of these.
struct StandardFiles {
  const File& input;
  const File& output;
  const File& errors;
};

// A running child and everything below it; killed and reaped at the latest with this object.
class Child {
 public:
  static Result<Child> start(const ProcessOptions& options, const StandardFiles& files);
  explicit Child(pid_t id);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  // Becomes readable when the child ends.
  int descriptor() const { return ended_.descriptor(); }
  // Kills the process group; reap() tells 128 + SIGKILL unless the child had ended before.
  void kill();
  // Kills what is left of the process group and waits: exit status, or 128 + signal.
  int reap();

 private:
  pid_t id_;
  File ended_;
  std::optional<int> exit_status_;
};

}  // namespace kohaku::os
