// For whom an answer is printed.
#pragma once

namespace kohaku::cli {

enum class Format {
  text,  // people: tables, sparklines
  json,  // programs: the hub's answer, indented
  csv,   // programs and spreadsheets
};

}  // namespace kohaku::cli
