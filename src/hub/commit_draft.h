// What a commit asks for, gathered line by line. The contents lie in a pack by then; what is kept in
// memory is a path and an id for each file.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/repo_path.h"
#include "git/lfs_pointer.h"
#include "git/pack_writer.h"
#include "git/repository.h"
#include "hub/access.h"
#include "hub/commit_stream.h"
#include "hub/hub.h"

namespace kohaku::hub {

// The branch a commit goes to, as it is at one moment.
struct BranchTip {
  std::string ref;  // "refs/heads/main"
  Sha1 commit;
  Sha1 tree;
  std::optional<std::int64_t> commit_count;
};

// revision_not_found when there is no such branch. Blocks on git.
Result<BranchTip> read_tip(Hub& hub, RepoId repo, std::string_view revision);

// precondition_failed unless the branch is where the author of the commit saw it. `parent` may be
// short, from 5 digits on; empty asks for nothing; bad_request for what is no id at all.
Result<> check_parent(std::string_view parent, const BranchTip& tip);

struct DraftFile {
  RepoPath path;
  Sha1 blob;
};
struct DraftCopy {
  RepoPath path;
  std::string source;
  std::optional<Sha1> source_commit;  // nothing: the branch itself
};
struct DraftObject {
  std::string path;
  git::LfsPointer pointer;
  Sha1 blob;  // that holds the pointer
};

class CommitDraft {
 public:
  // `hub` and `repo` must outlive the draft.
  CommitDraft(Hub& hub, const WritableRepo& repo, std::shared_ptr<git::Repository> repository,
              BranchTip tip);

  // Takes one line; failures name it. Not for two threads at once; blocks on the disk.
  Result<> take(CommitLine& line, const CommitSpool& content);

  const std::string& summary() const { return summary_; }
  const std::string& description() const { return description_; }
  const std::string& parent() const { return parent_; }
  const std::vector<std::string>& deleted_files() const { return deleted_files_; }
  const std::vector<std::string>& deleted_folders() const { return deleted_folders_; }
  const std::vector<DraftFile>& files() const { return files_; }
  const std::vector<DraftCopy>& copies() const { return copies_; }
  const std::vector<DraftObject>& objects() const { return objects_; }
  // The text of each .gitattributes file among files().
  const std::map<std::string, std::string>& attributes() const { return attributes_; }

  // The pack with the blobs; a new empty one when it was taken before.
  Result<git::PackWriter> take_pack();
  // Packs that are in place already, for the next try when one lost its race.
  std::vector<git::StagedPack>& placed_packs() { return placed_packs_; }

 private:
  Result<> take_header(CommitLine& line);
  Result<> take_file(CommitLine& line, const CommitSpool& content);
  Result<> take_large_file(const CommitLine& line, RepoPath path, const CommitSpool& content,
                           std::uint64_t size);
  Result<> take_small_file(const CommitLine& line, RepoPath path, std::string_view content);
  Result<> take_lfs_file(const CommitLine& line);
  Result<> take_copy(CommitLine& line);
  Result<std::uint64_t> held_size(const CommitLine& line, const Sha256& oid) const;
  Result<> remove_old_path(const CommitLine& line);
  Result<Sha1> add_blob(const RepoPath& path, std::string_view content);
  Result<> keep_attributes(const CommitLine& line, std::string_view content);
  Result<git::PackWriter*> pack();

  Hub& hub_;
  const WritableRepo& repo_;
  std::shared_ptr<git::Repository> repository_;
  BranchTip tip_;
  std::uint64_t inline_bytes_;

  std::string summary_, description_, parent_;
  std::vector<std::string> deleted_files_, deleted_folders_;
  std::vector<DraftFile> files_;
  std::vector<DraftCopy> copies_;
  std::vector<DraftObject> objects_;
  std::map<std::string, std::string> attributes_;
  std::uint64_t attributes_bytes_ = 0;
  std::optional<git::PackWriter> pack_;
  std::vector<git::StagedPack> placed_packs_;
};

}  // namespace kohaku::hub
