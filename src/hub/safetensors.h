// How many parameters a model has, by the header of its safetensors files.
// Source of the format: the safetensors README (8 bytes length, little endian, then a JSON object of
// name → {dtype, shape, data_offsets}).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "git/repository.h"
#include "hub/hub.h"

namespace kohaku::hub {

struct SafetensorsFacts {
  std::map<std::string, std::uint64_t> parameters;  // by data type, "F32"
  std::uint64_t total = 0;
  friend bool operator==(const SafetensorsFacts&, const SafetensorsFacts&) = default;
};

inline constexpr std::uint64_t longest_safetensors_header = 4U << 20U;

// Adds the tensors of one header. False when it is not one, or says what cannot be; `facts` is then
// as before.
bool add_safetensors_header(std::string_view json, SafetensorsFacts& facts);

// Of model.safetensors in the root, or of its shards (model-00001-of-00005.safetensors) when there is
// a model.safetensors.index.json. Nothing when there is neither, or when a file lies about itself.
// Blocks on git, the database and the disk.
Result<std::optional<SafetensorsFacts>>
read_safetensors(Hub& hub, RepoId repo, const git::Repository& repository, const Sha1& root);

}  // namespace kohaku::hub
