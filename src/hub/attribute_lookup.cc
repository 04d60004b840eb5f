#include "hub/attribute_lookup.h"

namespace kohaku::hub {

Result<const git::Attributes*> AttributeLookup::in_folder(std::string_view folder) {
  auto place = files_.find(folder);
  if (place == files_.end()) {
    auto path = folder.empty() ? std::string() : std::string(folder) + "/";
    path += attributes_name;
    std::optional<git::Attributes> parsed;
    if (const auto text = TRY(load_(path))) parsed = git::Attributes::parse(*text);
    place = files_.emplace(folder, std::move(parsed)).first;
  }
  return place->second ? &*place->second : nullptr;
}

Result<std::optional<bool>> AttributeLookup::is_lfs(std::string_view path) {
  auto slash = path.rfind('/');
  while (true) {
    const bool at_root = slash == path.npos;
    const auto folder = at_root ? std::string_view{} : path.substr(0, slash);
    if (const auto* attributes = TRY(in_folder(folder))) {
      const auto verdict = attributes->is_lfs(at_root ? path : path.substr(slash + 1));
      if (verdict) return verdict;
    }
    if (at_root) return std::nullopt;
    slash = slash == 0 ? path.npos : path.rfind('/', slash - 1);
  }
}

Result<std::optional<std::string>> read_rules_file(const git::Repository& repository,
                                                   const std::optional<git::TreeEntry>& entry) {
  if (!entry || (entry->mode != git::mode_file && entry->mode != git::mode_executable)) {
    return std::nullopt;
  }
  auto text = repository.read(entry->id, git::ObjectType::blob, longest_rules_file);
  if (text) return std::move(*text);
  if (text.error().code == Code::payload_too_large) return std::nullopt;
  return std::unexpected(std::move(text).error());
}

}  // namespace kohaku::hub
