// The bytes of a file, put together from its terms: what every reader of an object in xet form gets
// them from, and what a shard's promise is held against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"
#include "http/message.h"
#include "os/pool.h"
#include "store/xorb.h"
#include "store/xorb_store.h"
#include "xet/shard.h"

namespace kohaku::store {

// Not for two threads at once. Blocks on disk and database; holds at most some 2 MiB.
class Reassembly {
 public:
  // The terms in order; nothing at the end. Blocks.
  using NextTerm = std::function<Result<std::optional<xet::Term>>()>;

  // The xorb of the term that was given last, which may be written anew; blocks. By default the one
  // of that name.
  using OpenXorb = std::function<Result<std::shared_ptr<const Xorb>>(xet::Term&)>;

  // `length` bytes, after `skip` bytes of what the terms give.
  Reassembly(XorbStore& xorbs, NextTerm next_term, std::uint64_t skip, std::uint64_t length,
             Checking checking = Checking::by_checksum, OpenXorb open_xorb = {});

  // The next piece, some MiB at the most and valid until the next call; empty at the end. internal
  // when the terms end too early or a file is damaged.
  Result<Bytes> read();

 private:
  Result<> open_term();
  Result<> append_chunks();

  NextTerm next_term_;
  OpenXorb open_xorb_;
  ChunkReader chunks_;
  std::uint64_t skip_;
  std::uint64_t left_;
  std::shared_ptr<const Xorb> xorb_;  // of the term that is being read
  std::uint32_t at_ = 0;              // its next chunk
  std::uint32_t end_ = 0;
  std::vector<std::byte> piece_;
};

// Sends everything a reassembly gives, read on the pool.
Task<Result<>> send(os::Pool& pool, std::shared_ptr<Reassembly> reassembly,
                    http::BodyWriter& writer);

}  // namespace kohaku::store
