// Hash values as types: a Sha1 names a git object, a Sha256 the bytes of a large file.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace kohaku {

template <std::size_t Size, class Tag>
struct Digest {
  static constexpr std::size_t size = Size;
  std::array<std::byte, Size> bytes{};

  friend auto operator<=>(const Digest&, const Digest&) = default;

  Bytes view() const { return bytes; }

  std::string hex() const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text(Size * 2, '0');
    for (std::size_t i = 0; i < Size; ++i) {
      text[2 * i] = digits[std::to_integer<unsigned>(bytes[i]) >> 4U];
      text[2 * i + 1] = digits[std::to_integer<unsigned>(bytes[i]) & 15U];
    }
    return text;
  }

  // Exactly 2 × Size hexadecimal digits, either case; else nothing.
  static std::optional<Digest> from_hex(std::string_view text) {
    if (text.size() != Size * 2) return std::nullopt;
    Digest digest;
    for (std::size_t i = 0; i < Size; ++i) {
      const int high = digit(text[2 * i]);
      const int low = digit(text[2 * i + 1]);
      if (high < 0 || low < 0) return std::nullopt;
      digest.bytes[i] = static_cast<std::byte>(high * 16 + low);
    }
    return digest;
  }

  // Exactly Size bytes; else nothing.
  static std::optional<Digest> from_bytes(Bytes raw) {
    if (raw.size() != Size) return std::nullopt;
    Digest digest;
    std::memcpy(digest.bytes.data(), raw.data(), Size);
    return digest;
  }

 private:
  static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }
};

using Sha1 = Digest<20, struct Sha1Tag>;
using Sha256 = Digest<32, struct Sha256Tag>;

}  // namespace kohaku

template <std::size_t Size, class Tag>
struct std::hash<kohaku::Digest<Size, Tag>> {
  std::size_t operator()(const kohaku::Digest<Size, Tag>& digest) const noexcept {
    std::size_t value = 0;  // the bytes are uniformly distributed already
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};
