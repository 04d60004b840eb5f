// Percent encoding (RFC 3986) and base64 (RFC 4648), whole and as a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace kohaku {

// Decodes %XX. Nothing when a % is not followed by two hexadecimal digits or decodes to NUL.
std::optional<std::string> percent_decode(std::string_view text);
// Encodes everything but letters, digits and `-._~`; percent_encode_path leaves `/` as well.
std::string percent_encode(std::string_view text);
std::string percent_encode_path(std::string_view path);

// name=value&name=value, `+` meaning a space. Keeps order and repetition; skips malformed pairs.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);

std::string base64_encode(Bytes bytes);     // with padding
std::string base64url_encode(Bytes bytes);  // without padding
// Padding may be missing; white space is skipped. Nothing for any other character.
std::optional<std::string> base64_decode(std::string_view text);

// Decodes base64 that arrives in pieces cut anywhere.
class Base64Decoder {
 public:
  // Appends what can be decoded so far. False for a character outside the alphabet or data after
  // padding; the decoder is then spent.
  bool update(std::string_view text, std::string& out);
  // Whether the text ended where base64 may end.
  bool finish(std::string& out);

 private:
  std::uint32_t bits_ = 0;
  int count_ = 0;    // symbols held in bits_
  int padding_ = 0;  // `=` seen
};

}  // namespace kohaku
