#include "hub/blob_facts.h"

namespace kohaku::hub {
namespace {

Result<BlobFacts> read_facts(const git::Repository& repository, const Sha1& blob) {
  const auto header = TRY(repository.header(blob));
  BlobFacts facts{header.size, nullptr};
  if (header.size > git::longest_lfs_pointer) return facts;
  const auto text = TRY(repository.read(blob, git::ObjectType::blob, git::longest_lfs_pointer));
  if (const auto pointer = git::parse_pointer(text)) {
    facts.pointer = std::make_shared<const git::LfsPointer>(*pointer);
  }
  return facts;
}

}  // namespace

Result<BlobFacts> blob_facts(Hub& hub, RepoId repo, const git::Repository& repository,
                             const Sha1& blob) {
  const RepoObject key{repo, blob};
  if (auto known = hub.read_caches->blobs.find(key)) return std::move(*known);
  auto facts = TRY(read_facts(repository, blob));
  hub.read_caches->blobs.put(key, facts);
  return facts;
}

}  // namespace kohaku::hub
