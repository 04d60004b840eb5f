// The files of a repository as its info page lists them: all of them, in git's order, written piece
// by piece so that a repository of a million files needs no more memory than a small one.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"
#include "hub/hub.h"
#include "hub/repo.h"
#include "hub/tree_walk.h"

namespace kohaku::api {

class Siblings {
 public:
  // `with_blobs` adds size, blobId and lfs to each. `hub` must outlive this object.
  static Result<Siblings> at(hub::Hub& hub, RepoId repo, const Sha1& commit, bool with_blobs);

  // Appends items of a JSON array, without its brackets, until `out` is `enough` bytes long or more,
  // or `most` items were written in all. False when there is no more. Blocks on git.
  Result<bool> append(std::string& out, std::size_t enough, std::size_t most = SIZE_MAX);

 private:
  Siblings(hub::Hub& hub, RepoId repo, std::shared_ptr<const git::Repository> repository,
           hub::TreeWalk walk, bool with_blobs);
  Result<> append_item(std::string& out, const hub::TreeWalk::Step& step) const;

  hub::Hub* hub_;
  RepoId repo_;
  std::shared_ptr<const git::Repository> repository_;
  hub::TreeWalk walk_;
  bool with_blobs_;
  std::size_t written_ = 0;
};

}  // namespace kohaku::api
