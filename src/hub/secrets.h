// The server's own keys, made at first start in {data}/secrets (decision 37).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "os/files.h"

namespace kohaku::hub {

class Secrets {
 public:
  // Reads, or makes and syncs, one file of 32 random bytes, mode 0600.
  static Result<Secrets> open(const os::Path& directory);

  // A key for one purpose ("lfs-link", "csrf"), derived by HMAC so that none can be used for another.
  std::array<std::byte, 32> key(std::string_view purpose) const;

 private:
  std::array<std::byte, 32> master_{};
};

}  // namespace kohaku::hub
