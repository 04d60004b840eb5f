#include "cli/table.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "cli/terminal_text.h"

namespace kohaku::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t least_cut = 8;  // a name cut shorter than this tells nothing

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  std::vector<std::string> titles;
  titles.reserve(columns_.size());
  for (const auto& column : columns_) titles.push_back(column.title);
  add(std::move(titles), Style::bold);
}

void Table::add(std::vector<std::string> cells, Style style) {
  assert(cells.size() == columns_.size());
  for (auto& cell : cells) cell = printable(cell);
  rows_.push_back({std::move(cells), style});
}

std::vector<std::size_t> Table::widths(const Screen& screen) const {
  std::vector<std::size_t> found(columns_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      found[i] = std::max(found[i], columns(row.cells[i]));
    }
  }
  if (!screen.is_terminal) return found;
  std::size_t total = gap * (found.size() - 1);
  for (const auto width : found) total += width;
  for (std::size_t i = 0; i < found.size() && total > screen.width; ++i) {
    if (!columns_[i].may_be_cut || found[i] <= least_cut) continue;
    const auto taken = std::min(total - screen.width, found[i] - least_cut);
    found[i] -= taken;
    total -= taken;
  }
  return found;
}

std::string Table::line(const Row& row, const std::vector<std::size_t>& widths) const {
  std::string text;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const auto cell = cut(row.cells[i], widths[i]);
    const std::string space(widths[i] - columns(cell), ' ');
    if (i > 0) text += std::string(gap, ' ');
    text += columns_[i].align == Align::left ? cell + space : space + cell;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

void Table::print(const Screen& screen) const {
  const auto widths = this->widths(screen);
  for (const auto& row : rows_) {
    screen.print(screen.styled(line(row, widths), row.style) + "\n");
  }
}

}  // namespace kohaku::cli
