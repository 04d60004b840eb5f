// The rows of a download breakdown as text.
#pragma once

#include <string>
#include <string_view>

#include "hub/download_breakdown.h"

namespace kohaku::api {

enum class BreakdownFormat { csv, json, parquet };  // the last is made of the first

// The CSV header; "" for JSON, whose every row names its fields.
std::string_view breakdown_header(BreakdownFormat format);

// One line for each day.
void append_rows(std::string& out, const hub::RepoDownloads& repo, BreakdownFormat format);

}  // namespace kohaku::api
