#include "git/wildmatch.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <optional>
#include <utility>

namespace kohaku::git {
namespace {

using Set = std::bitset<256>;

struct NamedClass {
  std::string_view name;
  int (*test)(int);
};

constexpr std::array<NamedClass, 12> classes = {{
    {"alnum", std::isalnum},
    {"alpha", std::isalpha},
    {"blank", std::isblank},
    {"cntrl", std::iscntrl},
    {"digit", std::isdigit},
    {"graph", std::isgraph},
    {"lower", std::islower},
    {"print", std::isprint},
    {"punct", std::ispunct},
    {"space", std::isspace},
    {"upper", std::isupper},
    {"xdigit", std::isxdigit},
}};

bool add_class(std::string_view name, Set& set) {
  const auto* found = std::find_if(classes.begin(), classes.end(),
                                   [name](const NamedClass& known) { return known.name == name; });
  if (found == classes.end()) return false;
  for (int c = 1; c < 128; ++c) {
    if (found->test(c) != 0) set.set(static_cast<std::size_t>(c));
  }
  return true;
}

// Reads the inside of a bracket expression.
struct SetReader {
  std::string_view pattern;
  std::size_t at;
  Set set;

  bool at_end() const { return at >= pattern.size(); }

  // `[:name:]` at this place; nothing when there is none, false when it is unknown.
  std::optional<bool> read_class() {
    if (!pattern.substr(at).starts_with("[:")) return std::nullopt;
    const auto end = pattern.find(']', at + 2);
    if (end == pattern.npos) return false;
    if (end < at + 3 || pattern[end - 1] != ':') return std::nullopt;  // a plain `[`
    const bool known = add_class(pattern.substr(at + 2, end - at - 3), set);
    at = end + 1;
    return known;
  }

  std::optional<unsigned char> read_byte() {
    if (pattern[at] == '\\') ++at;
    if (at_end()) return std::nullopt;
    return static_cast<unsigned char>(pattern[at++]);
  }

  bool read_range() {
    const auto low = read_byte();
    if (!low) return false;
    auto high = *low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      ++at;
      const auto end = read_byte();
      if (!end) return false;
      high = *end;
    }
    for (unsigned c = *low; c <= high; ++c) set.set(c);
    return true;
  }

  // Leaves `at` behind the closing bracket.
  bool read() {
    const bool negated = !at_end() && (pattern[at] == '!' || pattern[at] == '^');
    if (negated) ++at;
    for (bool first = true; !at_end() && (first || pattern[at] != ']'); first = false) {
      const auto named = read_class();
      if (named ? !*named : !read_range()) return false;
    }
    if (at_end()) return false;
    ++at;
    if (negated) set.flip();
    set.reset('/');
    return true;
  }
};

}  // namespace

// A run of stars; two or more between slashes or ends cross folders. Gives the place behind it.
std::size_t Wildcard::read_stars(std::string_view pattern, std::size_t at) {
  auto end = std::min(pattern.find_first_not_of('*', at), pattern.size());
  const bool opens = at == 0 || pattern[at - 1] == '/';
  const auto rest = pattern.substr(end);
  const bool closes = rest.empty() || rest.starts_with('/') || rest.starts_with("\\/");
  if (end - at < 2 || !opens || !closes) {
    tokens_.push_back({.kind = Kind::segment});
  } else if (rest.starts_with('/')) {
    tokens_.push_back({.kind = Kind::folders});
    ++end;
  } else {
    tokens_.push_back({.kind = Kind::anything});
  }
  return end;
}

std::size_t Wildcard::read_set(std::string_view pattern, std::size_t at) {
  SetReader reader{.pattern = pattern, .at = at + 1, .set = {}};
  never_ = !reader.read();
  tokens_.push_back({.kind = Kind::set, .set = sets_.size()});
  sets_.push_back(reader.set);
  return reader.at;
}

Wildcard::Wildcard(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size() && !never_;) {
    const char c = pattern[at];
    if (c == '*') {
      at = read_stars(pattern, at);
    } else if (c == '[') {
      at = read_set(pattern, at);
    } else if (c == '?') {
      tokens_.push_back({.kind = Kind::set, .set = sets_.size()});
      sets_.push_back(Set().set().reset('/'));
      ++at;
    } else {
      if (c == '\\' && ++at == pattern.size()) never_ = true;
      if (!never_) tokens_.push_back({.kind = Kind::literal, .literal = pattern[at++]});
    }
  }
  const auto is_literal = [](const Token& token) { return token.kind == Kind::literal; };
  const auto first = std::find_if_not(tokens_.begin(), tokens_.end(), is_literal);
  for (auto token = tokens_.begin(); token != first; ++token) prefix_ += token->literal;
  tokens_.erase(tokens_.begin(), first);
  while (!tokens_.empty() && is_literal(tokens_.back())) {
    suffix_ += tokens_.back().literal;
    tokens_.pop_back();
  }
  std::reverse(suffix_.begin(), suffix_.end());
}

// A state is the number of tokens matched; those that may match nothing are passed for free.
void Wildcard::spread(std::vector<bool>& states) const {
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const auto kind = tokens_[i].kind;
    const bool may_be_empty =
        kind == Kind::segment || kind == Kind::anything || kind == Kind::folders;
    if (states[2 * i] && may_be_empty) states[2 * (i + 1)] = true;
  }
}

// Even states stand before a token, odd ones inside a `**/` that has taken bytes and waits for `/`.
void Wildcard::step(const std::vector<bool>& from, char c, std::vector<bool>& to) const {
  std::fill(to.begin(), to.end(), false);
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const auto before = 2 * i;
    const bool here = from[before];
    switch (tokens_[i].kind) {
      case Kind::literal:
        if (here && c == tokens_[i].literal) to[before + 2] = true;
        break;
      case Kind::set:
        if (here && sets_[tokens_[i].set].test(static_cast<unsigned char>(c)))
          to[before + 2] = true;
        break;
      case Kind::segment:
        if (here && c != '/') to[before] = true;
        break;
      case Kind::anything:
        if (here) to[before] = true;
        break;
      case Kind::folders:
        if (!here && !from[before + 1]) break;
        to[before + 1] = true;
        if (c == '/') to[before + 2] = true;
        break;
    }
  }
}

bool Wildcard::matches(std::string_view text, std::size_t& budget) const {
  if (never_ || text.size() < prefix_.size() + suffix_.size()) return false;
  if (!text.starts_with(prefix_) || !text.ends_with(suffix_)) return false;
  text.remove_prefix(prefix_.size());
  text.remove_suffix(suffix_.size());
  if (tokens_.empty()) return text.empty();
  if (tokens_.size() == 1 && tokens_[0].kind == Kind::segment) return text.find('/') == text.npos;

  const auto work = tokens_.size() * text.size();
  if (work > budget) return false;
  budget -= work;
  std::vector<bool> states(2 * tokens_.size() + 1);
  std::vector<bool> next(states.size());
  states[0] = true;
  spread(states);
  for (const char c : text) {
    step(states, c, next);
    spread(next);
    states.swap(next);
  }
  return states.back();
}

bool wildmatch(std::string_view pattern, std::string_view text) {
  auto unlimited = std::numeric_limits<std::size_t>::max();
  return Wildcard(pattern).matches(text, unlimited);
}

}  // namespace kohaku::git
