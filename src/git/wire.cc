#include "git/wire.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "git/pkt_line.h"

namespace kohaku::git {
namespace {

constexpr int most_silent_seconds = 600;  // counting the objects of a large repository says nothing

}  // namespace

int protocol_version(std::string_view header) {
  int highest = 0;
  while (!header.empty()) {
    const auto word = header.substr(0, header.find(':'));
    if (word == "version=1") highest = std::max(highest, 1);
    if (word == "version=2") highest = 2;
    header.remove_prefix(std::min(word.size() + 1, header.size()));
  }
  return highest;
}

std::string client_agent(std::string_view begun) {
  constexpr std::string_view name = "agent=";
  while (const auto line = read_pkt(begun).value_or(std::nullopt)) {
    begun.remove_prefix(line->consumed);
    const auto words = line->payload;
    const auto at = words.find(name);
    if (at == words.npos || (at > 0 && words[at - 1] != ' ')) continue;
    const auto agent = words.substr(at + name.size());
    return std::string(agent.substr(0, agent.find_first_of(" \n")));
  }
  return {};
}

os::ProcessOptions upload_pack_command(const os::Path& repository_directory, UploadPack what,
                                       int protocol) {
  std::vector<std::string> arguments = {"upload-pack", "--strict"};
  if (what != UploadPack::converse) arguments.emplace_back("--stateless-rpc");
  if (what == UploadPack::advertise) arguments.emplace_back("--http-backend-info-refs");
  arguments.emplace_back(".");
  auto options = git_command(repository_directory, std::move(arguments));
  if (protocol > 0) {
    options.environment.push_back("GIT_PROTOCOL=version=" + std::to_string(protocol));
  }
  options.timeout_seconds = most_silent_seconds;
  return options;
}

}  // namespace kohaku::git
