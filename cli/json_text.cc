#include "cli/json_text.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "cli/terminal_text.h"

namespace kohaku::cli {
namespace {

namespace json = boost::json;

std::unexpected<Error> unlike(std::string_view name, std::string_view kind) {
  return fail(
      Code::internal,
      fmt::format("The hub's answer has no {} '{}'; is it a newer or older one?", kind, name));
}

// DEL and C1: in UTF-8, bytes 7f and c2 80 to c2 9f. Only strings can hold them.
std::string without_commands(std::string_view text) {
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte == 0x7f) {
      safe += "\\u007f";
    } else if (byte == 0xc2 && next < 0xa0) {
      safe += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      safe += text[i];
    }
  }
  return safe;
}

std::string in_one_line(const json::value& value) {
  return without_commands(json::serialize(value));
}

std::string indented(const json::value& value, std::size_t depth) {
  const std::string space((depth + 1) * 2, ' ');
  const bool is_object = value.is_object();
  std::string text;
  if (is_object) {
    for (const auto& member : value.get_object()) {
      text += fmt::format("{}{}{}: {}", text.empty() ? "\n" : ",\n", space,
                          in_one_line(member.key()), indented(member.value(), depth + 1));
    }
  } else if (value.is_array()) {
    for (const auto& element : value.get_array()) {
      text += (text.empty() ? "\n" : ",\n") + space + indented(element, depth + 1);
    }
  } else {
    return in_one_line(value);
  }
  if (text.empty()) return is_object ? "{}" : "[]";
  const std::string closing = "\n" + std::string(depth * 2, ' ');
  return is_object ? "{" + text + closing + "}" : "[" + text + closing + "]";
}

}  // namespace

Result<const json::value*> field(const json::value& object, std::string_view name) {
  const auto* members = object.if_object();
  const auto* found = members == nullptr ? nullptr : members->if_contains(name);
  if (found == nullptr) return unlike(name, "field");
  return found;
}

Result<std::int64_t> number_field(const json::value& object, std::string_view name) {
  const auto* found = TRY(field(object, name));
  if (const auto* number = found->if_int64()) return *number;
  return unlike(name, "whole number");
}

Result<std::string> text_field(const json::value& object, std::string_view name) {
  const auto* found = TRY(field(object, name));
  if (const auto* text = found->if_string()) return printable(*text);
  return unlike(name, "text");
}

Result<bool> truth_field(const json::value& object, std::string_view name) {
  const auto* found = TRY(field(object, name));
  if (const auto* truth = found->if_bool()) return *truth;
  return unlike(name, "true or false");
}

Result<const json::array*> list_field(const json::value& object, std::string_view name) {
  const auto* found = TRY(field(object, name));
  if (const auto* list = found->if_array()) return list;
  return unlike(name, "list");
}

std::string pretty(const json::value& value) { return indented(value, 0) + "\n"; }

}  // namespace kohaku::cli
