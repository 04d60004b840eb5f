#include "stats/who.h"

#include <algorithm>

#include "base/hash.h"

namespace kohaku::stats {

Who WhoKey::hash(char kind, std::string_view text) const {
  std::string message;
  message.reserve(text.size() + 1);
  message.append(1, kind).append(text);
  const auto whole = hmac_sha256(secret_, as_bytes(message));
  Who who;
  std::ranges::copy_n(whole.bytes.begin(), Who::size, who.bytes.begin());
  return who;
}

Who WhoKey::of_user(AccountId user) const { return hash('u', std::to_string(user.value)); }

// A line break stands in no header and no address, so no two pairs look alike.
Who WhoKey::of_client(std::string_view address, std::string_view user_agent) const {
  return hash('c', std::string(address).append(1, '\n').append(program_of(user_agent)));
}

Who WhoKey::of_address(std::string_view address) const { return hash('a', address); }

Who WhoKey::of(const EventClient& client) const {
  if (client.who) return *client.who;
  if (client.user.value != 0) return of_user(client.user);
  return of_client(client.address, client.user_agent);
}

std::string_view program_of(std::string_view user_agent) {
  if (user_agent.find("hf_hub/") != user_agent.npos) return "hf";
  if (user_agent.find("hf_xet/") != user_agent.npos) return "hf";
  if (user_agent.starts_with("git/") || user_agent.starts_with("git-lfs/")) return "git";
  return user_agent;
}

}  // namespace kohaku::stats
