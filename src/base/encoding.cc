#include "base/encoding.h"

#include <array>

namespace kohaku {
namespace {

constexpr std::string_view base64_symbols =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_symbols =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::int8_t not_a_symbol = -1;
constexpr std::int8_t white_space = -2;
constexpr std::int8_t padding_symbol = -3;

constexpr std::array<std::int8_t, 256> make_base64_values() {
  std::array<std::int8_t, 256> values{};
  for (auto& value : values) value = not_a_symbol;
  for (std::size_t i = 0; i < 64; ++i) {
    values[static_cast<unsigned char>(base64_symbols[i])] = static_cast<std::int8_t>(i);
    values[static_cast<unsigned char>(base64url_symbols[i])] = static_cast<std::int8_t>(i);
  }
  for (const char c : {' ', '\t', '\r', '\n'}) values[static_cast<unsigned char>(c)] = white_space;
  values['='] = padding_symbol;
  return values;
}

constexpr auto base64_values = make_base64_values();

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string percent_encode_except(std::string_view text, bool keep_slash) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c) || (keep_slash && c == '/')) {
      result.push_back(c);
    } else {
      const auto value = static_cast<unsigned char>(c);
      result.push_back('%');
      result.push_back(digits[value >> 4U]);
      result.push_back(digits[value & 15U]);
    }
  }
  return result;
}

std::string base64_encode_with(Bytes bytes, std::string_view symbols, bool pad) {
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = (group << 8U) | (k < have ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      if (k <= have) {
        result.push_back(symbols[(group >> (18U - 6U * k)) & 63U]);
      } else if (pad) {
        result.push_back('=');
      }
    }
  }
  return result;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (text[i] == '\0') return std::nullopt;
      result.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    result.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return result;
}

std::string percent_encode(std::string_view text) { return percent_encode_except(text, false); }

std::string percent_encode_path(std::string_view path) { return percent_encode_except(path, true); }

std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    std::string pair(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    for (char& c : pair) {
      if (c == '+') c = ' ';
    }
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(std::string_view(pair).substr(0, equals));
    auto value = percent_decode(std::string_view(pair).substr(std::min(equals + 1, pair.size())));
    if (name && value && !name->empty()) fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

std::string base64_encode(Bytes bytes) { return base64_encode_with(bytes, base64_symbols, true); }

std::string base64url_encode(Bytes bytes) {
  return base64_encode_with(bytes, base64url_symbols, false);
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string out;
  Base64Decoder decoder;
  if (!decoder.update(text, out) || !decoder.finish(out)) return std::nullopt;
  return out;
}

bool Base64Decoder::update(std::string_view text, std::string& out) {
  out.reserve(out.size() + text.size() / 4 * 3 + 3);
  for (const char c : text) {
    const auto value = base64_values[static_cast<unsigned char>(c)];
    if (value >= 0) {
      if (padding_ > 0) return false;
      bits_ = (bits_ << 6U) | static_cast<std::uint32_t>(value);
      if (++count_ == 4) {
        out.push_back(static_cast<char>(bits_ >> 16U));
        out.push_back(static_cast<char>(bits_ >> 8U));
        out.push_back(static_cast<char>(bits_));
        count_ = 0;
        bits_ = 0;
      }
    } else if (value == padding_symbol) {
      if (count_ < 2 || ++padding_ > 4 - count_) return false;
    } else if (value == not_a_symbol) {
      return false;
    }
  }
  return true;
}

bool Base64Decoder::finish(std::string& out) {
  if (count_ == 1 || (padding_ > 0 && padding_ != 4 - count_)) return false;
  if (count_ == 2) out.push_back(static_cast<char>(bits_ >> 4U));
  if (count_ == 3) {
    out.push_back(static_cast<char>(bits_ >> 10U));
    out.push_back(static_cast<char>(bits_ >> 2U));
  }
  count_ = 0;
  return true;
}

}  // namespace kohaku
