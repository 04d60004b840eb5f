// The request of a push, cut into pieces by its first byte.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "git/push_request.h"
#include "git/quarantine.h"
#include "git/wire.h"

namespace {

using namespace kohaku::git;

void require(bool holds) {
  if (!holds) std::abort();
}

// Everything up to the pack, whatever the pieces: both readings must agree.
struct Reading {
  bool failed = false;
  std::size_t taken = 0;
  std::size_t commands = 0;
  bool complete = false;
};

Reading read(std::string_view text, std::size_t step) {
  PushRequestParser parser;
  Reading reading;
  while (!parser.complete() && reading.taken < text.size()) {
    const auto taken = parser.take(text.substr(reading.taken, step));
    if (!taken) {
      reading.failed = true;
      return reading;
    }
    reading.taken += *taken;
    require(parser.complete() || *taken > 0);
  }
  reading.commands = parser.request().commands.size();
  reading.complete = parser.complete();
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read(text, text.size() + 1);
  const auto pieces = read(text, data[0] % 40 + 1);
  if (!whole.failed && !pieces.failed) {
    require(whole.taken == pieces.taken && whole.commands == pieces.commands &&
            whole.complete == pieces.complete);
  }
  require(whole.failed || !pieces.failed);
  protocol_version(text);
  index_pack_refusal(text);
  return 0;
}
