#include "git/deflate.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace kohaku::git {
namespace {

// Level 1 costs two thirds of level 6 and its output is 3 % longer; the repacking job compresses anew.
constexpr int level = 1;
constexpr std::size_t piece = 64 << 10;

template <class T>
T* require(T* pointer) {
  if (pointer == nullptr) throw std::bad_alloc();
  return pointer;
}

}  // namespace

void Compressor::Free::operator()(libdeflate_compressor* compressor) const {
  libdeflate_free_compressor(compressor);
}

Compressor::Compressor() : compressor_(require(libdeflate_alloc_compressor(level))) {}

void Compressor::compress(Bytes content, std::string& out) {
  const auto start = out.size();
  const auto room = libdeflate_zlib_compress_bound(compressor_.get(), content.size());
  out.resize_and_overwrite(start + room, [&](char* data, std::size_t) {
    return start + libdeflate_zlib_compress(compressor_.get(), content.data(), content.size(),
                                            data + start, room);
  });
}

void StreamCompressor::End::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

StreamCompressor::StreamCompressor() : stream_(new z_stream{}) {
  if (deflateInit(stream_.get(), level) != Z_OK) throw std::bad_alloc();
}

Result<> StreamCompressor::run(Bytes content, int flush, const Sink& sink) {
  std::array<std::byte, 16 << 10> out;
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(content.data()));
  stream_->avail_in = static_cast<uInt>(content.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(out.data());
    stream_->avail_out = out.size();
    if (deflate(stream_.get(), flush) == Z_STREAM_ERROR) return fail_internal("deflate failed");
    const auto made = out.size() - stream_->avail_out;
    if (made > 0) TRY(sink(Bytes(out).first(made)));
  } while (stream_->avail_out == 0);
  return {};
}

Result<> StreamCompressor::update(Bytes content, const Sink& sink) {
  while (!content.empty()) {
    const auto part = content.first(std::min(content.size(), piece));
    TRY(run(part, Z_NO_FLUSH, sink));
    content = content.subspan(part.size());
  }
  return {};
}

Result<> StreamCompressor::finish(const Sink& sink) { return run({}, Z_FINISH, sink); }

void Decompressor::Free::operator()(libdeflate_decompressor* decompressor) const {
  libdeflate_free_decompressor(decompressor);
}

Decompressor::Decompressor() : decompressor_(require(libdeflate_alloc_decompressor())) {}

bool Decompressor::decompress(Bytes input, std::size_t size, std::string& out) {
  libdeflate_result result = LIBDEFLATE_BAD_DATA;
  out.resize_and_overwrite(size, [&](char* data, std::size_t) {
    std::size_t used = 0;
    result = libdeflate_zlib_decompress_ex(decompressor_.get(), input.data(), input.size(), data,
                                           size, &used, nullptr);
    return result == LIBDEFLATE_SUCCESS ? size : 0;
  });
  return result == LIBDEFLATE_SUCCESS;
}

void StreamDecompressor::End::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

StreamDecompressor::StreamDecompressor(Source source)
    : source_(std::move(source)), stream_(new z_stream{}) {
  if (inflateInit(stream_.get()) != Z_OK) throw std::bad_alloc();
}

Result<std::size_t> StreamDecompressor::read(std::span<std::byte> out) {
  std::size_t filled = 0;
  while (filled < out.size() && !at_end_) {
    if (stream_->avail_in == 0) {
      const auto more = TRY(source_());
      if (more.empty()) return fail_internal("deflated data are cut short");
      stream_->next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(more.data()));
      stream_->avail_in = static_cast<uInt>(more.size());
    }
    const auto room = std::min<std::size_t>(out.size() - filled, std::numeric_limits<uInt>::max());
    stream_->next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    stream_->avail_out = static_cast<uInt>(room);
    const int status = inflate(stream_.get(), Z_NO_FLUSH);
    filled += room - stream_->avail_out;
    if (status == Z_STREAM_END) {
      at_end_ = true;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      return fail_internal("deflated data are damaged");
    }
  }
  return filled;
}

}  // namespace kohaku::git
