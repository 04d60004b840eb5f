// How often something may be tried within a time, counted in bounded memory. Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/date.h"

namespace kohaku::hub {

class RateLimit {
 public:
  // `most` tries of one key within `window_seconds` from its first. Beyond `most_keys` the oldest
  // windows are forgotten.
  RateLimit(int most, int window_seconds, std::size_t most_keys = 20'000)
      : most_(most), window_seconds_(window_seconds), most_keys_(most_keys) {}

  // Counts one try; false when the key has used up its tries.
  bool try_once(std::string_view key, Micros now);
  // One try is not counted after all.
  void take_back(std::string_view key);
  // No try of this key is counted any more.
  void forget(std::string_view key);

  int window_seconds() const { return window_seconds_; }

 private:
  struct Window {
    Micros begin;
    int tries = 0;
  };
  void make_room(Micros now);
  bool is_over(const Window& window, Micros now) const;

  int most_;
  int window_seconds_;
  std::size_t most_keys_;
  std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
};

}  // namespace kohaku::hub
