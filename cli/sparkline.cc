#include "cli/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

namespace kohaku::cli {
namespace {

constexpr std::array<std::string_view, 8> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

std::vector<double> means(std::span<const std::int64_t> figures, std::size_t count) {
  std::vector<double> found;
  for (std::size_t i = 0; i < count; ++i) {
    const auto first = i * figures.size() / count;
    const auto last = (i + 1) * figures.size() / count;
    double sum = 0;
    for (const auto figure : figures.subspan(first, last - first)) {
      sum += std::max(0.0, static_cast<double>(figure));
    }
    found.push_back(sum / static_cast<double>(last - first));
  }
  return found;
}

std::string_view block(double value, double highest) {
  if (value <= 0) return blocks.front();
  const double level = std::ceil(value / highest * (blocks.size() - 1));
  return blocks[std::clamp<std::size_t>(static_cast<std::size_t>(level), 1, blocks.size() - 1)];
}

}  // namespace

std::string sparkline(std::span<const std::int64_t> figures, std::size_t most) {
  const auto values = means(figures, std::min(figures.size(), most));
  if (values.empty()) return {};
  const double highest = std::ranges::max(values);
  std::string line;
  for (const double value : values) line += block(value, highest);
  return line;
}

}  // namespace kohaku::cli
