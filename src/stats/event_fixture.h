// Events for tests.
#pragma once

#include <string>

#include "stats/event.h"

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

}  // namespace kohaku::stats
