#include "stats/sketch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace kohaku::stats {
namespace {

constexpr std::size_t register_count = std::size_t{1} << Sketch::precision;
constexpr int value_bits = 64 - Sketch::precision;  // a register's value is 0 to value_bits + 1
// A sparse entry costs 4 bytes in memory and 3 when serialized, a register 1.
constexpr std::size_t most_sparse = register_count / 4;

constexpr char sparse_form = 1;
constexpr char dense_form = 2;

std::uint32_t index_of(std::uint32_t entry) { return entry >> 6U; }

// Ertl, algorithm 6: sigma(x) = x + Σ x^(2^k) 2^(k-1), and tau, of the saturated registers.
double sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double y = 1;
  double z = x;
  for (double before = -1; before != z;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1;
  double z = 1 - x;
  for (double before = -1; before != z;) {
    x = std::sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}

}  // namespace

void Sketch::add(const Who& who) {
  const auto hash = file_of(who);
  const auto index = static_cast<std::uint32_t>(hash >> static_cast<unsigned>(value_bits));
  const auto rest = hash << static_cast<unsigned>(precision);
  raise(index, static_cast<std::uint8_t>(std::min(std::countl_zero(rest), value_bits) + 1));
}

void Sketch::raise(std::uint32_t index, std::uint8_t value) {
  if (!dense_.empty()) {
    dense_[index] = std::max(dense_[index], value);
    return;
  }
  const auto at = std::ranges::lower_bound(sparse_, index, {}, index_of);
  const auto entry = index << 6U | value;
  if (at != sparse_.end() && index_of(*at) == index) {
    *at = std::max(*at, entry);
    return;
  }
  sparse_.insert(at, entry);
  if (sparse_.size() > most_sparse) make_dense();
}

void Sketch::make_dense() {
  dense_.assign(register_count, 0);
  for (const auto entry : sparse_) dense_[index_of(entry)] = entry & 63U;
  sparse_.clear();
  sparse_.shrink_to_fit();
}

void Sketch::merge(const Sketch& other) {
  if (!other.dense_.empty()) {
    if (dense_.empty()) make_dense();
    // By iterators, which compilers turn into a few instructions for many registers.
    std::ranges::transform(dense_, other.dense_, dense_.begin(),
                           [](auto one, auto another) { return std::max(one, another); });
    return;
  }
  if (dense_.empty()) {
    // Of one index the higher value comes last, and is kept.
    std::vector<std::uint32_t> both;
    both.reserve(sparse_.size() + other.sparse_.size());
    std::ranges::merge(sparse_, other.sparse_, std::back_inserter(both));
    sparse_.clear();
    for (const auto entry : both) {
      if (!sparse_.empty() && index_of(sparse_.back()) == index_of(entry)) sparse_.back() = entry;
      else sparse_.push_back(entry);
    }
    if (sparse_.size() > most_sparse) make_dense();
    return;
  }
  for (const auto entry : other.sparse_) raise(index_of(entry), entry & 63U);
}

double Sketch::estimate() const {
  std::array<std::uint32_t, value_bits + 2> count{};  // of registers with each value
  for (const auto value : dense_) ++count.at(value);
  for (const auto entry : sparse_) ++count.at(entry & 63U);
  if (dense_.empty()) count[0] = static_cast<std::uint32_t>(register_count - sparse_.size());
  const double m = register_count;
  double z = m * tau(1 - count[value_bits + 1] / m);
  for (std::size_t k = value_bits; k >= 1; --k) z = 0.5 * (z + count.at(k));
  z += m * sigma(count[0] / m);
  return m * m / (2 * std::log(2.0) * z);
}

std::vector<std::uint8_t> Sketch::registers() const {
  if (!dense_.empty()) return dense_;
  std::vector<std::uint8_t> values(register_count);
  for (const auto entry : sparse_) values[index_of(entry)] = entry & 63U;
  return values;
}

std::string Sketch::serialize() const {
  std::string text;
  if (!dense_.empty()) {
    text.reserve(1 + register_count);
    text.push_back(dense_form);
    text.append(dense_.begin(), dense_.end());
    return text;
  }
  text.reserve(1 + sparse_.size() * 3);
  text.push_back(sparse_form);
  for (const auto entry : sparse_) {
    for (const auto shift : {16U, 8U, 0U}) text.push_back(static_cast<char>(entry >> shift));
  }
  return text;
}

Result<Sketch> Sketch::parse(Bytes bytes) {
  const auto wrong = [] { return fail_internal("not a sketch"); };
  if (bytes.empty()) return wrong();
  const auto form = std::to_integer<char>(bytes.front());
  bytes = bytes.subspan(1);
  Sketch sketch;
  if (form == dense_form && bytes.size() == register_count) {
    const auto* values = reinterpret_cast<const std::uint8_t*>(bytes.data());
    sketch.dense_.assign(values, values + bytes.size());
    if (std::ranges::max(sketch.dense_) > value_bits + 1) return wrong();
    return sketch;
  }
  if (form != sparse_form || bytes.size() % 3 != 0 || bytes.size() / 3 > most_sparse)
    return wrong();
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto entry = std::to_integer<std::uint32_t>(bytes[i]) << 16U |
                       std::to_integer<std::uint32_t>(bytes[i + 1]) << 8U |
                       std::to_integer<std::uint32_t>(bytes[i + 2]);
    const auto value = entry & 63U;
    const bool ascends =
        sketch.sparse_.empty() || index_of(sketch.sparse_.back()) < index_of(entry);
    if (value == 0 || value > value_bits + 1 || index_of(entry) >= register_count || !ascends) {
      return wrong();
    }
    sketch.sparse_.push_back(entry);
  }
  return sketch;
}

}  // namespace kohaku::stats
