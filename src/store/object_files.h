// Where the files of large objects and of xorbs lie below the store's root.
//
//   objects/ab/cd/{hash}.{random}       the bytes; ab and cd are the first four digits of the hash,
//                                       an object's SHA-256 or a xorb's hash (its bytes in order)
//   objects/ab/cd/{hash}.{random}.crc   their check sums (store/block_checksums.h)
//   staging/{random}.new                  an upload in one piece
//   staging/{upload id}.parts             an upload in parts
#pragma once

#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "os/files.h"

namespace kohaku::store {

class ObjectFiles {
 public:
  explicit ObjectFiles(os::Path root) : root_(std::move(root)) {}

  const os::Path& root() const { return root_; }
  os::Path objects() const { return root_ / "objects"; }
  os::Path staging() const { return root_ / "staging"; }
  os::Path directory(std::string_view physical_name) const;
  os::Path object(std::string_view physical_name) const;
  os::Path checksums(std::string_view physical_name) const;

  // Begins the hour that a file outlives its row by: who has just looked the row up may still be about
  // to open the file.
  void begin_grace(std::string_view physical_name) const;
  // Data and check sums, whatever of them is there.
  Result<> remove(std::string_view physical_name) const;
  // The same for a copy that no row came to name; a failure is logged and left to the sweep.
  void remove_unneeded(std::string_view physical_name) const;

 private:
  os::Path root_;
};

// "{hash}.{random}", another one each time; `hash` has 64 hexadecimal digits.
std::string new_physical_name(std::string_view hash);

}  // namespace kohaku::store
