// Payloads of the journal of events. What is taken for a part of an event is written again in the same bytes.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "stats/event.h"

namespace {

using namespace kohaku;
using namespace kohaku::stats;

template <std::size_t Most, class Part>
void expect_again(const Result<Part>& part, Bytes payload) {
  if (!part) return;
  std::array<std::byte, Most> out;
  const auto size = encode(*part, out);
  if (as_text(Bytes(out).first(size)) != as_text(payload)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes payload = std::as_bytes(std::span(data, size));
  expect_again<most_client_bytes>(decode_client(payload), payload);
  expect_again<most_target_bytes>(decode_target(payload), payload);
  if (const auto outcome = decode_outcome(payload)) {
    std::array<std::byte, outcome_bytes> out;
    encode(*outcome, out);
    if (as_text(Bytes(out)) != as_text(payload)) std::abort();
  }
  return 0;
}
