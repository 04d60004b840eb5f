// Sends one reply: head and small body in one call, files by sendfile, streams as they are made.
#pragma once

#include <memory>
#include <string>

#include "http/message.h"
#include "http/reply_head.h"
#include "http/transport.h"

namespace kohaku::http {

struct Sent {
  int status = 0;  // as it went out: a stream that failed before its first byte is an error
  std::uint64_t body_bytes = 0;
  bool complete = false;  // else the connection is of no use any more
  std::string failure;    // for the log
};

class ReplyWriter final : public BodyWriter {
 public:
  // `context` is referred to.
  ReplyWriter(Transport& transport, const ReplyContext& context, Method method)
      : transport_(transport), context_(context), method_(method) {}

  // Sends without waiting; true when the reply is over, whole or broken. Else send_rest() follows:
  // what is not a short text, or more than the socket took. Together they call reply.before_end once.
  bool send_now(Reply& reply);
  Task<void> send_rest(Reply& reply);

  const Sent& sent() const { return sent_; }

 private:
  Task<Result<>> send_body(Reply& reply);
  // The rest of the answer is its last slice: with it the client has so many bytes of the body.
  void tell_end(std::uint64_t body_bytes);
  void end(const Result<>& result);
  Task<Result<>> send_file(const FileBody& file);
  Task<Result<>> send_stream(const StreamBody& stream);
  Task<Result<>> finish_stream();
  Task<Result<>> send_refusal(const Error& error);
  void plan(const Reply& reply);
  Task<Result<>> write(Bytes bytes) override;
  Task<Result<>> write_piece(Bytes bytes);

  Transport& transport_;
  const ReplyContext& context_;
  Method method_;
  BodyPlan plan_;
  Reply* reply_ = nullptr;  // the handler's, while it is sent
  std::string head_;        // until it is sent
  std::string_view text_;   // of the body, with send_now
  Sent sent_;
  std::uint64_t since_yield_ = 0;
  bool write_failed_ = false;
};

}  // namespace kohaku::http
