// The Unix sockets in the data directory, open to its owner only, and the lines that go over them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/files.h"

namespace kohaku::app {

// Mode 0600. A socket that a crash left is replaced: the directory's lock says that nobody listens.
Result<os::File> listen_on_socket(const os::Path& path);
// Nothing when nobody listens there.
Result<std::optional<os::File>> connect_to_socket(const os::Path& path);

// Blocks until all of it is sent.
Result<> send_all(const os::File& socket, std::string_view bytes);

// Text and a line feed; blocks until all of it is sent.
Result<> send_line(const os::File& socket, std::string text);

// Gives what comes line by line, without the line feeds. Blocks. `socket` must outlive it.
class LineReader {
 public:
  LineReader(const os::File& socket, std::size_t longest) : socket_(socket), longest_(longest) {}

  Result<std::string> next();
  // What came behind the last line.
  std::string_view rest() const { return waiting_; }

 private:
  const os::File& socket_;
  std::size_t longest_;
  std::string waiting_;
};

}  // namespace kohaku::app
