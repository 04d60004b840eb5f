// What the work on the request-level log shares: who writes, who reads, and how many exports run.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "base/ids.h"
#include "hub/config.h"
#include "stats/duckdb.h"
#include "stats/log_segment_file.h"

namespace kohaku::hub {

// Any thread.
class LogWork {
 public:
  explicit LogWork(const Config& config);

  const stats::LogPlace& place() const { return place_; }
  // Null without DuckDB's library: then there are no logs.
  const stats::Duckdb* duckdb() const { return duckdb_ ? &*duckdb_ : nullptr; }

  // Held by the one who writes, merges and removes.
  std::mutex turn;
  bool is_swept = false;  // what an earlier process left was looked for; within `turn`

  // While one lives, no file of a segment is removed. To be taken before segments are listed.
  class Reader {
   public:
    explicit Reader(LogWork& work) : work_(&work) { ++work.readers_; }
    Reader(Reader&& other) noexcept : work_(std::exchange(other.work_, nullptr)) {}
    Reader& operator=(Reader&&) = delete;
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() {
      if (work_ != nullptr) --work_->readers_;
    }

   private:
    LogWork* work_;
  };
  bool has_readers() const { return readers_ > 0; }

  // The right to export one namespace's log; nothing when it is exported already, or too many are.
  class Export {
   public:
    Export(Export&& other) noexcept
        : work_(std::exchange(other.work_, nullptr)), owner_(other.owner_) {}
    Export& operator=(Export&&) = delete;
    Export(const Export&) = delete;
    Export& operator=(const Export&) = delete;
    ~Export() {
      if (work_ != nullptr) work_->end_export(owner_);
    }

   private:
    friend class LogWork;
    Export(LogWork& work, AccountId owner) : work_(&work), owner_(owner) {}
    LogWork* work_;
    AccountId owner_;
  };
  std::optional<Export> begin_export(AccountId owner);

 private:
  void end_export(AccountId owner);

  stats::LogPlace place_;
  std::optional<stats::Duckdb> duckdb_;
  std::atomic<int> readers_ = 0;
  std::mutex exports_mutex_;
  std::set<AccountId> exports_;
};

}  // namespace kohaku::hub
