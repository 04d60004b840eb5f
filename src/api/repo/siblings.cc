#include "api/repo/siblings.h"

#include <utility>

#include "api/json.h"
#include "hub/blob_facts.h"

namespace kohaku::api {

Siblings::Siblings(hub::Hub& hub, RepoId repo, std::shared_ptr<const git::Repository> repository,
                   hub::TreeWalk walk, bool with_blobs)
    : hub_(&hub),
      repo_(repo),
      repository_(std::move(repository)),
      walk_(std::move(walk)),
      with_blobs_(with_blobs) {}

Result<Siblings> Siblings::at(hub::Hub& hub, RepoId repo, const Sha1& commit, bool with_blobs) {
  const auto repository = TRY(hub.repositories.get(repo));
  const auto root = TRY(repository->commit(commit))->tree;
  auto walk = TRY(hub::TreeWalk::start(repository, root, "", true));
  return Siblings(hub, repo, repository, std::move(walk), with_blobs);
}

Result<bool> Siblings::append(std::string& out, std::size_t enough, std::size_t most) {
  while (out.size() < enough && written_ < most) {
    const auto step = TRY(walk_.next());
    if (step.entry == nullptr) return false;
    if (step.entry->is_tree()) continue;
    if (written_++ > 0) out.push_back(',');
    TRY(append_item(out, step));
  }
  return written_ < most;
}

Result<> Siblings::append_item(std::string& out, const hub::TreeWalk::Step& step) const {
  JsonWriter json(out);
  json.begin_object();
  json.field("rfilename", *step.path);
  if (with_blobs_) {
    const auto facts = TRY(hub::blob_facts(*hub_, repo_, *repository_, step.entry->id));
    json.field("size", facts.pointer ? facts.pointer->size : facts.size);
    json.field("blobId", step.entry->id);
    if (facts.pointer) {
      json.key("lfs");
      json.begin_object();
      json.field("sha256", facts.pointer->oid);
      json.field("size", facts.pointer->size);
      json.field("pointerSize", facts.size);
      json.end_object();
    }
  }
  json.end_object();
  return {};
}

}  // namespace kohaku::api
