// Who downloads, without keeping who it was: keyed hashes (decision 18).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "stats/event.h"

namespace kohaku::stats {

class WhoKey {
 public:
  explicit WhoKey(std::array<std::byte, 32> secret) : secret_(secret) {}

  Who of_user(AccountId user) const;
  // Of an anonymous client. The agents of one program count as one.
  Who of_client(std::string_view address, std::string_view user_agent) const;
  Who of_address(std::string_view address) const;
  // The one it brings, else its user, else its address and program.
  Who of(const EventClient& client) const;

 private:
  Who hash(char kind, std::string_view text) const;
  std::array<std::byte, 32> secret_;
};

// "hf" for every agent with `hf_hub/` or `hf_xet/` in it, "git" for git and git-lfs, the others as sent.
std::string_view program_of(std::string_view user_agent);

}  // namespace kohaku::stats
