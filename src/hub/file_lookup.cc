#include "hub/file_lookup.h"

#include <fmt/format.h>

#include "hub/blob_facts.h"

namespace kohaku::hub {
namespace {

std::unexpected<Error> no_such_entry(std::string_view path) {
  return fail(Code::entry_not_found,
              fmt::format("Entry '{}' does not exist in this revision.", path.substr(0, 512)));
}

}  // namespace

Result<FoundFile> find_file(Hub& hub, const Repo& repo, const Sha1& commit, std::string_view path) {
  if (path.empty()) return no_such_entry(path);
  const auto repository = TRY(hub.repositories.get(repo.id));
  const auto root = TRY(repository->commit(commit))->tree;
  auto entry = TRY(repository->find(root, path));
  if (!entry || entry->is_tree() || entry->mode == git::mode_submodule) return no_such_entry(path);
  FoundFile file;
  file.path = path;
  file.entry = std::move(*entry);
  const auto facts = TRY(blob_facts(hub, repo.id, *repository, file.entry.id));
  file.blob_size = facts.size;
  if (facts.pointer) file.pointer = *facts.pointer;
  return file;
}

}  // namespace kohaku::hub
