#include "git/repository.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "git/repository_state.h"

namespace kohaku::git {
namespace {

constexpr std::uint64_t most_tree = 64 << 20;
constexpr std::uint64_t most_commit = 4 << 20;
constexpr std::uint64_t most_small_blob = 64 << 10;
constexpr int most_tag_depth = 16;
constexpr std::size_t most_prefix_candidates = 10'000;

std::unexpected<Error> no_such_object(const Sha1& id) {
  return fail(Code::not_found, "The object does not exist.", id.hex());
}

std::size_t memory_of(const Tree& tree) {
  std::size_t bytes = tree.capacity() * sizeof(TreeEntry);
  for (const auto& entry : tree) {
    if (entry.name.size() > 15) bytes += entry.name.size() + 17;  // too long for the string itself
  }
  return bytes;
}

std::size_t memory_of(const Commit& commit) {
  return sizeof(Commit) + commit.message.size() + commit.parents.size() * Sha1::size + 128;
}

std::size_t memory_of(const std::string& text) { return text.size() + sizeof(std::string); }

// The cached value, or the one that `parse` makes of the content.
template <class T, class Parse>
Result<std::shared_ptr<const T>> cached(ObjectCache<T>& cache, const CacheKey& key, Parse parse) {
  if (auto value = cache.find(key)) return value;
  auto value = std::make_shared<const T>(TRY(parse()));
  cache.keep(key, value, memory_of(*value));
  return value;
}

Sha1 padded(std::string_view prefix, char digit) {
  std::string hex(prefix);
  hex.resize(Sha1::size * 2, digit);
  return *Sha1::from_hex(hex);
}

}  // namespace

Repository::Repository(std::shared_ptr<State> state) : state_(std::move(state)) {}
Repository::~Repository() = default;

const os::Path& Repository::directory() const { return state_->directory; }

Result<ObjectHeader> Repository::header(const Sha1& id) const { return state_->reader.header(id); }

Result<std::uint64_t> Repository::size(const Sha1& id) const { return state_->reader.size(id); }

Result<std::vector<Sha1>> Repository::ids() const {
  return state_->packs.ids_between(padded("", '0'), padded("", 'f'),
                                   std::numeric_limits<std::size_t>::max());
}

Result<std::string> Repository::read(const Sha1& id, ObjectType expected,
                                     std::uint64_t most) const {
  auto object = TRY(state_->reader.read(id, most));
  if (object.type != expected) return no_such_object(id);
  return std::move(object.content);
}

Result<std::shared_ptr<const Tree>> Repository::tree(const Sha1& id) const {
  return cached(state_->shared->trees, {state_->number, id}, [&]() -> Result<Tree> {
    if (id == empty_tree_id()) return Tree{};
    const auto content = TRY(read(id, ObjectType::tree, most_tree));
    return parse_tree(as_bytes(content));
  });
}

Result<std::shared_ptr<const Commit>> Repository::commit(const Sha1& id) const {
  return cached(state_->shared->commits, {state_->number, id}, [&]() -> Result<Commit> {
    return parse_commit(TRY(read(id, ObjectType::commit, most_commit)));
  });
}

Result<std::shared_ptr<const std::string>> Repository::small_blob(const Sha1& id) const {
  return cached(state_->shared->blobs, {state_->number, id},
                [&] { return read(id, ObjectType::blob, most_small_blob); });
}

Result<std::unique_ptr<BlobStream>> Repository::open_blob(const Sha1& id) const {
  return state_->reader.open_blob(id);
}

bool Repository::contains(const Sha1& id) const { return state_->reader.contains(id); }

Result<Sha1> Repository::peel_to_commit(const Sha1& id) const {
  auto target = id;
  for (int depth = 0; depth < most_tag_depth; ++depth) {
    const auto type = TRY(header(target)).type;
    if (type == ObjectType::commit) return target;
    if (type != ObjectType::tag) break;
    target = TRY(parse_tag(TRY(read(target, ObjectType::tag, most_commit)))).target;
  }
  return no_such_object(id);
}

Result<Sha1> Repository::find_commit_by_prefix(std::string_view prefix) const {
  const bool is_hex = prefix.find_first_not_of("0123456789abcdefABCDEF") == prefix.npos;
  if (prefix.size() < 5 || prefix.size() > 39 || !is_hex) {
    return fail(Code::not_found, "The commit does not exist.");
  }
  std::optional<Sha1> found;
  for (const auto& id : TRY(state_->packs.ids_between(padded(prefix, '0'), padded(prefix, 'f'),
                                                      most_prefix_candidates))) {
    if (TRY(header(id)).type != ObjectType::commit) continue;
    if (found) return fail(Code::not_found, "More than one commit begins with this.");
    found = id;
  }
  if (!found) return fail(Code::not_found, "The commit does not exist.");
  return *found;
}

Result<std::optional<TreeEntry>> Repository::find(const Sha1& root_tree,
                                                  std::string_view path) const {
  TreeEntry entry{.mode = mode_tree, .name = {}, .id = root_tree};
  while (!path.empty()) {
    if (!entry.is_tree()) return std::nullopt;
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    const auto folder = TRY(tree(entry.id));
    const auto* next = find_entry(*folder, segment);
    if (next == nullptr) return std::nullopt;
    entry = *next;
  }
  return entry;
}

Result<> Repository::publish(const StagedPack& pack) const { return state_->packs.publish(pack); }

Result<> Repository::remove(const std::vector<std::string>& packs) const {
  return state_->packs.remove(packs);
}

Result<> Repository::refresh() const { return state_->packs.refresh(); }

std::optional<std::uint64_t> Repository::known_commit_count(const Sha1& commit) const {
  const auto count = state_->shared->counts.find({state_->number, commit});
  return count ? std::optional(*count) : std::nullopt;
}

void Repository::remember_commit_count(const Sha1& commit, std::uint64_t count) const {
  state_->shared->counts.keep({state_->number, commit},
                              std::make_shared<const std::uint64_t>(count), sizeof count);
}

}  // namespace kohaku::git
