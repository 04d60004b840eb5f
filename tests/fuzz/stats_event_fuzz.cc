// Payloads of the journal of events. What is taken for an event is written again in the same bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "stats/event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const kohaku::Bytes payload = std::as_bytes(std::span(data, size));
  const auto event = kohaku::stats::decode(payload);
  if (event && kohaku::stats::encode(*event) != kohaku::as_text(payload)) std::abort();
  return 0;
}
