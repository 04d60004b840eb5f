#include "git/quarantine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/hash.h"
#include "git/big_endian.h"

namespace kohaku::git {
namespace {

constexpr std::uint64_t most_memory = std::uint64_t{1} << 30U;
constexpr int most_silent_seconds = 900;
constexpr std::size_t most_lines = 10;
constexpr std::size_t pack_header = 12;

// The one repository below the quarantine's root, as Repositories lays it out.
constexpr RepoId only_repository{1};
constexpr std::string_view only_directory = "01/1.git";

// A program that reads what strangers send: nothing in it may grow without bound. Objects over the
// LFS threshold are refused in any case, so none needs much memory at once.
os::ProcessOptions guarded(os::ProcessOptions options) {
  options.environment.emplace_back("GIT_ALLOC_LIMIT=256m");
  options.most_memory = most_memory;
  options.timeout_seconds = most_silent_seconds;
  return options;
}

Result<std::uint32_t> count_objects(const os::Path& pack) {
  const auto file = TRY(os::open_for_reading(pack));
  std::array<std::byte, pack_header> header{};
  if (TRY(file.read_at(0, header)) != header.size())
    return fail_internal("a pack without a header");
  return read_u32(header, 8);
}

// Also without the right to write to it.
Result<> sync_file(const os::Path& path) {
  auto file = TRY(os::open_for_reading(path));
  return file.sync();
}

}  // namespace

Quarantine::Quarantine(os::Path repository, std::string name)
    : repository_(std::move(repository)),
      name_(std::move(name)),
      root_(repository_ / "staging" / name_),
      directory_(root_ / only_directory) {}

Quarantine::Quarantine(Quarantine&& other) noexcept
    : repository_(std::move(other.repository_)),
      name_(std::exchange(other.name_, {})),
      root_(std::move(other.root_)),
      directory_(std::move(other.directory_)) {}

Quarantine::~Quarantine() {
  if (!name_.empty()) std::ignore = os::remove_tree(root_);
}

Result<Quarantine> Quarantine::create(os::Path repository_directory) {
  Quarantine quarantine(std::move(repository_directory), "push-" + random_text(16));
  TRY(os::make_directories(quarantine.directory_ / "objects" / "pack"));
  return quarantine;
}

Result<std::shared_ptr<Repository>> Quarantine::open() const {
  return TRY(Repositories::open(root_))->get(only_repository);
}

os::ProcessOptions Quarantine::command(std::vector<std::string> arguments) const {
  auto options = guarded(git_command(repository_, std::move(arguments)));
  options.environment.push_back(
      fmt::format("GIT_OBJECT_DIRECTORY=staging/{}/{}/objects", name_, only_directory));
  options.environment.emplace_back("GIT_ALTERNATE_OBJECT_DIRECTORIES=objects");
  return options;
}

os::ProcessOptions Quarantine::index_pack_command(std::uint64_t most_bytes) const {
  return command({"-c", "core.bigFileThreshold=16m", "-c", "core.deltaBaseCacheLimit=32m",
                  "index-pack", "--stdin", "--fix-thin", "--strict",
                  fmt::format("--max-input-size={}", most_bytes)});
}

Result<std::optional<StagedPack>> Quarantine::finished_pack() const {
  const auto packs = directory_ / "objects" / "pack";
  for (const auto& entry : TRY(os::list(packs))) {
    if (!entry.name.starts_with("pack-") || !entry.name.ends_with(".pack")) continue;
    StagedPack pack;
    pack.name = entry.name.substr(0, entry.name.size() - 5);
    pack.pack_file = packs / entry.name;
    pack.index_file = packs / (pack.name + ".idx");
    pack.bytes = entry.size;
    pack.objects = TRY(count_objects(pack.pack_file));
    if (pack.objects == 0) return std::nullopt;
    TRY(sync_file(pack.pack_file));
    TRY(sync_file(pack.index_file));
    return pack;
  }
  return fail_internal("git index-pack left no pack");
}

std::vector<std::string> index_pack_refusal(std::string_view errors) {
  std::vector<std::string> lines;
  for (auto rest = errors; !rest.empty() && lines.size() < most_lines;) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    // "error: object {id}: {rule}: {what}"; everything else may speak of our directories.
    if (line.starts_with("error: object ")) lines.emplace_back(line.substr(7));
  }
  if (!lines.empty()) return lines;
  const auto says = [&](std::string_view words) { return errors.find(words) != errors.npos; };
  if (says("maximum allowed size")) return {"The push is larger than this server takes at once."};
  if (says("unresolved delta")) return {"Objects are missing that the pack builds upon."};
  if (says("over limit")) return {"An object is larger than this server takes without LFS."};
  return {"The pack is damaged or cut short."};
}

}  // namespace kohaku::git
