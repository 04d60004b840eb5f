// How quickly the journal's events become numbers: prints events folded per second, transactions and disk
// included, for heads of one client and for sessions of many clients (two heads, four files and two ranges
// each) over 1,000 repositories. `fold_bench {empty directory on the disk to measure} [events]`
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "db/database.h"
#include "os/files.h"
#include "stats/consumer.h"
#include "stats/event.h"
#include "stats/journal.h"

namespace {

using namespace kohaku;
using Clock = std::chrono::steady_clock;

constexpr int repositories = 1'000;

Result<> add_repositories(db::Connection& connection) {
  TRY(connection.script("INSERT INTO account (id, kind, name, lookup_name, created_at) "
                        "VALUES (1, 'user', 'ada', 'ada', 0)"));
  for (int id = 1; id <= repositories; ++id) {
    TRY(connection
            .sql("INSERT INTO repository (id, type, owner_id, name, lookup_name, created_at, "
                 "updated_at) VALUES (?1, 'model', 1, ?2, ?2, 0, 0)")
            .bind(id, "model_" + std::to_string(id))
            .run());
  }
  return {};
}

stats::Event head_of_one_client(int number) {
  stats::Event event;
  event.at = Micros::from_seconds(1'700'000'000).plus_seconds(number / 60'000);
  event.repo = {1};
  event.owner = {1};
  event.repository = "ada/model_1";
  event.method = "HEAD";
  event.address = "203.0.113.77";
  event.user_agent =
      "unknown/None; hf_hub/2.4.0; python/3.12.1; torch/2.5.0; session_id/0123456789";
  event.path = "model-00001-of-00004.safetensors";
  event.revision = "main";
  event.files = {1};
  return event;
}

stats::Event request_of_many(int number) {
  auto event = head_of_one_client(number);
  const int client = number / 8;
  const int step = number % 8;
  event.at = Micros::from_seconds(1'700'000'000).plus_seconds(number / 500);
  event.repo = {1 + client % repositories};
  event.address = "10." + std::to_string(client >> 16U & 255) + "." +
                  std::to_string(client >> 8U & 255) + "." + std::to_string(client & 255);
  event.method = step < 2 ? "HEAD" : "GET";
  event.status = step < 6 ? 200 : 206;
  event.files = {static_cast<std::uint64_t>(step < 6 ? step : 5)};
  event.bytes = step < 2 ? 0 : 100'000;
  return event;
}

Result<double> events_per_second(const os::Path& directory, int events,
                                 stats::Event (*make)(int number)) {
  TRY(os::make_directories(directory));
  const auto database = TRY(db::Database::open((directory / "hub.db").string()));
  TRY(database->write_now(add_repositories));
  const auto journal = TRY(stats::Journal::open(
      directory / "events", {.segments_ahead = static_cast<std::size_t>(events) / 20'000 + 1}));
  TRY(journal->sync());
  for (int number = 0; number < events; ++number) journal->append(make(number));
  stats::Consumer consumer(*journal, *database, {stats::WhoKey({}), {}, 900});
  const auto start = Clock::now();
  while (TRY(consumer.step())) {
  }
  const std::chrono::duration<double> spent = Clock::now() - start;
  if (journal->counters().lost > 0) return fail_internal("events were lost");
  return events / spent.count();
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const int events = count > 2 ? std::atoi(arguments[2]) : 400'000;
  const os::Path directory = arguments[1];
  const auto heads = events_per_second(directory / "heads", events, head_of_one_client);
  const auto sessions = events_per_second(directory / "sessions", events, request_of_many);
  if (!heads || !sessions) {
    std::fprintf(stderr, "%s\n", (heads ? sessions : heads).error().detail.c_str());
    return 1;
  }
  std::printf("heads_per_second %.0f sessions_events_per_second %.0f\n", *heads, *sessions);
  return 0;
}
