#include "hub/safetensors.h"

#include <algorithm>
#include <array>
#include <vector>

#include "hub/blob_facts.h"
#include "hub/tree_walk.h"

namespace kohaku::hub {
namespace {

constexpr std::string_view single_name = "model.safetensors";
constexpr std::string_view index_name = "model.safetensors.index.json";
constexpr std::size_t most_shards = 1000;
constexpr std::uint64_t length_bytes = 8;

bool is_digits(std::string_view text) {
  return text.size() == 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "model-00001-of-00005.safetensors"
bool is_shard(std::string_view name) {
  constexpr std::string_view begin = "model-";
  constexpr std::string_view middle = "-of-";
  constexpr std::string_view end = ".safetensors";
  if (!name.starts_with(begin) || !name.ends_with(end)) return false;
  name = name.substr(begin.size(), name.size() - begin.size() - end.size());
  return name.size() == 14 && is_digits(name.substr(0, 5)) &&
         name.substr(5, middle.size()) == middle && is_digits(name.substr(9));
}

std::uint64_t header_length(std::string_view bytes) {
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) {
    length = (length << 8U) | static_cast<unsigned char>(bytes[i]);
  }
  return length;
}

// Length of the header of a file whose first bytes these are; nothing for a lie.
std::optional<std::uint64_t> believable_length(std::string_view first, std::uint64_t file_size) {
  if (first.size() < length_bytes) return std::nullopt;
  const auto length = header_length(first);
  if (length > longest_safetensors_header || length + length_bytes > file_size) return std::nullopt;
  return length;
}

using Header = std::optional<std::string>;

Result<Header> read_large(Hub& hub, RepoId repo, const git::LfsPointer& pointer) {
  const auto object = TRY(hub.database.read_now([&](db::Connection& connection) {
    return store::ObjectStore::find(connection, repo, pointer.oid);
  }));
  if (!object || object->size < length_bytes) return std::nullopt;
  const auto length =
      believable_length(TRY(hub.objects.read_text(*object, 0, length_bytes)), object->size);
  if (!length) return std::nullopt;
  return TRY(hub.objects.read_text(*object, length_bytes, *length));
}

Result<Header> read_header(Hub& hub, RepoId repo, const git::Repository& repository,
                           const Sha1& blob) {
  const auto facts = TRY(blob_facts(hub, repo, repository, blob));
  if (facts.pointer) return read_large(hub, repo, *facts.pointer);
  if (facts.size > longest_safetensors_header) return std::nullopt;
  const auto bytes = TRY(repository.read(blob, git::ObjectType::blob, longest_safetensors_header));
  const auto length = believable_length(bytes, bytes.size());
  if (!length) return std::nullopt;
  return bytes.substr(length_bytes, *length);
}

std::vector<Sha1> files_of_model(const git::Tree& root) {
  if (const auto* single = git::find_entry(root, single_name); single != nullptr) {
    if (!single->is_tree()) return {single->id};
  }
  std::vector<Sha1> shards;
  if (git::find_entry(root, index_name) == nullptr) return shards;
  for (const auto& entry : root) {
    if (!entry.is_tree() && is_shard(entry.name)) shards.push_back(entry.id);
  }
  return shards;
}

}  // namespace

Result<std::optional<SafetensorsFacts>>
read_safetensors(Hub& hub, RepoId repo, const git::Repository& repository, const Sha1& root) {
  const auto files = files_of_model(*TRY(load_tree(repository, root)));
  if (files.empty() || files.size() > most_shards) return std::nullopt;
  SafetensorsFacts facts;
  for (const auto& file : files) {
    const auto header = TRY(read_header(hub, repo, repository, file));
    if (!header || !add_safetensors_header(*header, facts)) return std::nullopt;
  }
  return facts;
}

}  // namespace kohaku::hub
