// What is wrong with a repository's card (README.md), told before it is committed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kohaku::hub {

struct CardCheck {
  std::vector<std::string> errors;    // the card would not be understood
  std::vector<std::string> warnings;  // it would, but says less than it could

  bool is_valid() const { return errors.empty(); }
};

CardCheck check_card(std::string_view readme);

}  // namespace kohaku::hub
