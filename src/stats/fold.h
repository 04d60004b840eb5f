// Events become numbers. A Batch sums what events of a stretch of the journal add, without the database;
// apply() adds it in the transaction that moves the journal's position, so that nothing is counted twice
// or lost, however often the process dies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/result.h"
#include "db/connection.h"
#include "stats/country.h"
#include "stats/event.h"
#include "stats/journal.h"
#include "stats/policy.h"
#include "stats/who.h"

namespace kohaku::stats {

// Days since 1970-01-01, UTC.
std::int64_t day_of(Micros time);

// Clients name themselves as they like: beyond so many names of one repository, day, traffic and kind, they
// are "other".
inline constexpr std::size_t most_group_names = 200;

// What the counting depends on besides the events.
struct CountingRules {
  WhoKey key;
  Countries countries;
  std::int64_t window_seconds = 900;  // of a session; a divisor of 86,400
};

// One thread.
class Batch {
 public:
  explicit Batch(const CountingRules& rules) : rules_(rules) {}  // `rules` must outlive it
  void add(const RecordedEvent& read);
  std::size_t size() const { return events_; }

  // All of what follows is public to apply() and to its tests.
  struct SessionKey {
    RepoId repo;
    PolicyId policy;
    std::int64_t bucket;
    Who who;
    friend auto operator<=>(const SessionKey&, const SessionKey&) = default;
  };
  // As the first event of it has it.
  struct Session {
    Traffic traffic;
    bool authenticated;
    Client client;
    std::string country;
    std::unordered_set<std::uint64_t> files;  // of policy hub
  };
  // What needs no session to be known.
  struct Sums {
    std::int64_t huggingface = 0;
    std::int64_t huggingface_authenticated = 0;
    std::int64_t requests = 0;
    std::int64_t requests_authenticated = 0;
    std::int64_t bytes = 0;
    void add(const Sums& other);
  };
  struct DayKey {
    RepoId repo;
    std::int64_t day;
    Traffic traffic;
    friend auto operator<=>(const DayKey&, const DayKey&) = default;
  };
  struct GroupKey {
    DayKey day;
    bool is_country;
    std::string name;
    std::string detail;
    friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
  };

  const std::map<SessionKey, Session>& sessions() const { return sessions_; }
  const std::map<DayKey, Sums>& days() const { return days_; }
  const std::map<GroupKey, Sums>& groups() const { return groups_; }

 private:
  struct Agent {  // what a User-Agent says
    Traffic traffic;
    Client client;
  };
  struct ClientFacts {
    Agent agent;
    std::string country;
    bool authenticated;
    std::optional<Who> who;  // worked out when it is needed
    std::optional<Who> address;
  };
  // Events that differ in time, bytes and duration alone.
  struct KindKey {
    Position client;
    Position target;
    int status;
    friend bool operator==(const KindKey&, const KindKey&) = default;
  };
  struct KindHash {
    std::size_t operator()(const KindKey& key) const;
  };
  struct Kind {
    ClientFacts* client;
    bool is_download;
    bool is_huggingface;
    bool carries_content;
    Sums each;  // what one adds, but for its bytes
    // Where the last one was added.
    std::optional<std::int64_t> day = {};
    Sums* day_sums = nullptr;
    Sums* client_sums = nullptr;
    Sums* country_sums = nullptr;
    std::optional<std::int64_t> bucket = {};
    std::optional<std::int64_t> huggingface_bucket = {};
  };
  const Agent& agent(const std::string& text);
  ClientFacts& client(const RecordedEvent& read);
  Kind& kind(const RecordedEvent& read);
  void begin_day(Kind& kind, RepoId repo, std::int64_t day);
  void count_sessions(Kind& kind, const RecordedEvent& read);
  Session& session(const SessionKey& key, const ClientFacts& client);

  const CountingRules& rules_;
  std::size_t events_ = 0;
  std::map<SessionKey, Session> sessions_;
  std::map<DayKey, Sums> days_;
  std::map<GroupKey, Sums> groups_;
  // Many events of a batch are alike; what follows from the same is worked out once.
  std::unordered_map<std::string, Agent> agents_;
  std::unordered_map<Position, ClientFacts> clients_;
  std::unordered_map<KindKey, Kind, KindHash> kinds_;
};

// Up to where this node's journal is folded; 0 at first.
Result<Position> folded_position(db::Connection& connection, std::string_view node);

// Within a transaction; may run again. Repositories that are gone meanwhile are passed over.
Result<> apply(db::Connection& connection, const Batch& batch, std::string_view node,
               Position until);

// Removes sessions that no event can belong to any more: those that began before `before` (seconds since
// 1970), at most `most` rows. How many went.
Result<std::int64_t> remove_old_sessions(db::Connection& connection, std::int64_t before,
                                         std::int64_t most);

}  // namespace kohaku::stats
