// The raw bytes behind an answer at ssh.sock: what the client of an SSH connection sends and gets.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <memory>

#include "http/message.h"

namespace kohaku::app {

// One reader and one writer at a time, on the socket's event loop. Fails with request_timeout when in a
// whole patience no byte moved in either direction, and with unavailable when the other side is gone.
class SshStream final : public http::BodyReader, public http::BodyWriter {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;

  SshStream(Socket socket, std::chrono::seconds patience);
  ~SshStream() override;
  SshStream(const SshStream&) = delete;
  SshStream& operator=(const SshStream&) = delete;

  // Empty when the client has closed its side. May be cancelled: then nothing is lost.
  Task<Result<Bytes>> read() override;
  std::optional<std::uint64_t> declared_length() const override { return std::nullopt; }
  void set_limit(std::uint64_t bytes) override { limit_ = bytes; }  // any number until set
  Task<Result<>> write(Bytes bytes) override;

  void set_patience(std::chrono::seconds patience);

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::uint64_t limit_;
  std::uint64_t given_ = 0;
};

}  // namespace kohaku::app
