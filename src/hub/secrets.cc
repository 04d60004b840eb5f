#include "hub/secrets.h"

#include <algorithm>

#include "base/hash.h"

namespace kohaku::hub {

Result<Secrets> Secrets::open(const os::Path& directory) {
  TRY(os::make_directories(directory));
  const auto path = directory / "master";
  Secrets secrets;
  if (!os::exists(path)) {
    random_bytes(secrets.master_);
    TRY(os::replace_durably(path, secrets.master_));
    return secrets;
  }
  const auto content = TRY(os::read_whole(path, 1024));
  if (content.size() != secrets.master_.size()) {
    return fail_internal(path.string() + " does not hold 32 bytes; restore it from a backup");
  }
  std::ranges::copy(as_bytes(content), secrets.master_.begin());
  return secrets;
}

std::array<std::byte, 32> Secrets::key(std::string_view purpose) const {
  return hmac_sha256(master_, as_bytes(purpose)).bytes;
}

}  // namespace kohaku::hub
