// What counts as a download: each policy is a row of data here, and all of them are computed from the one
// journal. The default is the hub's own (decisions 18 and 19).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stats/event.h"

namespace kohaku::stats {

// The values stand in the database: never renumber.
enum class PolicyId : std::uint8_t { hub = 0, huggingface = 1, requests = 2 };

struct Policy {
  PolicyId id;
  std::string_view name;           // as `?policy=` has it
  std::string_view column;         // of repository_day and repository_day_group
  std::string_view authenticated;  // column of repository_day
};

inline constexpr std::array<Policy, 3> policies = {{
    {PolicyId::hub, "hub", "downloads", "authenticated"},
    {PolicyId::huggingface, "huggingface", "huggingface", "huggingface_authenticated"},
    {PolicyId::requests, "requests", "requests", "requests_authenticated"},
}};
std::optional<Policy> policy_from(std::string_view name);

// Decision 19, of one event: a request that gave somebody a file, or the way to it.
bool is_download(const EventTarget& target, int status);
// What the public hub looks at. Models: a request, HEAD too, for a file that says what the model is.
// Datasets and spaces: any request for content, or one whose client says that it downloads; those of one
// address within 5 minutes are one download.
bool is_huggingface_download(const EventTarget& target, int status);
inline constexpr std::int64_t huggingface_window_seconds = 300;

// Whose requests these are, by what the client says of itself. The values stand in the database.
enum class Traffic : std::uint8_t { people = 0, ci = 1, robots = 2 };
Traffic traffic_of(std::string_view user_agent);

// The library behind a request and its version: the first that names itself, but for
// `unknown/None; hf_hub/2.4.0; …`, which is huggingface_hub. "" when it says nothing.
struct Client {
  std::string library;
  std::string version;
  friend auto operator<=>(const Client&, const Client&) = default;
};
Client client_of(std::string_view user_agent);

}  // namespace kohaku::stats
