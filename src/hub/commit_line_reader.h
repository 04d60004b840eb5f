// One line of a commit's body, read while it arrives: see commit_stream.h for its form.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "hub/commit_stream.h"

namespace kohaku::hub {

// Used for one line after the other. Not for two threads at once.
class CommitLineReader {
 public:
  CommitLineReader(os::Path spool_directory, std::uint64_t inline_bytes);
  ~CommitLineReader();

  // A part of the line, cut anywhere, without its newline.
  Result<> feed(std::uint64_t number, std::string_view part);
  // The line, valid until the next feed(); null when it was blank. Then a new one begins.
  Result<CommitLine*> finish(std::uint64_t number);
  const CommitSpool& content() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::hub
