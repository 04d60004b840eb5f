// Shell patterns as git matches them against paths. Source: wildmatch.c's behaviour with
// WM_PATHNAME, as gitignore(5) describes it.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

namespace kohaku::git {

// A pattern, read once and matched often. `*` and `?` stop at `/`; `**` between slashes or at an end
// does not. Bytes, not characters.
class Wildcard {
 public:
  explicit Wildcard(std::string_view pattern);
  // The time is bounded by the product of the two lengths, which is taken off `budget` where it is
  // needed; false when it is spent.
  bool matches(std::string_view text, std::size_t& budget) const;

 private:
  enum class Kind {
    literal,   // one byte
    set,       // one byte of several, never `/`
    segment,   // any bytes but `/`
    anything,  // any bytes
    folders,   // `**/`: nothing, or anything up to and with a `/`
  };
  struct Token {
    Kind kind = Kind::literal;
    char literal = 0;
    std::size_t set = 0;  // in sets_
  };
  using Set = std::bitset<256>;

  std::size_t read_stars(std::string_view pattern, std::size_t at);
  std::size_t read_set(std::string_view pattern, std::size_t at);
  void spread(std::vector<bool>& states) const;
  void step(const std::vector<bool>& from, char c, std::vector<bool>& to) const;

  std::string prefix_;  // literal bytes before the first token
  std::string suffix_;  // and behind the last
  std::vector<Token> tokens_;
  std::vector<Set> sets_;
  bool never_ = false;  // malformed: matches nothing
};

// Once, whatever it takes.
bool wildmatch(std::string_view pattern, std::string_view text);

}  // namespace kohaku::git
