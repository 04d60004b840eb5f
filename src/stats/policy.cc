#include "stats/policy.h"

#include <algorithm>

namespace kohaku::stats {
namespace {

// What the public hub asks for by default, and models in one file.
constexpr std::array<std::string_view, 5> query_files = {
    "config.json", "config.yaml", "hyperparams.yaml", "params.json", "meta.yaml"};

bool is_query_file(std::string_view path) {
  return std::ranges::find(query_files, path) != query_files.end() || path.ends_with(".gguf");
}

// 302 sends to the bytes elsewhere; 307 only to a new name of the repository.
bool gave_bytes(int status) { return status == 200 || status == 206 || status == 302; }

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (auto& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

// "Googlebot/2.1" and "a bot", but not "bottle/0.13".
bool names_a_bot(std::string_view agent) {
  for (auto at = agent.find("bot"); at != agent.npos; at = agent.find("bot", at + 1)) {
    const auto next = at + 3 < agent.size() ? agent[at + 3] : ' ';
    if (next < 'a' || next > 'z') return true;
  }
  return false;
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](auto word) { return text.find(word) != text.npos; });
}

bool may_stand_in_version(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '+' || c == '-' || c == '_';
}

bool may_stand_in_name(char c) { return may_stand_in_version(c) || c == '@'; }

std::string taken_while(std::string_view text, bool (*allowed)(char), std::size_t most) {
  const auto end = std::ranges::find_if_not(text, allowed);
  return std::string(text.substr(0, std::min<std::size_t>(most, end - text.begin())));
}

// "name/version" at the beginning of a text.
Client product(std::string_view text) {
  Client client{taken_while(text, may_stand_in_name, 64), {}};
  const auto after = text.substr(std::min(client.library.size(), text.size()));
  if (after.starts_with('/')) {
    client.version = taken_while(after.substr(1), may_stand_in_version, 32);
  }
  return client;
}

}  // namespace

std::optional<Policy> policy_from(std::string_view name) {
  const auto* found = std::ranges::find(policies, name, &Policy::name);
  return found == policies.end() ? std::nullopt : std::optional(*found);
}

bool is_download(const EventTarget& target, int status) {
  if (target.preview || target.files.empty()) return false;
  switch (target.door) {
    case Door::resolve:
    case Door::raw:
    case Door::xet_reconstruction: return target.method == "GET" && gave_bytes(status);
    case Door::lfs_batch:
    case Door::git_fetch: return status == 200;
    case Door::lfs_object:
    case Door::xet_fetch:
    case Door::metadata: break;
  }
  return false;
}

bool is_huggingface_download(const EventTarget& target, int status) {
  if (target.preview || status >= 400) return false;
  if (target.type != RepoType::model) {
    return target.download_counter || is_download(target, status);
  }
  return target.door == Door::resolve && (gave_bytes(status) || status == 304) &&
         is_query_file(target.path);
}

Traffic traffic_of(std::string_view user_agent) {
  const auto agent = lower(user_agent);
  if (contains_any(agent, {"is_ci/true", "ci/true", "github-actions", "gitlab-runner", "jenkins",
                           "circleci", "travis-ci", "buildkite", "azure-pipelines", "teamcity"})) {
    return Traffic::ci;
  }
  if (names_a_bot(agent) || contains_any(agent, {"crawler", "spider", "slurp", "scrapy",
                                                 "facebookexternalhit", "headlesschrome"})) {
    return Traffic::robots;
  }
  return Traffic::people;
}

Client client_of(std::string_view user_agent) {
  if (user_agent.starts_with("Mozilla/")) return {"browser", ""};
  auto client = product(user_agent);
  if (client.library != "unknown") return client;
  const auto hub = user_agent.find("hf_hub/");
  if (hub == user_agent.npos) return {};
  return {"huggingface_hub", product(user_agent.substr(hub)).version};
}

}  // namespace kohaku::stats
