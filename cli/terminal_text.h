// Text that others wrote, made fit for a terminal, and measured as a terminal shows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kohaku::cli {

// The text with everything a terminal would act upon written out: control characters (C0, DEL, C1), marks
// that turn the direction of writing, and bytes that are not UTF-8. `\n`, `\t`, `\x1b`, `\u202e`.
std::string printable(std::string_view text);

// Columns that printable text takes: two for wide characters, none for combining ones.
std::size_t columns(std::string_view text);

// At most `most` columns of printable text; what was longer ends in `…`.
std::string cut(std::string_view text, std::size_t most);

// 1,234,567
std::string grouped(std::int64_t number);

}  // namespace kohaku::cli
