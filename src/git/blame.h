// Which commit each line of a file came with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "git/repository.h"

namespace kohaku::git {

// Lines that came with one commit.
struct BlamedLines {
  std::size_t first = 0;  // in the file as it is now, from 1
  std::size_t count = 0;
  std::size_t original_first = 0;  // in the file as that commit left it, from 1
  Sha1 commit;
  friend bool operator==(const BlamedLines&, const BlamedLines&) = default;
};

struct BlameLimits {
  std::uint64_t file_bytes = 2 << 20;       // a longer version counts as one that shares no line
  std::uint64_t read_bytes = 256ULL << 20;  // of all versions together
  std::size_t commits = 20'000;
};

struct Blame {
  std::vector<BlamedLines> lines;  // by `first`, covering the file
  bool complete = true;  // false: a limit was met, and lines stand with the oldest commit looked at
};

// entry_not_found when there is no file at `path`; unprocessable when it is no text,
// payload_too_large when it is too long or has too many lines.
// Renames are not followed.
Result<Blame> blame(const Repository& repository, const Sha1& start, std::string_view path,
                    const BlameLimits& limits);

}  // namespace kohaku::git
