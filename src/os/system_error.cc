#include "os/system_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace kohaku::os {

Error system_error(int number, std::string_view call, std::string_view what) {
  auto detail = fmt::format("{} {}: {}", call, what, std::generic_category().message(number));
  switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:  // also what a file size limit answers
      return {Code::insufficient_storage, "The server's storage is full.", std::move(detail)};
    case ENOENT: return {Code::not_found, "Not found.", std::move(detail)};
    case EEXIST: return {Code::conflict, "It exists already.", std::move(detail)};
    case EMFILE:
    case ENFILE: return {Code::unavailable, "The server is busy, try again.", std::move(detail)};
    default: return internal_error(std::move(detail));
  }
}

}  // namespace kohaku::os
