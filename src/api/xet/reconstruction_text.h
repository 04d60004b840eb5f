// A reconstruction as JSON, written piece by piece: a file may have very many terms.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "hub/xet_reconstruction.h"

namespace kohaku::api {

class ReconstructionText {
 public:
  enum class Version { v1, v2 };
  using Link = std::function<std::string(const hub::FetchedXorb&, const hub::FetchRange&)>;

  ReconstructionText(hub::Reconstruction plan, Version version, Link link);

  // Appends the next part, some `enough` bytes; false when that was the last.
  bool append(std::string& out, std::size_t enough);

 private:
  void append_term(std::string& out);
  void append_xorb(std::string& out);
  void append_fetch(std::string& out, const hub::FetchedXorb& xorb, const hub::FetchRange& range);

  hub::Reconstruction plan_;
  Version version_;
  Link link_;
  bool begun_ = false;
  std::size_t next_term_ = 0;
  std::size_t next_xorb_ = 0;
  std::size_t next_range_ = 0;  // of that xorb
};

}  // namespace kohaku::api
