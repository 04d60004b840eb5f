#include "cli/terminal_text.h"

#include <fmt/format.h>
#include <locale.h>
#include <wchar.h>

#include <algorithm>

namespace kohaku::cli {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// Bytes of a sequence that begins with `lead`; 0 when none does (RFC 3629).
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

// The first character of a text that is not empty. What is not UTF-8 is one byte long and not valid.
Character first_character(std::string_view text) {
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<unsigned char>(text.front());
  const auto length = sequence_length(lead);
  if (length == 0 || length > text.size()) return {.code = lead};
  if (length == 1) return {.code = lead, .valid = true};
  char32_t code = lead & (0x7fU >> length);
  for (const char byte : text.substr(1, length - 1)) {
    const auto next = static_cast<unsigned char>(byte);
    if ((next & 0xc0U) != 0x80) return {.code = lead};
    code = (code << 6U) | (next & 0x3fU);
  }
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  if (code < least[length] || code > 0x10ffff || is_surrogate) return {.code = lead};
  return {.code = code, .bytes = length, .valid = true};
}

bool is_command(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);  // C0, DEL, C1
}

// Line and paragraph separators, and the marks that turn the direction: text could seem another.
bool is_misleading(char32_t code) {
  return code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

std::string written_out(Character character) {
  if (!character.valid || (character.code < 0x80 && character.code != '\n' &&
                           character.code != '\t' && character.code != '\r')) {
    return fmt::format("\\x{:02x}", static_cast<unsigned>(character.code));
  }
  switch (character.code) {
    case '\n': return "\\n";
    case '\t': return "\\t";
    case '\r': return "\\r";
    default: return fmt::format("\\u{:04x}", static_cast<unsigned>(character.code));
  }
}

// The C library knows how wide each character is, in a locale of UTF-8, whatever the user's own is.
std::size_t width_of(char32_t code) {
  if (code < 0x7f) return 1;
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return 1;
  const auto before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(code));
  uselocale(before);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto character = first_character(text);
    if (!character.valid || is_command(character.code) || is_misleading(character.code)) {
      shown += written_out(character);
    } else {
      shown += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return shown;
}

std::size_t columns(std::string_view text) {
  std::size_t sum = 0;
  while (!text.empty()) {
    const auto character = first_character(text);
    sum += width_of(character.code);
    text.remove_prefix(character.bytes);
  }
  return sum;
}

std::string cut(std::string_view text, std::size_t most) {
  if (columns(text) <= most) return std::string(text);
  std::string kept;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto character = first_character(text);
    used += width_of(character.code);
    if (used + 1 > most) break;  // one column is for the ellipsis
    kept += text.substr(0, character.bytes);
    text.remove_prefix(character.bytes);
  }
  return most == 0 ? "" : kept + "…";
}

std::string grouped(std::int64_t number) {
  auto digits = fmt::format("{}", number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (auto place = digits.size(); place > first + 3;) {
    place -= 3;
    digits.insert(place, ",");
  }
  return digits;
}

}  // namespace kohaku::cli
