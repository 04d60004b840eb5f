// What events add, summed without the database.
#include <algorithm>

#include "stats/fold.h"

namespace kohaku::stats {
namespace {

// Of a file, or of a pack; not what tells where to find one.
bool carries_content(const EventTarget& target, int status) {
  if (status != 200 && status != 206) return false;
  switch (target.door) {
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

std::size_t Batch::KindHash::operator()(const KindKey& key) const {
  constexpr std::uint64_t odd = 0x9E37'79B9'7F4A'7C15;
  const auto both =
      static_cast<std::uint64_t>(key.client) * odd ^ static_cast<std::uint64_t>(key.target);
  return (both ^ static_cast<std::uint64_t>(key.status)) * odd >> 16U;
}

const Batch::Agent& Batch::agent(const std::string& text) {
  const auto known = agents_.find(text);
  if (known != agents_.end()) return known->second;
  return agents_.emplace(text, Agent{traffic_of(text), client_of(text)}).first->second;
}

Batch::ClientFacts& Batch::client(const RecordedEvent& read) {
  const auto known = clients_.find(read.client_at);
  if (known != clients_.end()) return known->second;
  const auto& client = read.client;
  ClientFacts facts{agent(client.user_agent),
                    rules_.countries.find(client.address).country,
                    client.user.value != 0,
                    {},
                    {}};
  return clients_.emplace(read.client_at, std::move(facts)).first->second;
}

Batch::Kind& Batch::kind(const RecordedEvent& read) {
  const auto status = read.outcome.status;
  const auto [at, is_new] = kinds_.try_emplace({read.client_at, read.target_at, status});
  auto& kind = at->second;
  if (!is_new) return kind;
  kind.is_download = is_download(read.target, status);
  kind.is_huggingface = is_huggingface_download(read.target, status);
  kind.carries_content = carries_content(read.target, status);
  kind.client = &client(read);
  const std::int64_t authenticated = kind.client->authenticated ? 1 : 0;
  if (kind.is_download) {
    kind.each.requests = 1;
    kind.each.requests_authenticated = authenticated;
  }
  // Each request for a model's query file.
  if (kind.is_huggingface && read.target.type == RepoType::model) {
    kind.each.huggingface = 1;
    kind.each.huggingface_authenticated = authenticated;
  }
  return kind;
}

void Batch::begin_day(Kind& kind, RepoId repo, std::int64_t day) {
  if (kind.day == day) return;
  const DayKey key{repo, day, kind.client->agent.traffic};
  kind.day = day;
  kind.day_sums = &days_[key];
  if (kind.each.requests + kind.each.huggingface == 0) return;
  const auto& client = kind.client->agent.client;
  kind.client_sums = &groups_[{key, false, client.library, client.version}];
  kind.country_sums = &groups_[{key, true, kind.client->country, {}}];
}

void Batch::add(const RecordedEvent& read) {
  ++events_;
  auto& kind = this->kind(read);
  const auto bytes =
      kind.carries_content ? static_cast<std::int64_t>(read.outcome.bytes) : std::int64_t{0};
  const bool is_counted = kind.each.requests + kind.each.huggingface > 0;
  if (bytes > 0 || is_counted) {
    begin_day(kind, read.target.repo, day_of(read.outcome.at));
    kind.day_sums->bytes += bytes;
  }
  if (is_counted) {
    for (auto* sums : {kind.day_sums, kind.client_sums, kind.country_sums}) sums->add(kind.each);
  }
  count_sessions(kind, read);
}

void Batch::count_sessions(Kind& kind, const RecordedEvent& read) {
  const auto repo = read.target.repo;
  auto& client = *kind.client;
  const auto bucket = bucket_of(read.outcome.at, rules_.window_seconds);
  if (kind.is_download && kind.bucket != bucket) {
    kind.bucket = bucket;
    if (!client.who) client.who = rules_.key.of(read.client);
    session({repo, PolicyId::hub, bucket, *client.who}, client)
        .files.insert(read.target.files.begin(), read.target.files.end());
  }
  if (!kind.is_huggingface || read.target.type == RepoType::model) return;
  const auto short_bucket = bucket_of(read.outcome.at, huggingface_window_seconds);
  if (kind.huggingface_bucket == short_bucket) return;
  kind.huggingface_bucket = short_bucket;
  if (!client.address) client.address = rules_.key.of_address(read.client.address);
  session({repo, PolicyId::huggingface, short_bucket, *client.address}, client);
}

Batch::Session& Batch::session(const SessionKey& key, const ClientFacts& client) {
  const auto known = sessions_.find(key);
  if (known != sessions_.end()) return known->second;
  return sessions_
      .emplace(
          key,
          Session{
              client.agent.traffic, client.authenticated, client.agent.client, client.country, {}})
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
