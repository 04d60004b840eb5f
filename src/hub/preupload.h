// What a client asks before it uploads: which files go by LFS, which are ignored, which are there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "hub/access.h"
#include "hub/hub.h"

namespace kohaku::hub {

struct PreuploadFile {
  std::string path;
  std::uint64_t size = 0;
  std::optional<std::string> sha256;  // only KohakuHub's own clients send it
};

struct PreuploadQuestion {
  std::string revision;
  std::vector<PreuploadFile> files;
  std::optional<std::string> git_ignore;      // instead of the repository's .gitignore
  std::optional<std::string> git_attributes;  // instead of the .gitattributes at its root
};

struct PreuploadAnswer {
  std::string path;
  bool large = false;
  // Ignored by rule; or, for a file that brought its sha256, already here with that very content
  // (decision 6: a client that sends none takes this for "ignored" and drops the file).
  bool should_ignore = false;
  std::optional<std::string> oid;  // what stands there now: blob id, or sha256 of a large file
};

// One answer for each file, in order. revision_not_found, unprocessable for a bad path. A file is
// large by size, suffix or attributes (decision 14); an empty one never is. Blocks.
Result<std::vector<PreuploadAnswer>> preupload(Hub& hub, const Repo& repo,
                                               const PreuploadQuestion& question);

}  // namespace kohaku::hub
