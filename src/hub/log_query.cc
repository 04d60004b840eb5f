#include "hub/log_query.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/csv.h"
#include "http/text.h"
#include "hub/access_log.h"
#include "hub/log_work.h"
#include "stats/log_row.h"

namespace kohaku::hub {
namespace {

using Row = stats::DuckdbTable::Row;

// Characters, as far as a terminal counts them: bytes that do not continue one.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

// What a client wrote must not steer the operator's terminal.
std::string printable(const std::optional<std::string>& value) {
  std::string text = value.value_or("");
  for (auto& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

void add_line(std::string& out, const std::vector<std::string>& cells,
              const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += "  ";
    line += cells[i];
    line.append(widths[i] - width_of(cells[i]), ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

std::string as_table(const stats::DuckdbTable& table) {
  std::vector<std::vector<std::string>> lines{table.columns};
  for (const auto& row : table.rows) {
    auto& line = lines.emplace_back();
    std::ranges::transform(row, std::back_inserter(line), printable);
  }
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(line[i]));
    }
  }
  std::string out;
  for (const auto& line : lines) add_line(out, line, widths);
  return out;
}

std::string as_csv(const stats::DuckdbTable& table) {
  std::string out;
  const auto add = [&](const auto& cells, auto text) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += ',';
      out += csv_field(text(cells[i]));
    }
    out += '\n';
  };
  add(table.columns, [](const std::string& name) { return name; });
  for (const auto& row : table.rows) add(row, [](const auto& cell) { return cell.value_or(""); });
  return out;
}

std::string as_json(const stats::DuckdbTable& table) {
  std::string out = "[";
  for (const auto& row : table.rows) {
    out += out.size() == 1 ? "\n  {" : ",\n  {";
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += ", ";
      out += http::json_quote(table.columns[i]) + ": ";
      out += row[i] ? http::json_quote(*row[i]) : "null";
    }
    out += '}';
  }
  return out + "\n]\n";
}

}  // namespace

std::optional<TableFormat> table_format_from(std::string_view text) {
  if (text == "table") return TableFormat::text;
  if (text == "csv") return TableFormat::csv;
  if (text == "json") return TableFormat::json;
  return std::nullopt;
}

Result<stats::DuckdbTable> query_access_log(Hub& hub, const std::string& sql) {
  TRY(flush_access_log(hub));
  const LogWork::Reader reader(*hub.log_work);
  const auto segments =
      TRY(hub.database.read_now([](auto& c) { return stats::list_log_segments(c); }));
  stats::DuckdbScript script;
  for (const auto& segment : segments) {
    script.files.push_back(hub.log_work->place().directory / segment.name);
  }
  script.statements = {stats::access_log_view(script.files)};
  script.query = sql;
  auto table = hub.log_work->duckdb()->run(script);
  if (!table) return fail(Code::bad_request, table.error().detail);
  return table;
}

std::string to_text(const stats::DuckdbTable& table, TableFormat format) {
  switch (format) {
    case TableFormat::text: return as_table(table);
    case TableFormat::csv: return as_csv(table);
    case TableFormat::json: return as_json(table);
  }
  return {};
}

Result<stats::DuckdbTable> describe_segments(Hub& hub) {
  stats::DuckdbTable table;
  table.columns = {"segment", "rows", "bytes", "from", "to"};
  for (const auto& segment :
       TRY(hub.database.read_now([](auto& c) { return stats::list_log_segments(c); }))) {
    table.rows.push_back(Row{segment.name, std::to_string(segment.rows),
                             std::to_string(segment.bytes), iso_date(segment.first_at),
                             iso_date(segment.last_at)});
  }
  return table;
}

}  // namespace kohaku::hub
