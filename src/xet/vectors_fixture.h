// The reference vectors of tests/xet/vectors, made by the official crates (tests/xet/maker).
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "xet/chunker.h"
#include "xet/hash.h"

namespace kohaku::xet {

inline std::string vector_file(const std::string& name) {
  std::ifstream file(std::string(KOHAKU_SOURCE_DIR "/tests/xet/vectors/") + name, std::ios::binary);
  if (!file) throw std::runtime_error("no vector " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string random_stream(std::size_t size, std::uint64_t seed) {  // SplitMix64
  std::string out;
  for (std::uint64_t state = seed; out.size() < size;) {
    state += 0x9E3779B97F4A7C15;
    std::uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EB;
    z ^= z >> 31U;
    out.append(reinterpret_cast<const char*>(&z), sizeof z);
  }
  out.resize(size);
  return out;
}

inline std::string float_stream(std::size_t size) {
  std::string out;
  for (std::uint32_t k = 0; out.size() < size; ++k) {
    const float value = static_cast<float>(k) * 0.001F;
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  out.resize(size);
  return out;
}

inline std::string text_stream(std::size_t size) {
  std::string out;
  for (unsigned k = 0; out.size() < size; ++k) {
    out += "line " + std::to_string(k % 977) + " of a text that repeats itself\n";
  }
  out.resize(size);
  return out;
}

// The input that a vector's name stands for.
inline std::string vector_input(const std::string& name) {
  if (name == "rand1_1048576_insert8_at_500000") {
    return random_stream(1048576, 1).insert(500000, "INSERTED");
  }
  const auto size = std::stoul(name.substr(name.find('_') + 1));
  if (name.starts_with("rand")) return random_stream(size, std::stoul(name.substr(4)));
  if (name.starts_with("zero")) return std::string(size, '\0');
  if (name.starts_with("const59")) return std::string(size, '\x59');
  return name.starts_with("f32") ? float_stream(size) : text_stream(size);
}

struct Vector {
  std::string name;
  std::string input;
  boost::json::object expected;

  std::string text(const char* key) const { return expected.at(key).as_string().c_str(); }
  std::vector<std::size_t> chunk_ends() const {
    return boost::json::value_to<std::vector<std::size_t>>(expected.at("chunk_ends"));
  }
  // The input cut at the expected chunk ends.
  std::vector<std::string_view> chunks() const {
    std::vector<std::string_view> list;
    std::size_t from = 0;
    for (const std::size_t end : chunk_ends()) {
      list.push_back(std::string_view(input).substr(from, end - from));
      from = end;
    }
    return list;
  }
  std::vector<Chunk> hashes() const {
    std::vector<Chunk> list;
    const auto texts = boost::json::value_to<std::vector<std::string>>(expected.at("chunk_hashes"));
    std::size_t from = 0;
    const auto ends = chunk_ends();
    for (std::size_t i = 0; i < ends.size(); ++i) {
      list.push_back({*parse_hash(texts[i]), static_cast<std::uint32_t>(ends[i] - from)});
      from = ends[i];
    }
    return list;
  }
};

inline const std::vector<Vector>& vectors() {
  static const std::vector<Vector> list = [] {
    std::vector<Vector> made;
    const auto json = boost::json::parse(vector_file("vectors.json"));
    for (const auto& entry : json.at("vectors").as_array()) {
      std::string name = entry.at("name").as_string().c_str();
      std::string input = vector_input(name);
      made.push_back({std::move(name), std::move(input), entry.as_object()});
    }
    return made;
  }();
  return list;
}

inline const Vector& vector_named(std::string_view name) {
  for (const Vector& vector : vectors()) {
    if (vector.name == name) return vector;
  }
  throw std::runtime_error("no vector of that name");
}

}  // namespace kohaku::xet
