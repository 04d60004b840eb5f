// What the journal costs a request: prints the bytes that an event takes there, and the nanoseconds of
// processor time for appending it, for making it durable, and for reading it back; once for requests that
// are all alike, once where each has a client and a file of its own.
// `stats_bench {empty directory on the disk to measure} [events]`
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "stats/event.h"
#include "stats/journal.h"

namespace {

using namespace kohaku;

constexpr int events_between_syncs = 12'000;  // 60,000 requests a second, synced every 200 ms

double processor_seconds() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

stats::Event make_event() {
  stats::Event event;
  event.repository = "an-organization/a-model-of-7b";
  event.method = "HEAD";
  event.address = "203.0.113.77";
  event.user_agent =
      "unknown/None; hf_hub/2.4.0; python/3.12.1; torch/2.5.0; session_id/0123456789abcdef";
  event.path = "model-00001-of-00004.safetensors";
  event.revision = "main";
  event.files = {0x0123456789ABCDEF};
  return event;
}

stats::Event alike(int number) {
  static const stats::Event event = make_event();
  auto next = event;
  next.at.value = number;
  return next;
}

stats::Event unlike(int number) {
  auto event = alike(number);
  event.address = "10." + std::to_string(number);
  event.path = "data/part-" + std::to_string(number) + ".parquet";
  event.files = {static_cast<std::uint64_t>(number)};
  return event;
}

struct Spent {
  double bytes = 0;
  double append = 0;
  double sync = 0;
  double read = 0;
};

Result<Spent> measure(const os::Path& directory, int events, stats::Event (*make)(int number)) {
  TRY(os::make_directories(directory));
  const auto opened = TRY(stats::Journal::open(directory));
  auto& journal = *opened;
  Spent spent;
  stats::Position position = TRY(journal.sync());
  std::vector<stats::Event> made(events_between_syncs);
  for (int done = 0; done < events; done += events_between_syncs) {
    for (int i = 0; i < events_between_syncs; ++i) made[i] = make(done + i);
    auto before = processor_seconds();
    for (const auto& event : made) journal.append(event);
    spent.append += processor_seconds() - before;
    before = processor_seconds();
    const auto until = TRY(journal.sync());
    spent.sync += processor_seconds() - before;
    spent.bytes += static_cast<double>(journal.bytes_after(position));
    before = processor_seconds();
    TRY(journal.read(position, until, [](const stats::RecordedEvent&) { return true; }));
    spent.read += processor_seconds() - before;
    position = until;
    TRY(journal.remove_before(position));
  }
  if (journal.counters().lost > 0) return fail_internal("events were lost");
  return spent;
}

bool print(const char* name, const os::Path& directory, int events,
           stats::Event (*make)(int number)) {
  const auto spent = measure(directory / name, events, make);
  if (!spent) {
    std::fprintf(stderr, "%s\n", spent.error().detail.c_str());
    return false;
  }
  const auto each = [&](double seconds) { return seconds * 1e9 / events; };
  std::printf("%s_bytes %.0f %s_append_ns %.0f %s_sync_ns %.0f %s_read_ns %.0f\n", name,
              spent->bytes / events, name, each(spent->append), name, each(spent->sync), name,
              each(spent->read));
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const int events = count > 2 ? std::atoi(arguments[2]) : 1'200'000;
  const os::Path directory = arguments[1];
  return print("alike", directory, events, alike) && print("unlike", directory, events, unlike) ? 0
                                                                                                : 1;
}
