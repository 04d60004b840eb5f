// The version of this program, as /api/version and `kohakuhub version` tell it.
#pragma once

#include <string_view>

namespace kohaku {

inline constexpr std::string_view version = "0.1.0";

}  // namespace kohaku
