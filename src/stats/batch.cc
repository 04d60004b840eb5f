// What events add, summed without the database.
#include <algorithm>

#include "stats/fold.h"

namespace kohaku::stats {
namespace {

// Of a file, or of a pack; not what tells where to find one.
bool carries_content(const Event& event) {
  if (event.status != 200 && event.status != 206) return false;
  switch (event.door) {
    case Door::resolve:
    case Door::raw:
    case Door::lfs_object:
    case Door::xet_fetch:
    case Door::git_fetch: return true;
    case Door::lfs_batch:
    case Door::xet_reconstruction:
    case Door::metadata: break;
  }
  return false;
}

std::int64_t bucket_of(Micros time, std::int64_t window_seconds) {
  return time.seconds() / window_seconds * window_seconds;
}

}  // namespace

std::int64_t day_of(Micros time) { return time.seconds() / 86'400; }

struct Batch::Facts {
  DayKey day;
  bool authenticated;
  bool is_download;
  bool is_huggingface;
  const Client* client = nullptr;
  std::string country = {};
};

const Batch::Agent& Batch::agent(const std::string& text) {
  const auto known = agents_.find(text);
  if (known != agents_.end()) return known->second;
  return agents_.emplace(text, Agent{traffic_of(text), client_of(text)}).first->second;
}

const Who& Batch::who(const Event& event) {
  if (event.who) return *event.who;
  std::string text;
  if (event.user.value != 0) text = std::to_string(event.user.value);
  else text.append(event.address).append(1, '\n').append(event.user_agent);
  const auto known = whos_.find(text);
  if (known != whos_.end()) return known->second;
  return whos_.emplace(std::move(text), rules_.key.of(event)).first->second;
}

void Batch::add(const Event& event) {
  ++events_;
  Facts facts{{event.repo, day_of(event.at), Traffic::people},
              event.user.value != 0,
              is_download(event),
              is_huggingface_download(event)};
  const bool has_bytes = event.bytes > 0 && carries_content(event);
  if (!facts.is_download && !facts.is_huggingface && !has_bytes) return;
  const auto& said = agent(event.user_agent);
  facts.day.traffic = said.traffic;
  if (has_bytes) days_[facts.day].bytes += static_cast<std::int64_t>(event.bytes);
  if (!facts.is_download && !facts.is_huggingface) return;
  facts.client = &said.client;
  facts.country = rules_.countries.find(event.address).country;
  count_request(event, facts);
  count_sessions(event, facts);
}

// Each request that downloads; and each for a model's query file.
void Batch::count_request(const Event& event, const Facts& facts) {
  Sums sums;
  if (facts.is_download) {
    sums.requests = 1;
    sums.requests_authenticated = facts.authenticated ? 1 : 0;
  }
  if (facts.is_huggingface && event.type == RepoType::model) {
    sums.huggingface = 1;
    sums.huggingface_authenticated = facts.authenticated ? 1 : 0;
  }
  if (sums.requests + sums.huggingface == 0) return;
  days_[facts.day].add(sums);
  groups_[{facts.day, false, facts.client->library, facts.client->version}].add(sums);
  groups_[{facts.day, true, facts.country, {}}].add(sums);
}

void Batch::count_sessions(const Event& event, const Facts& facts) {
  if (facts.is_download) {
    const SessionKey key{event.repo, PolicyId::hub, bucket_of(event.at, rules_.window_seconds),
                         who(event)};
    session(key, facts).files.insert(event.files.begin(), event.files.end());
  }
  if (facts.is_huggingface && event.type != RepoType::model) {
    auto known = addresses_.find(event.address);
    if (known == addresses_.end()) {
      known = addresses_.emplace(event.address, rules_.key.of_address(event.address)).first;
    }
    session({event.repo, PolicyId::huggingface, bucket_of(event.at, huggingface_window_seconds),
             known->second},
            facts);
  }
}

Batch::Session& Batch::session(const SessionKey& key, const Facts& facts) {
  const auto known = sessions_.find(key);
  if (known != sessions_.end()) return known->second;
  return sessions_
      .emplace(key,
               Session{facts.day.traffic, facts.authenticated, *facts.client, facts.country, {}})
      .first->second;
}

void Batch::Sums::add(const Sums& other) {
  huggingface += other.huggingface;
  huggingface_authenticated += other.huggingface_authenticated;
  requests += other.requests;
  requests_authenticated += other.requests_authenticated;
  bytes += other.bytes;
}

}  // namespace kohaku::stats
