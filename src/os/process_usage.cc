#include "os/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <system_error>

namespace kohaku::os {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

void read_memory(ProcessUsage& usage) {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  if (!(statm >> all >> resident)) return;
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  usage.virtual_bytes = all * page;
  usage.resident_bytes = resident * page;
}

std::uint64_t count_descriptors() {
  std::error_code error;
  std::uint64_t count = 0;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) ++count;
  return count > 0 ? count - 1 : 0;  // one of them to read this
}

// Since the machine came up, in ticks: the 22nd field. The second one is a name that may hold anything.
std::int64_t start_ticks() {
  std::ifstream stat("/proc/self/stat");
  stat.ignore(std::numeric_limits<std::streamsize>::max(), '(');
  std::string rest;
  std::getline(stat, rest);
  rest.erase(0, rest.rfind(')') + 1);
  std::size_t at = 0;  // of the space before the third field
  for (int field = 3; field < 22 && at != std::string::npos; ++field) at = rest.find(' ', at + 1);
  return at == std::string::npos || rest.empty() ? 0 : std::stoll(rest.substr(at));
}

std::int64_t boot_seconds() {
  std::ifstream stat("/proc/stat");
  for (std::string line; std::getline(stat, line);) {
    if (line.starts_with("btime ")) return std::stoll(line.substr(6));
  }
  return 0;
}

Micros read_start() {
  const auto micros_per_tick = 1'000'000 / ::sysconf(_SC_CLK_TCK);
  return {Micros::from_seconds(boot_seconds()).value + start_ticks() * micros_per_tick};
}

}  // namespace

ProcessUsage process_usage() {
  ProcessUsage usage;
  rusage times{};
  if (::getrusage(RUSAGE_SELF, &times) == 0) {
    usage.cpu_seconds = seconds(times.ru_utime) + seconds(times.ru_stime);
  }
  read_memory(usage);
  usage.open_descriptors = count_descriptors();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.most_descriptors = limit.rlim_cur;
  usage.started = read_start();
  return usage;
}

}  // namespace kohaku::os
