// What came from a socket and is not used yet. 1 KiB lies inside the connection, enough for a usual
// request header, so that an idle connection holds no other memory; more is allocated while needed.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace kohaku::http {

class InputBuffer {
 public:
  std::string_view unused() const { return {base() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  // Room after the unused bytes; moves them to the front first. Views die. May be empty when full.
  std::span<char> space() {
    std::memmove(base(), base() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    return {base() + end_, capacity() - end_};
  }
  void filled(std::size_t count) { end_ += count; }

  std::size_t capacity() const { return heap_ ? heap_capacity_ : inline_.size(); }
  // Keeps the unused bytes; views die.
  void grow(std::size_t wanted) {
    if (wanted <= capacity()) return;
    std::unique_ptr<char[]> larger = std::make_unique_for_overwrite<char[]>(wanted);
    const std::string_view kept = unused();
    std::memcpy(larger.get(), kept.data(), kept.size());
    end_ = kept.size();
    begin_ = 0;
    heap_ = std::move(larger);
    heap_capacity_ = wanted;
  }
  // Gives the allocation back when what is unused fits into the connection itself.
  void shrink() {
    const std::size_t size = end_ - begin_;
    if (!heap_ || size > inline_.size()) return;
    std::memcpy(inline_.data(), heap_.get() + begin_, size);
    heap_.reset();
    begin_ = 0;
    end_ = size;
  }

 private:
  const char* base() const { return heap_ ? heap_.get() : inline_.data(); }
  char* base() { return heap_ ? heap_.get() : inline_.data(); }

  std::array<char, 1024> inline_;
  std::unique_ptr<char[]> heap_;
  std::size_t heap_capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace kohaku::http
