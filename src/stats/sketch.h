// How many different: a HyperLogLog of 2^14 registers, standard error 0.81 % (Flajolet et al. 2007), with
// the estimator of Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017, section 4:
// one formula for all sizes, no tables. While few were added it keeps their registers as a sorted list.
//
// Merging sketches of parts gives exactly the sketch of the whole. Values are copyable; one thread each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "stats/event.h"

namespace kohaku::stats {

class Sketch {
 public:
  static constexpr int precision = 14;
  static constexpr double standard_error = 0.0081;

  // The bytes must be evenly distributed, as those of a keyed hash are.
  void add(const Who& who);
  // The register `index`, below 2^precision, becomes at least `value`, 1 to 51.
  void raise(std::uint32_t index, std::uint8_t value);
  void merge(const Sketch& other);
  double estimate() const;  // 0 when nothing was added
  bool empty() const { return sparse_.empty() && dense_.empty(); }
  // All 2^precision; 0 where nothing was added.
  std::vector<std::uint8_t> registers() const;

  // One byte for the form, then the registers: sparse, 3 bytes each (14 bits index, 6 bits value,
  // big-endian, ascending); or dense, 2^14 bytes.
  std::string serialize() const;
  // internal for anything else.
  static Result<Sketch> parse(Bytes bytes);

 private:
  void make_dense();

  std::vector<std::uint32_t> sparse_;  // index << 6 | value, ascending by index
  std::vector<std::uint8_t> dense_;    // 2^14 registers, or empty
};

}  // namespace kohaku::stats
