// Zlib streams, as packs and loose objects hold them: whole buffers by libdeflate (half the time of
// zlib on objects of a few kilobytes), long ones piece by piece by zlib.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

struct libdeflate_compressor;
struct libdeflate_decompressor;
struct z_stream_s;

namespace kohaku::git {

// Not for two threads at once.
class Compressor {
 public:
  Compressor();
  // Appends the zlib stream of `content` to `out`.
  void compress(Bytes content, std::string& out);

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const;
  };
  std::unique_ptr<libdeflate_compressor, Free> compressor_;
};

// Compresses what comes in pieces. Not for two threads at once.
class StreamCompressor {
 public:
  // Takes the compressed pieces; valid during the call only.
  using Sink = std::function<Result<>(Bytes)>;

  StreamCompressor();
  Result<> update(Bytes content, const Sink& sink);
  Result<> finish(const Sink& sink);

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  Result<> run(Bytes content, int flush, const Sink& sink);
  std::unique_ptr<z_stream_s, End> stream_;
};

// Inflates whole buffers. Not for two threads at once.
class Decompressor {
 public:
  Decompressor();
  // The zlib stream at the start of `input` (which may go on behind it) must give exactly `size`
  // bytes. False when it is damaged, cut short or of another size.
  bool decompress(Bytes input, std::size_t size, std::string& out);

 private:
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const;
  };
  std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
};

// Inflates what comes in pieces. Not for two threads at once.
class StreamDecompressor {
 public:
  // Gives more of the input, empty at its end; valid until the next call.
  using Source = std::function<Result<Bytes>()>;

  explicit StreamDecompressor(Source source);
  // Fills `out` as far as the stream goes: fewer bytes only at its end. Code::internal when the
  // stream is damaged or the input ends before it.
  Result<std::size_t> read(std::span<std::byte> out);
  bool at_end() const { return at_end_; }

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  Source source_;
  std::unique_ptr<z_stream_s, End> stream_;
  bool at_end_ = false;
};

}  // namespace kohaku::git
