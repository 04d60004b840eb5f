// The uploads in parts that are under way, by upload id.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/files.h"
#include "store/parted_staging.h"

namespace kohaku::store {

// Any number of threads. Opening blocks on the disk.
class PartedUploads {
 public:
  explicit PartedUploads(os::Path staging) : staging_(std::move(staging)) {}

  // The upload's file: open already, left by an earlier process, or new. `id` is letters and digits.
  Result<std::shared_ptr<PartedStaging>> open(const std::string& id);
  // After it was sealed: what comes next under this id starts anew.
  void forget(const std::string& id);
  // Gives up an upload with its bytes. Its links must be dead already.
  Result<> remove(const std::string& id);

 private:
  struct Entry {
    std::shared_ptr<PartedStaging> upload;
    std::uint64_t last_used = 0;
  };
  void close_idle();

  os::Path staging_;
  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> open_;
  std::uint64_t uses_ = 0;
};

}  // namespace kohaku::store
