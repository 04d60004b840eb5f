// The body of a commit: one JSON object per line (NDJSON), read as it arrives. Memory does not depend
// on its size, nor on the order of the keys within a line.
//
//   {"key":"header","value":{"summary":"…","description":"…","parentCommit":"…"}}      first
//   {"key":"file","value":{"path":"…","content":"…","encoding":"base64"|"utf-8","oldPath":"…"}}
//   {"key":"lfsFile","value":{"path":"…","algo":"sha256","oid":"…","size":N}}          size may miss
//   {"key":"copyFile","value":{"path":"…","srcPath":"…","srcRevision":"…"}}
//   {"key":"deletedFile","value":{"path":"…"}}    {"key":"deletedFolder","value":{"path":"…/"}}
//
// Unknown fields are ignored, since clients grow; an unknown key is refused, since it asks for
// something that would not happen.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "hub/commit_spool.h"

namespace kohaku::hub {

// One line. What it did not name is empty.
struct CommitLine {
  enum class Kind { header, file, lfs_file, copy_file, deleted_file, deleted_folder };
  Kind kind = Kind::header;
  std::uint64_t number = 0;  // counted from 1

  std::string summary, description, parent_commit;  // header
  bool has_path = false;
  std::string path, old_path;
  std::string source_path, source_revision;  // copyFile
  ContentEncoding encoding = ContentEncoding::base64;
  bool has_content = false;
  std::string oid, algorithm;  // lfsFile
  std::optional<std::uint64_t> size;
};

struct CommitStreamLimits {
  std::uint64_t inline_bytes = 10'000'000;  // a file of this size or more must come by LFS
  std::uint64_t lines = 100'000;
};

// A sentence that says in which line something is wrong.
std::unexpected<Error> fail_at_line(std::uint64_t line, Code code, std::string_view sentence);

// Not for two threads at once; blocks on the disk for large files.
class CommitStream {
 public:
  // Called at the end of each line; `content` is that of a file, valid during the call.
  using OnLine = std::function<Result<>(CommitLine& line, const CommitSpool& content)>;

  CommitStream(CommitStreamLimits limits, os::Path spool_directory, OnLine on_line);
  ~CommitStream();

  // Pieces may be cut anywhere. bad_request with the line for what cannot be understood,
  // payload_too_large for a file over the limit and for too many lines, or on_line's failure. After
  // a failure the stream is spent.
  Result<> feed(Bytes piece);
  // The last line needs no newline. bad_request when there was no line at all.
  Result<> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::hub
