#include "api/xet/reconstruction_text.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace kohaku::api {

ReconstructionText::ReconstructionText(hub::Reconstruction plan, Version version, Link link)
    : plan_(std::move(plan)), version_(version), link_(std::move(link)) {}

// Nothing in it needs escaping: digits, and addresses of our own making.
bool ReconstructionText::append(std::string& out, std::size_t enough) {
  const auto* fetches = version_ == Version::v1 ? "fetch_info" : "xorbs";
  if (!std::exchange(begun_, true)) {
    fmt::format_to(std::back_inserter(out), R"({{"offset_into_first_range":{},"terms":[)",
                   plan_.offset_into_first_term);
    if (plan_.terms.empty()) fmt::format_to(std::back_inserter(out), R"(],"{}":{{)", fetches);
  }
  while (out.size() < enough && next_term_ < plan_.terms.size()) {
    append_term(out);
    if (next_term_ < plan_.terms.size()) continue;
    fmt::format_to(std::back_inserter(out), R"(],"{}":{{)", fetches);
  }
  while (out.size() < enough && next_xorb_ < plan_.xorbs.size()) append_xorb(out);
  if (next_term_ < plan_.terms.size() || next_xorb_ < plan_.xorbs.size()) return true;
  out += "}}";
  return false;
}

void ReconstructionText::append_term(std::string& out) {
  const auto& term = plan_.terms[next_term_];
  fmt::format_to(std::back_inserter(out),
                 R"({}{{"hash":"{}","unpacked_length":{},"range":{{"start":{},"end":{}}}}})",
                 next_term_ > 0 ? "," : "", xet::to_text(plan_.xorbs[term.xorb].hash), term.size,
                 term.first, term.last);
  ++next_term_;
}

// One range for each link: a client then needs no answer in several parts.
void ReconstructionText::append_xorb(std::string& out) {
  const auto& xorb = plan_.xorbs[next_xorb_];
  if (next_range_ == 0) {
    fmt::format_to(std::back_inserter(out), R"({}"{}":[)", next_xorb_ > 0 ? "," : "",
                   xet::to_text(xorb.hash));
  } else {
    out += ',';
  }
  append_fetch(out, xorb, xorb.ranges[next_range_]);
  if (++next_range_ < xorb.ranges.size()) return;
  out += ']';
  ++next_xorb_;
  next_range_ = 0;
}

void ReconstructionText::append_fetch(std::string& out, const hub::FetchedXorb& xorb,
                                      const hub::FetchRange& range) {
  const auto chunks = fmt::format(R"({{"start":{},"end":{}}})", range.first, range.last);
  const auto bytes = fmt::format(R"({{"start":{},"end":{}}})", range.begin, range.end - 1);
  const auto url = link_(xorb, range);
  if (version_ == Version::v1) {
    fmt::format_to(std::back_inserter(out), R"({{"range":{},"url":"{}","url_range":{}}})", chunks,
                   url, bytes);
  } else {
    fmt::format_to(std::back_inserter(out),
                   R"({{"url":"{}","ranges":[{{"chunks":{},"bytes":{}}}]}})", url, chunks, bytes);
  }
}

}  // namespace kohaku::api
