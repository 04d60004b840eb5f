// Rules for text inside HTTP messages: case, safe header values, JSON strings of error answers.
#pragma once

#include <string>
#include <string_view>

namespace kohaku::http {

// ASCII. Inline, since most names already differ in length.
bool equal_letters(std::string_view a, std::string_view b);  // of equal length
inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && equal_letters(a, b);
}
std::string_view trim(std::string_view text);  // spaces and tabs at both ends

// Whether every character is printable ASCII without spaces.
bool is_visible_ascii(std::string_view text);

// Any text as a header value: control characters become spaces, bytes outside ASCII are percent
// encoded; cut after about 1 KiB.
std::string header_text(std::string_view text);

// A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
std::string json_quote(std::string_view text);

}  // namespace kohaku::http
