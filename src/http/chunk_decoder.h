// The chunked transfer coding of a request body (RFC 9112, 7.1), decoded where it lies.
//
// Beast's decoder is not used: in 1.81 a final chunk that arrives cut inside its last CRLF trips an
// assertion, and assertions stay on in what we ship. Extensions and trailer fields are read past,
// never merged into the request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace kohaku::http {

class ChunkDecoder {
 public:
  struct Step {
    std::size_t consumed = 0;     // bytes of the input that are done with
    std::span<const char> piece;  // a part of the input that is body; may be empty
  };

  // Decodes up to the end of one piece of body. A step that consumes nothing needs more input (or
  // the body is finished). Fails for anything malformed and for more than 16 KiB of extensions and
  // trailers in all.
  Result<Step> step(std::span<const char> input);
  bool finished() const { return state_ == State::finished; }

 private:
  enum class State {
    size_first,
    size_digits,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer,
    trailer_lf,
    final_lf,
    finished,
  };
  Result<> take(char c);
  Result<> take_size(char c);
  Result<> count_overhead();

  State state_ = State::size_first;
  std::uint64_t remaining_ = 0;  // of this chunk
  std::size_t overhead_ = 0;
};

}  // namespace kohaku::http
