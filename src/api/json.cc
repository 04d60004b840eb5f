#include "api/json.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <cmath>

namespace kohaku::api {

JsonWriter& JsonWriter::open(char c) {
  separate();
  out_.push_back(c);
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char c) {
  out_.push_back(c);
  first_ = false;
  return *this;
}

void JsonWriter::separate() {
  if (!first_ && !after_key_) out_.push_back(',');
  first_ = false;
  after_key_ = false;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  write(name);
  out_.push_back(':');
  after_key_ = true;
  return *this;
}

void JsonWriter::raw(std::string_view json) {
  separate();
  out_.append(json);
}

void JsonWriter::write(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  separate();
  out_.push_back('"');
  for (const char c : text) {
    const auto value = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_.push_back('\\');
      out_.push_back(c);
    } else if (c == '\n') {
      out_.append("\\n");
    } else if (value < 0x20) {
      out_.append("\\u00");
      out_.push_back(digits[value >> 4U]);
      out_.push_back(digits[value & 15U]);
    } else {
      out_.push_back(c);
    }
  }
  out_.push_back('"');
}

void JsonWriter::write(double value) {
  if (!std::isfinite(value)) return raw("null");
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", value);
}

void JsonWriter::write(const boost::json::value& value) { raw(boost::json::serialize(value)); }

void JsonWriter::write_integer(std::int64_t value) {
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", value);
}

Result<boost::json::value> parse_json(std::string_view text) {
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = 32;
  auto value =
      boost::json::parse(boost::json::string_view(text.data(), text.size()), error, {}, options);
  if (error) {
    return fail(Code::bad_request, fmt::format("The body is not valid JSON: {}.", error.message()));
  }
  return value;
}

namespace json_internal {

std::unexpected<Error> wrong_type(std::string_view field, std::string_view wanted) {
  return fail(Code::bad_request, fmt::format("'{}' must be {}.", field, wanted));
}

}  // namespace json_internal
}  // namespace kohaku::api
