// Published objects that are open for reading, each with its check sums and what was checked so far.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "os/files.h"
#include "store/object_files.h"

namespace kohaku::store {

// One object's file. Any number of threads.
class OpenObject {
 public:
  // internal when its length or its check sums are not those of an object of `size` bytes. `damage`
  // grows with every damaged block that is met.
  static Result<std::shared_ptr<OpenObject>>
  open(const ObjectFiles& files, const std::string& physical_name, std::uint64_t size,
       std::shared_ptr<std::atomic<std::uint64_t>> damage = nullptr);
  const os::File& file() const { return file_; }

  // Reads and compares every block that overlaps the span and was not compared before. internal,
  // and a line in the log, when the disk holds other bytes than were published.
  Result<> check(std::uint64_t offset, std::uint64_t length);

 private:
  OpenObject(os::Path path, os::File file, std::uint64_t size, std::vector<std::uint32_t> blocks,
             std::shared_ptr<std::atomic<std::uint64_t>> damage);
  Result<> check_block(std::uint64_t block);

  os::Path path_;
  os::File file_;
  std::uint64_t size_;
  std::vector<std::uint32_t> blocks_;
  std::vector<std::atomic<bool>> checked_;  // by block
  std::shared_ptr<std::atomic<std::uint64_t>> damage_;
};

// A span of an open file as an answer's body, checked block by block before it is sent.
http::FileBody file_body(std::shared_ptr<OpenObject> object, std::uint64_t offset,
                         std::uint64_t length);

// Keeps the recently read objects open. Any number of threads.
class OpenObjects {
 public:
  OpenObjects(ObjectFiles files, std::size_t most) : files_(std::move(files)), most_(most) {}

  Result<std::shared_ptr<OpenObject>> get(const std::string& physical_name, std::uint64_t size);
  void forget(const std::string& physical_name);
  // Damaged blocks that readers met, each time one did.
  std::uint64_t damaged_blocks() const { return *damage_; }

 private:
  struct Entry {
    std::string physical_name;
    std::shared_ptr<OpenObject> object;
  };
  std::shared_ptr<OpenObject> find(const std::string& physical_name);
  std::shared_ptr<OpenObject> keep(const std::string& physical_name,
                                   std::shared_ptr<OpenObject> object);

  ObjectFiles files_;
  std::size_t most_;
  std::shared_ptr<std::atomic<std::uint64_t>> damage_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  std::mutex mutex_;
  std::list<Entry> recent_;  // the last used in front
  std::unordered_map<std::string, std::list<Entry>::iterator> by_name_;
};

}  // namespace kohaku::store
