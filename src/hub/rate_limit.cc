#include "hub/rate_limit.h"

#include <algorithm>
#include <vector>

namespace kohaku::hub {

bool RateLimit::is_over(const Window& window, Micros now) const {
  return now >= window.begin.plus_seconds(window_seconds_);
}

bool RateLimit::try_once(std::string_view key, Micros now) {
  const std::scoped_lock lock(mutex_);
  std::string name(key.substr(0, 256));
  auto found = windows_.find(name);
  if (found == windows_.end()) {
    if (windows_.size() >= most_keys_) make_room(now);
    found = windows_.emplace(std::move(name), Window{now, 0}).first;
  } else if (is_over(found->second, now)) {
    found->second = {now, 0};
  }
  if (found->second.tries >= most_) return false;
  ++found->second.tries;
  return true;
}

void RateLimit::take_back(std::string_view key) {
  const std::scoped_lock lock(mutex_);
  const auto found = windows_.find(std::string(key.substr(0, 256)));
  if (found != windows_.end() && found->second.tries > 0) --found->second.tries;
}

void RateLimit::forget(std::string_view key) {
  const std::scoped_lock lock(mutex_);
  windows_.erase(std::string(key.substr(0, 256)));
}

// Drops what is over; if that is less than half, the older half of the rest.
void RateLimit::make_room(Micros now) {
  std::erase_if(windows_, [&](const auto& entry) { return is_over(entry.second, now); });
  if (windows_.size() < most_keys_ / 2) return;
  std::vector<Micros> begins;
  begins.reserve(windows_.size());
  for (const auto& [key, window] : windows_) begins.push_back(window.begin);
  const auto middle = begins.begin() + static_cast<std::ptrdiff_t>(begins.size() / 2);
  std::ranges::nth_element(begins, middle);
  std::erase_if(windows_, [&](const auto& entry) { return entry.second.begin <= *middle; });
}

}  // namespace kohaku::hub
