// Bytes on their way in.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "os/files.h"

namespace kohaku::store {

// A file in the staging area, hashed as it is written. Gone with this object unless published.
// Not for two threads at once; the calls block on the disk. insufficient_storage when it is full.
class Staging {
 public:
  Staging(Staging&&) noexcept;
  Staging& operator=(Staging&&) noexcept;
  ~Staging();

  // A new, empty file in `directory`.
  static Result<Staging> create(const os::Path& directory);

  Result<> write(Bytes bytes);
  std::uint64_t size() const;
  // Compares, then syncs the bytes and their check sums. unprocessable when size or hash differ from
  // what was promised. Once, and nothing may be written afterwards.
  Result<> verify(const Sha256& expected, std::uint64_t expected_size);

 private:
  friend class ObjectStore;
  friend class PartedStaging;
  struct State;
  explicit Staging(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kohaku::store
