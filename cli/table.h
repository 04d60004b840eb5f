// A table with aligned columns, for people.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/screen.h"

namespace kohaku::cli {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::right;
  bool may_be_cut = false;  // on a terminal that is too narrow
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // As many cells as there are columns. What a terminal would act upon is written out (terminal_text.h).
  void add(std::vector<std::string> cells, Style style = Style::plain);
  void print(const Screen& screen) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    Style style;
  };
  std::vector<std::size_t> widths(const Screen& screen) const;
  std::string line(const Row& row, const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace kohaku::cli
