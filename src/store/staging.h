// Bytes on their way in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "os/files.h"
#include "store/object_files.h"

namespace kohaku::store {

// A file in the staging area, hashed as it is written. Gone with this object unless published.
// Not for two threads at once; the calls block on the disk. insufficient_storage when it is full.
class Staging {
 public:
  Staging(Staging&&) noexcept;
  Staging& operator=(Staging&&) noexcept;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging();

  // A new, empty file in `directory`: for a large object, and for a xorb, which has no SHA-256.
  static Result<Staging> create(const os::Path& directory);
  static Result<Staging> create_for_xorb(const os::Path& directory);

  Result<> write(Bytes bytes);
  std::uint64_t size() const;
  // Compares, then syncs the bytes and their check sums. unprocessable when size or hash differ from
  // what was promised. Once, and nothing may be written afterwards.
  Result<> verify(const Sha256& expected, std::uint64_t expected_size);
  // The same without comparing, for a xorb, whose chunks were verified while they passed.
  Result<> seal();
  // Renames what was sealed to its physical name, check sums first, and syncs the directory: it is
  // no longer removed with this object. On failure nothing of that name stays.
  Result<> place(const ObjectFiles& files, const std::string& physical_name);

 private:
  friend class ObjectStore;
  friend class PartedStaging;
  struct State;
  explicit Staging(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::store
