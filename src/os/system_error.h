// What errno means in our vocabulary of failures.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace kohaku::os {

// "open /data/x: No such file or directory" as the detail, a neutral sentence as the message.
Error system_error(int number, std::string_view call, std::string_view what);

inline std::unexpected<Error> fail_system(int number, std::string_view call,
                                          const std::filesystem::path& path) {
  return std::unexpected(system_error(number, call, path.native()));
}

}  // namespace kohaku::os
