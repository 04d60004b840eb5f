#include "http/reply_writer.h"

#include <algorithm>
#include <array>
#include <exception>

#include <fmt/format.h>

#include "os/log.h"

namespace kohaku::http {

namespace {

// After so many bytes the other connections of the loop have their turn.
constexpr std::uint64_t slice = 1024 * 1024;

}  // namespace

void ReplyWriter::plan(const Reply& reply) {
  plan_ = plan_body(reply, method_, context_.http_1_0);
  head_.clear();
  head_.reserve(512);
  append_head(head_, reply, plan_, context_);
  sent_.status = reply.status;
}

void ReplyWriter::tell_end(std::uint64_t body_bytes) {
  auto tell = std::exchange(reply_->before_end, {});
  if (!tell) return;
  try {
    tell({.status = sent_.status,
          .body_bytes = body_bytes,
          .duration_micros = Loop::ticks() - context_.started});
  } catch (const std::exception& error) {
    os::log_error("at the end of a reply", {{"detail", std::string_view(error.what())}});
  }
}

void ReplyWriter::end(const Result<>& result) {
  sent_.complete = result.has_value();
  if (!result && sent_.failure.empty()) {
    const Error& error = result.error();
    sent_.failure = error.detail.empty() ? error.message : error.detail;
  }
  tell_end(sent_.body_bytes);  // unless it is told
}

bool ReplyWriter::send_now(Reply& reply) {
  reply_ = &reply;
  plan(reply);
  const auto* text = std::get_if<std::string>(&reply.body);
  if (plan_.sends_body && !text) return false;
  std::array<std::string_view, 2> parts{head_, plan_.sends_body ? std::string_view(*text) : ""};
  const std::size_t body = parts[1].size();
  tell_end(body);
  const Result<bool> all = transport_.send_now(parts);
  if (all && !*all) {
    sent_.body_bytes = body - parts[1].size();
    head_.erase(0, head_.size() - parts[0].size());
    text_ = parts[1];
    return false;
  }
  if (all) sent_.body_bytes = body;
  end(all ? Result<>() : std::unexpected(all.error()));
  return true;
}

Task<void> ReplyWriter::send_rest(Reply& reply) {
  Result<> result;
  try {
    result = co_await send_body(reply);
  } catch (const std::exception& error) {
    result = fail_internal(fmt::format("exception while sending: {}", error.what()));
  }
  end(result);
}

Task<Result<>> ReplyWriter::send_body(Reply& reply) {
  if (const auto* file = std::get_if<FileBody>(&reply.body); file && plan_.sends_body) {
    co_return co_await send_file(*file);
  }
  if (const auto* stream = std::get_if<StreamBody>(&reply.body); stream && plan_.sends_body) {
    co_return co_await send_stream(*stream);
  }
  CO_TRY(co_await transport_.send(head_, text_));
  sent_.body_bytes += text_.size();
  co_return Result<>();
}

Task<Result<>> ReplyWriter::send_file(const FileBody& file) {
  if (file.length == 0) tell_end(0);
  CO_TRY(co_await transport_.send(head_, {}, {}, file.length > 0));
  const bool is_long = file.length > slice;
  if (is_long) transport_.cork(true);
  while (sent_.body_bytes < file.length) {
    if (sent_.body_bytes > 0) co_await transport_.loop().yield();
    const std::uint64_t offset = file.offset + sent_.body_bytes;
    const std::uint64_t span = std::min(slice, file.length - sent_.body_bytes);
    if (file.verify) CO_TRY(file.verify(offset, span));
    if (sent_.body_bytes + span == file.length) tell_end(file.length);
    const std::uint64_t before = transport_.bytes_sent();
    const Result<> result = co_await transport_.send_file(file.file->descriptor(), offset, span);
    sent_.body_bytes += transport_.bytes_sent() - before;
    if (!result) co_return result;
  }
  if (is_long) transport_.cork(false);
  co_return Result<>();
}

Task<Result<>> ReplyWriter::send_stream(const StreamBody& stream) {
  Result<> made;
  try {
    made = co_await stream.write(*this);
  } catch (const std::exception& error) {
    made = fail_internal(fmt::format("exception while streaming: {}", error.what()));
  }
  const bool nothing_sent = !head_.empty() && !write_failed_;
  if (!made && nothing_sent) co_return co_await send_refusal(made.error());
  if (!made) co_return made;
  co_return co_await finish_stream();
}

// Nothing was promised yet, so the client can still be told.
Task<Result<>> ReplyWriter::send_refusal(const Error& error) {
  const Reply refusal = error_reply(error);
  sent_.failure = refusal.log_detail;
  plan(refusal);
  const auto& text = std::get<std::string>(refusal.body);
  tell_end(text.size());
  co_return co_await transport_.send(head_, text);
}

Task<Result<>> ReplyWriter::finish_stream() {
  if (plan_.ending == BodyPlan::Ending::length && sent_.body_bytes != plan_.length) {
    co_return fail_internal("a stream ended before its declared length");
  }
  tell_end(sent_.body_bytes);
  const std::string_view last = plan_.ending == BodyPlan::Ending::chunked ? "0\r\n\r\n" : "";
  const std::string head = std::exchange(head_, {});
  co_return co_await transport_.send(head, last);
}

Task<Result<>> ReplyWriter::write(Bytes bytes) {
  if (write_failed_) co_return fail(Code::bad_request, "The connection was closed.");
  if (bytes.empty()) co_return Result<>();
  const Result<> result = co_await write_piece(bytes);
  write_failed_ = !result;
  co_return result;
}

Task<Result<>> ReplyWriter::write_piece(Bytes bytes) {
  if (plan_.ending == BodyPlan::Ending::length && bytes.size() > plan_.length - sent_.body_bytes) {
    co_return fail_internal("a stream is longer than its declared length");
  }
  // The head travels with the first piece.
  std::string front = std::exchange(head_, {});
  const bool chunked = plan_.ending == BodyPlan::Ending::chunked;
  if (chunked) fmt::format_to(std::back_inserter(front), "{:x}\r\n", bytes.size());
  const auto total = sent_.body_bytes + bytes.size();
  if (plan_.ending == BodyPlan::Ending::length && total == plan_.length) tell_end(total);
  CO_TRY(co_await transport_.send(front, as_text(bytes), chunked ? "\r\n" : ""));
  sent_.body_bytes = total;
  since_yield_ += bytes.size();
  if (since_yield_ >= slice) {
    since_yield_ = 0;
    co_await transport_.loop().yield();
  }
  co_return Result<>();
}

}  // namespace kohaku::http
