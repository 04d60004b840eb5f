#include "net/mail.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"
#include "net/transfer.h"

namespace kohaku::net {
namespace {

constexpr std::uint16_t port_with_tls_from_the_start = 465;

std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return line;
}

// RFC 2047, for what is not plain ASCII or would need quoting.
std::string encoded_word(std::string_view text) {
  auto line = one_line(text);
  const auto is_plain = [](char c) {
    return c == ' ' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (std::ranges::all_of(line, is_plain)) return line;
  return fmt::format("=?UTF-8?B?{}?=", base64_encode(as_bytes(line)));
}

// "Sun, 06 Nov 1994 08:49:37 GMT" → "… +0000": RFC 5322 calls the name of the zone obsolete.
std::string mail_date(Micros time) {
  auto date = http_date(time);
  if (date.ends_with("GMT")) date.replace(date.size() - 3, 3, "+0000");
  return date;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\n') out.push_back('\r');
    out.push_back(c);
  }
  return out;
}

std::string domain_of(std::string_view address) {
  return std::string(address.substr(std::min(address.rfind('@') + 1, address.size())));
}

}  // namespace

std::string format_letter(const Letter& letter) {
  return fmt::format(
      "Date: {}\r\nFrom: {} <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n\r\n{}",
      mail_date(letter.date), encoded_word(letter.from_name), one_line(letter.from),
      one_line(letter.to), encoded_word(letter.subject), random_text(24),
      one_line(domain_of(letter.from)), with_crlf(letter.text));
}

Result<> send_letter(const MailServer& server, const Letter& letter) {
  const bool tls_from_the_start = server.tls && server.port == port_with_tls_from_the_start;
  const auto url =
      fmt::format("{}://{}:{}", tls_from_the_start ? "smtps" : "smtp", server.host, server.port);
  auto transfer = TRY(Transfer::make(url, "smtp,smtps", Reach::operator_named, {}));
  if (!server.user.empty()) transfer.sign_in(server.user, server.password);
  transfer.set_letter(one_line(letter.from), one_line(letter.to), format_letter(letter),
                      server.tls);
  return transfer.run();
}

}  // namespace kohaku::net
