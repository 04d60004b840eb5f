// What the request-level log keeps of an event (docs/access-logs.md lists the columns). The client's address
// is kept as a keyed hash only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "os/files.h"
#include "stats/country.h"
#include "stats/event.h"
#include "stats/journal.h"
#include "stats/policy.h"
#include "stats/who.h"

namespace kohaku::stats {

// Events as lines of JSON, which DuckDB reads. What follows from the client alone is worked out once for
// many events. One thread; key and countries must outlive it.
class LogRows {
 public:
  LogRows(const WhoKey& key, const Countries& countries) : key_(key), countries_(countries) {}

  // `after`: the position after the event's record.
  std::string row(const Event& event, Position after);

 private:
  const std::string& client(const Event& event);

  const WhoKey& key_;
  const Countries& countries_;
  std::unordered_map<std::string, std::string> clients_;  // fields of rows
};

// As the log and its queries name them.
std::string_view to_string(Door door);
std::string_view to_string(Traffic traffic);

// SQL: such lines in a file as a relation of the log's columns.
std::string select_rows(const os::Path& lines);
// SQL: makes the view `access_log` of these segments; without any it has the same columns and no rows.
std::string access_log_view(const std::vector<os::Path>& segments);

}  // namespace kohaku::stats
