#include "http/request_body.h"

#include <algorithm>

namespace kohaku::http {

namespace {

// A slow sender holds the small buffer; one that fills it gets the large one, in which few system
// calls carry a fast upload.
constexpr std::size_t small_buffer = 16 * 1024;
constexpr std::size_t large_buffer = 256 * 1024;
constexpr std::uint64_t most_skipped = 256 * 1024;

}  // namespace

RequestBody::RequestBody(Transport& transport, InputBuffer& input, Framing framing,
                         bool expects_continue, std::uint64_t limit, int stall_seconds)
    : transport_(transport),
      input_(input),
      framing_(framing),
      limit_(limit),
      stall_seconds_(stall_seconds),
      continue_owed_(expects_continue && framing.has_body()),
      finished_(!framing.has_body()) {}

std::optional<std::uint64_t> RequestBody::declared_length() const {
  if (framing_.chunked) return std::nullopt;
  return framing_.length;
}

Result<> RequestBody::check_limit() const {
  const std::uint64_t least = framing_.chunked ? taken_ : framing_.length;
  if (least > limit_) return fail(Code::payload_too_large, "The request body is too large.");
  return {};
}

void RequestBody::release() {
  input_.consume(handed_out_);
  handed_out_ = 0;
}

Task<Result<>> RequestBody::begin() {
  CO_TRY(check_limit());
  if (!std::exchange(continue_owed_, false)) co_return Result<>();
  if (!input_.empty()) co_return Result<>();  // it did not wait
  co_return co_await transport_.send("HTTP/1.1 100 Continue\r\n\r\n");
}

Task<Result<Bytes>> RequestBody::read() {
  if (failed_) co_return fail(Code::bad_request, "The request body could not be read.");
  Result<Bytes> piece = co_await read_next();
  // One too large can still be skipped, one that broke cannot.
  failed_ = !piece && piece.error().code != Code::payload_too_large;
  co_return piece;
}

Task<Result<Bytes>> RequestBody::read_next() {
  release();
  if (finished_) co_return Bytes();
  if (!std::exchange(begun_, true)) CO_TRY(co_await begin());
  if (framing_.chunked) co_return co_await read_chunked();
  co_return co_await read_plain();
}

Task<Result<Bytes>> RequestBody::read_plain() {
  CO_TRY(check_limit());
  if (input_.empty()) CO_TRY(co_await fill());
  const std::string_view unused = input_.unused();
  handed_out_ = std::min<std::uint64_t>(unused.size(), framing_.length - taken_);
  taken_ += handed_out_;
  finished_ = taken_ == framing_.length;
  co_return as_bytes(unused.substr(0, handed_out_));
}

Task<Result<Bytes>> RequestBody::read_chunked() {
  while (true) {
    const ChunkDecoder::Step step = CO_TRY(decoder_.step(input_.unused()));
    if (!step.piece.empty()) {
      handed_out_ = step.consumed;
      taken_ += step.piece.size();
      CO_TRY(check_limit());
      co_return std::as_bytes(step.piece);
    }
    input_.consume(step.consumed);
    finished_ = decoder_.finished();
    if (finished_) co_return Bytes();
    CO_TRY(co_await fill());
  }
}

Task<Result<>> RequestBody::fill() {
  const std::uint64_t expected = framing_.chunked ? large_buffer : framing_.length - taken_;
  const std::size_t wanted = filled_to_the_brim_ ? large_buffer : small_buffer;
  input_.grow(std::min<std::uint64_t>(wanted, expected));
  const std::span<char> space = input_.space();
  const std::size_t count =
      CO_TRY(co_await transport_.receive(space, Loop::after_seconds(stall_seconds_)));
  if (count == 0) {
    co_return fail(Code::bad_request, "The request body ended before its length.");
  }
  input_.filled(count);
  filled_to_the_brim_ = count == space.size();
  co_return Result<>();
}

bool RequestBody::can_be_skipped() {
  if (failed_ || continue_owed_) return finished_ && !failed_;
  release();
  while (framing_.chunked && !finished_) {
    const Result<ChunkDecoder::Step> step = decoder_.step(input_.unused());
    if (!step || step->consumed == 0) return false;
    input_.consume(step->consumed);
    finished_ = decoder_.finished();
  }
  return finished_ || framing_.length - taken_ <= most_skipped;
}

Task<bool> RequestBody::skip() {
  if (finished_) co_return true;
  const std::uint64_t left = framing_.length - taken_;
  const std::size_t buffered = std::min<std::uint64_t>(left, input_.unused().size());
  input_.consume(buffered);
  const std::uint64_t dropped =
      co_await transport_.discard(left - buffered, Loop::after_seconds(stall_seconds_));
  finished_ = dropped == left - buffered;
  co_return finished_;
}

}  // namespace kohaku::http
