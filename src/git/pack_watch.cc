#include "git/pack_watch.h"

#include <algorithm>
#include <charconv>

namespace kohaku::git {
namespace {

constexpr std::size_t length_digits = 4;
constexpr char pack_band = 1;  // of the side bands; other lines are text

}  // namespace

void PackWatch::see(Bytes output) {
  while (!output.empty() && !done_) {
    const auto skipped = std::min(skip_, output.size());
    skip_ -= skipped;
    output = output.subspan(skipped);
    if (output.empty()) return;
    line_[known_++] = static_cast<char>(output.front());
    output = output.subspan(1);
    see_line();
  }
}

void PackWatch::see_line() {
  if (line_[0] == 'P') {  // "PACK": no line, but a pack without side bands
    ++begun_;
    done_ = true;
  }
  if (done_ || known_ < length_digits) return;
  std::size_t length = 0;
  const auto* end = line_.data() + length_digits;
  const auto [stop, error] = std::from_chars(line_.data(), end, length, 16);
  if (error != std::errc{} || stop != end) {
    done_ = true;
  } else if (length <= length_digits) {  // flush and the like
    if (length == 0 && in_pack_) ++ended_;
    if (length == 0) in_pack_ = false;
    known_ = 0;
  } else if (known_ > length_digits) {
    if (line_[length_digits] == pack_band && !in_pack_) {
      in_pack_ = true;
      ++begun_;
    }
    skip_ = length - line_.size();
    known_ = 0;
  }
}

}  // namespace kohaku::git
