// Where a list that goes from new to old continues: behind the row of this time and id.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/result.h"

namespace kohaku::hub {

struct TimeCursor {
  Micros time{std::numeric_limits<std::int64_t>::max()};
  std::int64_t id = std::numeric_limits<std::int64_t>::max();  // among rows of one time
};

std::string to_text(const TimeCursor& cursor);  // "1700000000000000.7"
// "" is the beginning. bad_request for what no list gave.
Result<TimeCursor> parse_time_cursor(std::string_view text);

}  // namespace kohaku::hub
