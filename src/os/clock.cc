#include "os/clock.h"

#include <chrono>

namespace kohaku::os {

Micros SystemClock::now() const {
  using namespace std::chrono;
  return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

}  // namespace kohaku::os
