// What the request-level log keeps of an event (docs/access-logs.md lists the columns). The client's address
// is kept as a keyed hash only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "os/files.h"
#include "stats/country.h"
#include "stats/event.h"
#include "stats/policy.h"
#include "stats/recorded_event.h"
#include "stats/who.h"

namespace kohaku::stats {

// DuckDB reads an event from three files: a line of CSV for what is of one request alone, and lines of JSON
// for clients and targets, each of which has a number and stands there once. Lines are appended to `text`.
struct LogLine {
  EventOutcome outcome;
  Position after;  // the position behind the event
  std::uint32_t client;
  std::uint32_t target;
};
void append_line(std::string& text, const LogLine& line);
void append_client(std::string& text, std::uint32_t number, const EventClient& client,
                   const WhoKey& key, const Countries& countries);
void append_target(std::string& text, std::uint32_t number, const EventTarget& target);

// As the log and its queries name them.
std::string_view to_string(Door door);
std::string_view to_string(Traffic traffic);

// SQL: such files as a relation of the log's columns.
std::string select_rows(const os::Path& lines, const os::Path& clients, const os::Path& targets);
// SQL: makes the view `access_log` of these segments; without any it has the same columns and no rows.
std::string access_log_view(const std::vector<os::Path>& segments);

}  // namespace kohaku::stats
