// One pack file: the entries in it, as they stand at their offsets. Source: gitformat-pack(5).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/digest.h"
#include "base/result.h"
#include "git/object.h"
#include "git/open_files.h"

namespace kohaku::git {

// What stands before the deflated data of an entry.
struct PackEntry {
  enum class Kind { whole, offset_delta, id_delta };
  Kind kind = Kind::whole;
  ObjectType type = ObjectType::blob;  // of a whole object
  std::uint64_t size = 0;              // of the data when inflated: the object, or the delta
  std::uint64_t data_offset = 0;
  std::uint64_t base_offset = 0;  // offset_delta
  Sha1 base_id;                   // id_delta
};

// Opened when it is first read. Any number of threads.
class Pack {
 public:
  Pack(std::string name, os::Path path, std::shared_ptr<OpenFiles> files);
  ~Pack();
  Pack(const Pack&) = delete;
  Pack& operator=(const Pack&) = delete;

  const std::string& name() const { return name_; }  // "pack-…", without an extension

  // Code::not_found when the file is gone, Code::internal when it is damaged.
  Result<PackEntry> entry(std::uint64_t offset) const;
  // The inflated data of an entry.
  Result<std::string> data(const PackEntry& entry) const;
  // The first bytes of them, at most `most`.
  Result<std::string> data_head(const PackEntry& entry, std::size_t most) const;
  // Gives the deflated bytes from the entry's data on, piece by piece; the pack must outlive it.
  std::function<Result<Bytes>()> data_source(const PackEntry& entry) const;

 private:
  std::function<Result<Bytes>()> source(const PackEntry& entry, std::size_t piece) const;
  std::string name_;
  os::Path path_;
  std::shared_ptr<OpenFiles> files_;
  std::uint64_t key_;
};

}  // namespace kohaku::git
