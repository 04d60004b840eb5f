#include "http/chunk_decoder.h"

#include <algorithm>

namespace kohaku::http {

namespace {

constexpr std::size_t most_overhead = 16 * 1024;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::unexpected<Error> malformed() {
  return fail(Code::bad_request, "The chunked request body is malformed.");
}

Result<> expect(bool matches) {
  if (!matches) return malformed();
  return {};
}

}  // namespace

Result<> ChunkDecoder::count_overhead() { return expect(++overhead_ <= most_overhead); }

Result<> ChunkDecoder::take_size(char c) {
  if (const int digit = hex_value(c); digit >= 0) {
    if (remaining_ >> 60) return malformed();
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
    state_ = State::size_digits;
    return {};
  }
  if (state_ == State::size_first) return malformed();
  if (c == '\r') {
    state_ = State::size_lf;
    return {};
  }
  if (c != ';' && c != ' ' && c != '\t') return malformed();
  state_ = State::extension;
  return count_overhead();
}

// One byte that is not body.
Result<> ChunkDecoder::take(char c) {
  switch (state_) {
    case State::size_first:
    case State::size_digits: return take_size(c);
    case State::extension:
      if (c == '\n') return malformed();
      if (c == '\r') state_ = State::size_lf;
      return count_overhead();
    case State::size_lf:
      state_ = remaining_ > 0 ? State::data : State::trailer_start;
      return expect(c == '\n');
    case State::data_cr: state_ = State::data_lf; return expect(c == '\r');
    case State::data_lf: state_ = State::size_first; return expect(c == '\n');
    case State::trailer_start:
      state_ = c == '\r' ? State::final_lf : State::trailer;
      if (c == '\n' || c == ' ' || c == '\t') return malformed();
      return count_overhead();
    case State::trailer:
      if (c == '\n') return malformed();
      if (c == '\r') state_ = State::trailer_lf;
      return count_overhead();
    case State::trailer_lf: state_ = State::trailer_start; return expect(c == '\n');
    case State::final_lf: state_ = State::finished; return expect(c == '\n');
    case State::data:
    case State::finished: break;
  }
  return {};
}

Result<ChunkDecoder::Step> ChunkDecoder::step(std::span<const char> input) {
  Step step;
  while (step.consumed < input.size() && state_ != State::finished) {
    if (state_ != State::data) {
      TRY(take(input[step.consumed++]));
      continue;
    }
    const std::size_t length =
        static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size() - step.consumed));
    step.piece = input.subspan(step.consumed, length);
    step.consumed += length;
    remaining_ -= length;
    if (remaining_ == 0) state_ = State::data_cr;
    break;
  }
  return step;
}

}  // namespace kohaku::http
