// Links to bytes of a xorb, which clients follow without credentials: a reconstruction hands them
// out. A link opens just the bytes it names, for the user it was made for, as long as that user may
// read the repository and the bytes lie where they lay.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "hub/hub.h"
#include "hub/signed_link.h"
#include "hub/xet_access.h"
#include "store/xorb.h"
#include "xet/hash.h"

namespace kohaku::hub {

struct FetchGrant {
  xet::Hash xorb;
  std::uint64_t begin = 0;  // bytes [begin, end) of its serialized chunks
  std::uint64_t end = 0;
  RepoId repo;
  AccountId user;             // 0: anonymous
  std::string physical_name;  // of the file that holds the bytes; not part of the address
};

LinkProof sign_fetch_link(const Secrets& secrets, const FetchGrant& grant, Micros now);
// What is behind a link whose address gave `grant`. forbidden, always in the same words, when the link is
// not valid (any more): clients then ask for the reconstruction again.
struct OpenedFetch {
  std::shared_ptr<const store::Xorb> xorb;  // never null
  ReadableContent repo;
};
Result<OpenedFetch> open_fetch_link(Hub& hub, FetchGrant grant, const LinkProof& proof);

}  // namespace kohaku::hub
