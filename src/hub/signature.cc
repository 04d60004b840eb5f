#include "hub/signature.h"

#include <fmt/format.h>

namespace kohaku::hub {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace

git::Signature signature_of(const User& user, Micros time) {
  return {.name = user.name,
          .email = fmt::format("{}+{}@users.noreply.kohakuhub", user.id.value, user.name),
          .time = time,
          .offset_minutes = 0};
}

Result<> check_message(std::string_view message) {
  if (message.find('\0') == message.npos) return {};
  return fail(Code::bad_request, "The message holds a NUL character, which git does not allow.");
}

std::string commit_message(std::string_view title, std::string_view description) {
  std::string message(trimmed(title));
  message += '\n';
  description = trimmed(description);
  if (!description.empty()) {
    message += '\n';
    message += description;
    message += '\n';
  }
  return message;
}

}  // namespace kohaku::hub
