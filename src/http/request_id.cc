#include "http/request_id.h"

#include <array>

#include "http/text.h"

namespace kohaku::http {

namespace {

constexpr std::size_t most_id_bytes = 200;

bool is_sane(std::string_view id) {
  return !id.empty() && id.size() <= most_id_bytes && is_visible_ascii(id);
}

void put_hex(char* out, std::uint64_t number) {
  for (int i = 15; i >= 0; --i, number >>= 4) out[i] = "0123456789abcdef"[number & 15];
}

}  // namespace

std::string choose_request_id(const Headers& headers, std::uint64_t random_high,
                              std::uint64_t random_low) {
  if (const std::string_view id = headers.get("X-Request-Id"); is_sane(id)) return std::string(id);
  if (const std::string_view trace = headers.get("X-Amzn-Trace-Id"); is_sane(trace)) {
    return std::string(trace);
  }
  std::string fresh(32, '0');
  put_hex(fresh.data(), random_high);
  put_hex(fresh.data() + 16, random_low);
  return fresh;
}

}  // namespace kohaku::http
