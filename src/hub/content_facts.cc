#include "hub/content_facts.h"

#include "git/repository.h"
#include "hub/blob_facts.h"
#include "hub/model_config.h"
#include "hub/tree_walk.h"

namespace kohaku::hub {
namespace {

constexpr std::uint64_t longest_text = 1U << 20U;

// A file of the root; "" when it is missing, a large object or too long to matter.
Result<std::string> read_root_file(Hub& hub, RepoId repo, const git::Repository& repository,
                                   const git::Tree& root, std::string_view name) {
  const auto* entry = git::find_entry(root, name);
  if (entry == nullptr || entry->is_tree() || entry->mode == git::mode_submodule) return "";
  const auto facts = TRY(blob_facts(hub, repo, repository, entry->id));
  if (facts.pointer || facts.size > longest_text) return "";
  return repository.read(entry->id, git::ObjectType::blob, longest_text);
}

Result<ContentFacts> read_facts(Hub& hub, const Repo& repo, const Sha1& commit) {
  const auto repository = TRY(hub.repositories.get(repo.id));
  const auto root = TRY(repository->commit(commit))->tree;
  const auto tree = TRY(load_tree(*repository, root));
  const auto read = [&](std::string_view name) {
    return read_root_file(hub, repo.id, *repository, *tree, name);
  };
  const auto config = TRY(read("config.json"));
  ContentFacts facts;
  facts.card = read_card(TRY(read("README.md")), config);
  if (repo.type != RepoType::model) return facts;
  auto model = read_model_config(config, TRY(read("tokenizer_config.json")));
  facts.config = std::move(model.config);
  facts.transformers_info = std::move(model.transformers_info);
  facts.mask_token = std::move(model.mask_token);
  facts.safetensors = TRY(read_safetensors(hub, repo.id, *repository, root));
  return facts;
}

}  // namespace

Result<std::shared_ptr<const ContentFacts>> content_facts(Hub& hub, const Repo& repo,
                                                          const Sha1& commit) {
  const RepoObject key{repo.id, commit};
  if (auto known = hub.read_caches->contents.find(key)) return std::move(*known);
  auto facts = std::make_shared<const ContentFacts>(TRY(read_facts(hub, repo, commit)));
  hub.read_caches->contents.put(key, facts);
  return facts;
}

}  // namespace kohaku::hub
