// What counting costs a request: prints the nanoseconds of processor time that appending one event of about
// 250 bytes to the journal takes, with what the consumer spends on making it durable, and with what reading
// it back costs. `stats_bench {directory on the disk to measure} [events]`
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string>

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

struct Spent {
  double append = 0;
  double sync = 0;
  double read = 0;
};

Result<Spent> measure(stats::Journal& journal, int events) {
  Spent spent;
  stats::Position position = TRY(journal.sync());
  auto event = make_event();
  for (int done = 0; done < events; done += events_between_syncs) {
    auto before = processor_seconds();
    for (int i = 0; i < events_between_syncs; ++i) {
      ++event.at.value;
      journal.append(event);
    }
    spent.append += processor_seconds() - before;
    before = processor_seconds();
    const auto until = TRY(journal.sync());
    spent.sync += processor_seconds() - before;
    before = processor_seconds();
    TRY(journal.read(position, until, [](const stats::Event&, stats::Position) { return true; }));
    spent.read += processor_seconds() - before;
    position = until;
    TRY(journal.remove_before(position));
  }
  return spent;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const int events = count > 2 ? std::atoi(arguments[2]) : 1'200'000;
  auto journal = stats::Journal::open(arguments[1]);
  if (!journal) return 1;
  const auto spent = measure(**journal, events);
  if (!spent || (*journal)->counters().lost > 0) return 1;
  const auto each = [&](double seconds) { return seconds * 1e9 / events; };
  std::printf("bytes %zu append_ns %.0f sync_ns %.0f read_ns %.0f\n",
              stats::encode(make_event()).size() + 8, each(spent->append), each(spent->sync),
              each(spent->read));
  return 0;
}
