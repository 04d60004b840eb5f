// A row of figures as a row of blocks: ▁▂▃▄▅▆▇█.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace kohaku::cli {

// One block for each figure, or, when there are more than `most`, for the mean of as many neighbours as it
// takes. The highest is full. Zero is the lowest block and nothing else is, so that a quiet day shows.
std::string sparkline(std::span<const std::int64_t> figures, std::size_t most);

}  // namespace kohaku::cli
