// A hub with a journal, whose events are folded as the server's job does it.
#pragma once

#include <memory>
#include <string>

#include "hub/access_log.h"
#include "hub/accounts_fixture.h"
#include "hub/counting.h"
#include "hub/log_work.h"
#include "stats/duckdb_fixture.h"
#include "stats/fold.h"

namespace kohaku::hub {

class AccessLogTest : public AccountsTest {
 protected:
  AccessLogTest() {
    config().data_dir = directory();
    hub().log_work = std::make_shared<LogWork>(config());
    hub().journal = ok(stats::Journal::open(directory() / "events"));
  }

  static stats::Event event_of(AccountId owner, RepoId repo, Micros at) {
    stats::Event event;
    event.at = at;
    event.repo = repo;
    event.owner = owner;
    event.repository = "of/then";
    event.method = "GET";
    event.address = "203.0.113.7";
    event.user_agent = "curl/8.0";
    event.path = "config.json";
    event.revision = "main";
    event.files = {7};
    event.bytes = 100;
    event.duration_micros = 1499;
    return event;
  }

  // Appends and folds.
  void count(const stats::Event& event) {
    hub().journal->append(event);
    fold();
  }
  void fold() {
    const auto rules = ok(counting_rules(hub()));
    const auto& node = hub().journal->node();
    const auto until = ok(hub().journal->sync());
    const auto from =
        ok(hub().database.read_now([&](auto& c) { return stats::folded_position(c, node); }));
    stats::Batch batch(rules);
    ok(hub().journal->read(from, until, [&](const stats::RecordedEvent& read) -> Result<bool> {
      batch.add(read);
      return true;
    }));
    ok(hub().database.write_now([&](auto& c) { return stats::apply(c, batch, node, until); }));
  }

  std::vector<stats::LogSegment> segments() {
    return ok(hub().database.read_now([](auto& c) { return stats::list_log_segments(c); }));
  }
  std::size_t files() {
    std::size_t count = 0;
    const auto& place = hub().log_work->place().directory;
    if (!os::exists(place)) return 0;
    for (const auto& entry : ok(os::list(place))) count += entry.is_directory ? 0 : 1;
    return count;
  }
};

}  // namespace kohaku::hub
