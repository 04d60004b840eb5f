// The files and folders of a repository at a commit, as tree and paths-info show them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/digest.h"
#include "base/result.h"
#include "git/lfs_pointer.h"
#include "hub/hub.h"
#include "hub/repo.h"
#include "hub/revisions.h"
#include "xet/hash.h"

namespace kohaku::hub {

struct LastCommit {
  Sha1 id;
  std::string title;
  Micros date;
};

struct ListedEntry {
  std::string path;
  bool is_folder = false;
  Sha1 oid;  // of the tree or blob
  std::uint64_t blob_size = 0;
  std::shared_ptr<const git::LfsPointer> lfs;  // files whose blob stands for a large object
  std::optional<xet::Hash> xet_hash;           // of that object, once it is known
  std::optional<LastCommit> last_commit;       // when it was asked for

  std::uint64_t size() const { return lfs ? lfs->size : blob_size; }
};

inline constexpr std::size_t largest_tree_page = 1000;
inline constexpr std::size_t largest_expanded_page = 50;
inline constexpr std::size_t longest_name_prefix = 256;
inline constexpr std::size_t most_asked_paths = 1000;

struct TreeQuery {
  std::string folder;  // "" is the root; slashes at the end are dropped
  bool recursive = false;
  bool expand = false;                    // with the last commit of every entry
  std::string name_prefix;                // of the names right in the folder
  std::size_t limit = largest_tree_page;  // a page never holds more than the constants above
  std::string cursor;                     // of the page before
};

struct TreePage {
  Sha1 commit;  // what is listed: the revision, or on later pages the first page's commit
  std::vector<ListedEntry> entries;
  std::string next_cursor;  // "" on the last page
};

// In git's order, folders before what lies in them. entry_not_found when the folder is missing or a
// file; bad_request for a bad prefix or cursor. Later pages show the commit the first one showed,
// even when the branch has moved. Blocks on git and the database.
Result<TreePage> list_tree(Hub& hub, const Repo& repo, const Revision& revision,
                           const TreeQuery& query);

// What stands at these paths, in their order; missing ones are left out. payload_too_large for more
// than most_asked_paths.
Result<std::vector<ListedEntry>> list_paths(Hub& hub, const Repo& repo, const Revision& revision,
                                            const std::vector<std::string>& paths, bool expand);

}  // namespace kohaku::hub
