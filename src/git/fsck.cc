#include "git/fsck.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "git/command.h"

namespace kohaku::git {
namespace {

constexpr int an_hour = 3600;

// "notice: …" tells that there is no branch yet.
bool is_finding(std::string_view line) {
  return !line.empty() && !line.starts_with("notice: ") && !line.starts_with("dangling ");
}

void collect_findings(std::string_view text, std::vector<std::string>& findings) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (is_finding(text.substr(0, end))) findings.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

Result<std::vector<std::string>> fsck(const os::Path& directory) {
  auto command = git_command(
      directory, {"fsck", "--full", "--strict", "--no-dangling", "--no-progress", "--no-reflogs"});
  command.timeout_seconds = an_hour;
  const auto result = TRY(os::run_process(command));
  std::vector<std::string> findings;
  collect_findings(result.output, findings);
  collect_findings(result.errors, findings);
  if (result.exit_status != 0 && findings.empty()) {
    findings.push_back(fmt::format("git fsck ended with status {}", result.exit_status));
  }
  return findings;
}

}  // namespace kohaku::git
