// Events for tests.
#pragma once

#include <array>
#include <map>
#include <string>

#include "stats/recorded_event.h"

namespace kohaku::stats {

// Every field with a value of its own; told apart by `number`.
inline Event sample_event(std::int64_t number = 0) {
  Event event;
  event.at = {1'700'000'000'123'456 + number};
  event.repo = {number};
  event.owner = {77};
  event.type = RepoType::dataset;
  event.repository = "alice/data";
  event.door = Door::lfs_batch;
  event.method = "POST";
  event.status = 206;
  event.preview = true;
  event.download_counter = true;
  event.user = {5};
  event.address = "2001:db8::1";
  event.user_agent = "unknown/None; hf_hub/2.4.0; python/3.12.1; torch/2.5.0";
  event.who = Who::from_hex("00112233445566778899aabbccddeeff");
  event.path = "train/part-" + std::to_string(number) + ".parquet";
  event.revision = "refs/convert/parquet";
  event.files = {1, 0xFFFF'FFFF'FFFF'FFFF, 3};
  event.bytes = 1ULL << 40U;
  event.duration_micros = 1234;
  return event;
}

inline std::string encoded(const EventClient& client) {
  std::array<std::byte, most_client_bytes> out;
  return std::string(as_text(Bytes(out).first(encode(client, out))));
}
inline std::string encoded(const EventTarget& target) {
  std::array<std::byte, most_target_bytes> out;
  return std::string(as_text(Bytes(out).first(encode(target, out))));
}

// Events as a journal gives them back: each client and each target has one position.
class EventRecorder {
 public:
  // Valid as long as `event`.
  RecordedEvent record(const Event& event) {
    ++last_;
    return {event,
            event,
            event,
            place(encoded(static_cast<const EventClient&>(event))),
            place(encoded(static_cast<const EventTarget&>(event))),
            last_};
  }

 private:
  Position place(const std::string& part) { return places_.emplace(part, last_).first->second; }

  std::map<std::string, Position> places_;
  Position last_ = 0;
};

}  // namespace kohaku::stats
