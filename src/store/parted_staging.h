// An upload in parts: one file in the staging area, each part written at its own offset, so that
// completing it copies nothing. Parts that arrive in order are hashed as they pass; what could not be
// is read again at the end.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "base/digest.h"
#include "base/result.h"
#include "os/files.h"
#include "store/content_digest.h"
#include "store/staging.h"

namespace kohaku::store {

// Any number of threads; one thread at a time per Part. The calls block on the disk.
class PartedStaging : public std::enable_shared_from_this<PartedStaging> {
 public:
  // Opens the file, which an earlier process may have left, or makes it.
  static Result<std::shared_ptr<PartedStaging>> open(os::Path path);

  class Part {
   public:
    // conflict once the part was begun anew or the upload is being completed; unprocessable when
    // more comes than was announced.
    Result<> write(Bytes bytes);
    // Syncs. unprocessable when fewer bytes came than were announced.
    Result<> finish();

   private:
    friend class PartedStaging;
    struct Slot;
    Part(std::shared_ptr<PartedStaging> owner, std::shared_ptr<Slot> slot, std::uint64_t offset,
         std::uint64_t size);
    std::shared_ptr<PartedStaging> owner_;
    std::shared_ptr<Slot> slot_;
    std::uint64_t generation_ = 0;
    std::uint64_t prefix_version_ = 0;
    std::uint64_t offset_;
    std::uint64_t size_;
    std::uint64_t written_ = 0;
    std::optional<ContentDigest> digest_;  // of all bytes up to here, while the parts come in order
  };

  // Begins a part of `size` bytes, or begins it anew: an earlier Part of that number writes no more.
  Result<std::shared_ptr<Part>> begin(std::int64_t number, std::uint64_t offset,
                                      std::uint64_t size);

  // Ends all writing, hashes and syncs: the whole, ready to be published (unprocessable as of
  // Staging::verify). Whatever the outcome, this upload is over and its file is no longer there
  // under its name. conflict when another thread was first.
  Result<Staging> seal(const Sha256& expected, std::uint64_t expected_size);

 private:
  PartedStaging(os::Path path, os::File file) : path_(std::move(path)), file_(std::move(file)) {}
  Result<> stop_writing();

  os::Path path_;
  os::File file_;
  std::mutex mutex_;  // before a slot's, never after it
  std::map<std::int64_t, std::shared_ptr<Part::Slot>> slots_;
  ContentDigest prefix_;              // of the file's first prefix_.size() bytes
  std::uint64_t prefix_version_ = 0;  // grows when hashed bytes are given up to be written again
  bool sealed_ = false;
};

}  // namespace kohaku::store
