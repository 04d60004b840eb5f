#include "git/maintenance.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "git/command.h"
#include "git/mapped_file.h"
#include "git/pack_index.h"

namespace kohaku::git {
namespace {

constexpr int six_hours = 6 * 3600;

// Deltas of large files cost memory to make and to read.
const std::vector<std::string> pack_settings = {
    "-c", "core.bigFileThreshold=16m", "-c", "pack.threads=1", "-c", "pack.windowMemory=64m"};

os::ProcessOptions slow_command(const os::Path& directory, std::vector<std::string> arguments) {
  auto command = git_command(directory, {});
  command.arguments.insert(command.arguments.end(), pack_settings.begin(), pack_settings.end());
  for (auto& argument : arguments) command.arguments.push_back(std::move(argument));
  command.timeout_seconds = six_hours;
  return command;
}

Result<> measure(StagedPack& pack) {
  pack.bytes = TRY(TRY(os::open_for_reading(pack.pack_file)).size());
  const auto content = TRY(MappedFile::open(pack.index_file));
  pack.objects = TRY(IndexView::parse(content.bytes())).count();
  return {};
}

// What git wrote under `prefix`: its name, synced, with the object count from the index.
Result<StagedPack> adopt(const os::Path& prefix, std::string_view output) {
  const auto checksum = Sha1::from_hex(output.substr(0, output.find('\n')));
  if (!checksum) return fail_internal("git pack-objects made no pack");
  const auto stem = prefix.native() + "-" + checksum->hex();
  StagedPack staged{
      .name = "pack-" + checksum->hex(), .pack_file = stem + ".pack", .index_file = stem + ".idx"};
  auto pack = TRY(os::open_for_reading(staged.pack_file));
  auto index = TRY(os::open_for_reading(staged.index_file));
  TRY(pack.sync());
  TRY(index.sync());
  TRY(measure(staged));
  return staged;
}

os::Path new_prefix(const os::Path& staging_directory) {
  return std::filesystem::absolute(staging_directory) / ("repack_" + random_text(12));
}

// Removes what an attempt left behind.
void remove_attempt(const os::Path& prefix) {
  const auto entries = os::list(prefix.parent_path());
  if (!entries) return;
  for (const auto& entry : *entries) {
    if (!entry.name.starts_with(prefix.filename().native())) continue;
    std::ignore = os::remove_file(prefix.parent_path() / entry.name);
  }
}

Result<StagedPack> pack_objects(const os::Path& directory, const os::Path& staging_directory,
                                std::vector<std::string> arguments, std::string input) {
  const auto prefix = new_prefix(staging_directory);
  std::vector<std::string> all = {"pack-objects", "-q", "--delta-base-offset"};
  for (auto& argument : arguments) all.push_back(std::move(argument));
  all.push_back(prefix.native());
  auto command = slow_command(directory, std::move(all));
  command.input = std::move(input);
  auto staged = [&]() -> Result<StagedPack> { return adopt(prefix, TRY(run_git(command))); }();
  if (!staged) remove_attempt(prefix);
  return staged;
}

}  // namespace

std::vector<std::string> packs_to_roll_up(std::vector<PackSize> packs) {
  std::sort(packs.begin(), packs.end(), [](const PackSize& a, const PackSize& b) {
    return a.objects != b.objects ? a.objects < b.objects : a.name < b.name;
  });
  // From the largest down, packs stand while each has twice the objects of the next; what is below
  // is rolled up, and then whatever the sum outgrows.
  std::size_t split = packs.empty() ? 0 : packs.size() - 1;
  while (split > 0 && packs[split].objects >= 2 * packs[split - 1].objects) --split;
  if (split == 0) return {};
  std::uint64_t sum = 0;
  std::size_t end = 0;
  while (end < packs.size() && (end <= split - 1 || packs[end].objects < 2 * sum)) {
    sum += packs[end++].objects;
  }
  std::vector<std::string> names;
  names.reserve(end);
  for (std::size_t i = 0; i < end; ++i) names.push_back(packs[i].name);
  return names;
}

Result<StagedPack> consolidate(const os::Path& repository_directory,
                               const os::Path& staging_directory,
                               const std::vector<std::string>& packs) {
  std::string names;
  for (const auto& name : packs) names += name + ".pack\n";
  return pack_objects(repository_directory, staging_directory, {"--stdin-packs"}, std::move(names));
}

Result<StagedPack> collect_reachable(const os::Path& repository_directory,
                                     const os::Path& staging_directory) {
  return pack_objects(repository_directory, staging_directory,
                      {"--all", "--revs", "--keep-true-parents", "--non-empty"}, {});
}

Result<bool> hold_everything(const os::Path& repository_directory,
                             const os::Path& staging_directory,
                             const std::vector<std::string>& packs) {
  const auto alone = std::filesystem::absolute(staging_directory) / ("walk_" + random_text(12));
  const auto walked = [&]() -> Result<os::ProcessResult> {
    TRY(os::make_directories(alone / "pack"));
    for (const auto& name : packs) {
      for (const auto* extension : {".pack", ".idx"}) {
        const auto file = name + extension;
        TRY(os::hard_link(repository_directory / "objects" / "pack" / file, alone / "pack" / file));
      }
    }
    auto command =
        slow_command(repository_directory, {"rev-list", "--objects", "--quiet", "--all"});
    command.environment.push_back("GIT_OBJECT_DIRECTORY=" + alone.native());
    return os::run_process(command);
  }();
  std::ignore = os::remove_tree(alone);
  if (!walked) return std::unexpected(walked.error());
  return walked->exit_status == 0;
}

Result<> index_packs(const os::Path& repository_directory, const std::vector<std::string>& packs) {
  auto command = slow_command(repository_directory, {"multi-pack-index", "write", "--bitmap",
                                                     "--stdin-packs", "--no-progress"});
  for (const auto& name : packs) command.input += name + ".idx\n";
  TRY(run_git(command));
  return {};
}

Result<> write_commit_graph(const os::Path& repository_directory) {
  TRY(run_git(slow_command(repository_directory, {"commit-graph", "write", "--reachable",
                                                  "--changed-paths", "--no-progress"})));
  return {};
}

Result<StagedPack> find_pack(const os::Path& repository_directory, const std::string& name) {
  const auto stem = (repository_directory / "objects" / "pack" / name).native();
  StagedPack pack{.name = name, .pack_file = stem + ".pack", .index_file = stem + ".idx"};
  TRY(measure(pack));
  return pack;
}

Result<> remove_packs(const os::Path& repository_directory, const std::vector<std::string>& packs) {
  const auto directory = repository_directory / "objects" / "pack";
  for (const auto& name : packs) {
    // The index first, so that nobody finds a pack that is half gone.
    for (const auto* extension : {".idx", ".rev", ".bitmap", ".pack"}) {
      TRY(os::remove_file(directory / (name + extension)));
    }
  }
  return os::sync_directory(directory);
}

}  // namespace kohaku::git
