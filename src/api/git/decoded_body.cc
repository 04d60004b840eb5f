#include "api/git/decoded_body.h"

#include <zlib.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace kohaku::api {
namespace {

constexpr std::size_t piece_bytes = 64 << 10;
constexpr int gzip_only = 15 + 16;  // zlib's way to ask for the gzip header

std::unexpected<Error> damaged() {
  return fail(Code::bad_request, "The compressed request body is damaged.");
}

class PlainBody final : public http::BodyReader {
 public:
  explicit PlainBody(http::BodyReader& body) : body_(body) {}
  Task<Result<Bytes>> read() override { co_return co_await body_.read(); }
  std::optional<std::uint64_t> declared_length() const override { return body_.declared_length(); }
  void set_limit(std::uint64_t bytes) override { body_.set_limit(bytes); }

 private:
  http::BodyReader& body_;
};

class GzipBody final : public http::BodyReader {
 public:
  explicit GzipBody(http::BodyReader& body) : body_(body), out_(piece_bytes) {
    usable_ = ::inflateInit2(&stream_, gzip_only) == Z_OK;
  }
  ~GzipBody() override { ::inflateEnd(&stream_); }
  GzipBody(const GzipBody&) = delete;
  GzipBody& operator=(const GzipBody&) = delete;

  Task<Result<Bytes>> read() override {
    if (!usable_) co_return damaged();
    while (!ended_) {
      if (stream_.avail_in == 0) CO_TRY(co_await take_input());
      const auto piece = CO_TRY(inflate());
      if (!piece.empty()) co_return piece;
    }
    CO_TRY(co_await expect_end());
    co_return Bytes();
  }

  std::optional<std::uint64_t> declared_length() const override { return std::nullopt; }

  void set_limit(std::uint64_t bytes) override {
    limit_ = bytes;
    body_.set_limit(bytes);
  }

 private:
  Task<Result<>> take_input() {
    const auto piece = CO_TRY(co_await body_.read());
    if (piece.empty()) co_return damaged();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    co_return Result<>();
  }

  Result<Bytes> inflate() {
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.size());
    const int state = ::inflate(&stream_, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) return damaged();
    ended_ = state == Z_STREAM_END;
    const auto made = out_.size() - stream_.avail_out;
    given_ += made;
    if (given_ > limit_) return fail(Code::payload_too_large, "The request body is too large.");
    return Bytes(out_).first(made);
  }

  Task<Result<>> expect_end() {
    if (stream_.avail_in > 0) co_return damaged();
    const auto more = CO_TRY(co_await body_.read());
    if (!more.empty()) co_return damaged();
    co_return Result<>();
  }

  http::BodyReader& body_;
  std::vector<std::byte> out_;
  z_stream stream_{};
  std::uint64_t limit_ = 1 << 20;
  std::uint64_t given_ = 0;
  bool usable_ = false;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<http::BodyReader>> decoded_body(http::Request& request) {
  const auto encoding = request.headers.get("Content-Encoding");
  if (encoding.empty() || encoding == "identity") return std::make_unique<PlainBody>(*request.body);
  if (encoding == "gzip" || encoding == "x-gzip") return std::make_unique<GzipBody>(*request.body);
  return fail(Code::unsupported_media_type, "Only gzip is understood as Content-Encoding.");
}

}  // namespace kohaku::api
