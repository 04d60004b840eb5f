// The body of one request, read from its connection as the handler asks for it.
#pragma once

#include "http/chunk_decoder.h"
#include "http/input_buffer.h"
#include "http/message.h"
#include "http/request_head.h"
#include "http/transport.h"

namespace kohaku::http {

class RequestBody final : public BodyReader {
 public:
  RequestBody(Transport& transport, InputBuffer& input, Framing framing, bool expects_continue,
              std::uint64_t limit, int stall_seconds);

  Task<Result<Bytes>> read() override;
  std::optional<std::uint64_t> declared_length() const override;
  void set_limit(std::uint64_t bytes) override { limit_ = bytes; }

  // After the handler: whether the next request can follow on this connection, because the body is
  // read, or what is left of it is short and surely coming.
  bool can_be_skipped();
  // Drops what is left. False when the peer did not send it in time.
  Task<bool> skip();
  std::uint64_t bytes_taken() const { return taken_; }
  // Whether the peer may still be sending it.
  bool unread() const { return !finished_; }

 private:
  Result<> check_limit() const;
  Task<Result<>> begin();
  Task<Result<>> fill();
  Task<Result<Bytes>> read_plain();
  Task<Result<Bytes>> read_chunked();
  Task<Result<Bytes>> read_next();
  void release();

  Transport& transport_;
  InputBuffer& input_;
  Framing framing_;
  ChunkDecoder decoder_;
  std::uint64_t limit_;
  std::uint64_t taken_ = 0;     // bytes of body given out
  std::size_t handed_out_ = 0;  // of the input, until the next read
  int stall_seconds_;
  bool continue_owed_;
  bool begun_ = false;
  bool finished_;
  bool failed_ = false;
  bool filled_to_the_brim_ = false;
};

}  // namespace kohaku::http
