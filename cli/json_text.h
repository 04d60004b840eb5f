// The hub's JSON: read field by field, and printed.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kohaku::cli {

// internal, with the field's name, when `object` is none or its field is missing or of another kind.
Result<std::int64_t> number_field(const boost::json::value& object, std::string_view name);
// Fit for a terminal (terminal_text.h).
Result<std::string> text_field(const boost::json::value& object, std::string_view name);
Result<bool> truth_field(const boost::json::value& object, std::string_view name);
// Both point into `object`.
Result<const boost::json::value*> field(const boost::json::value& object, std::string_view name);
Result<const boost::json::array*> list_field(const boost::json::value& object,
                                             std::string_view name);

// Indented by two, fields in their order, a line break at the end. Characters that a terminal would act upon
// are written as \uXXXX, which is the same JSON.
std::string pretty(const boost::json::value& value);

}  // namespace kohaku::cli
