// The key of *who* downloads (decision 18): one for sessions, sketches and the tokens that carry it.
#pragma once

#include "hub/secrets.h"
#include "stats/who.h"

namespace kohaku::hub {

inline stats::WhoKey who_key(const Secrets& secrets) {
  return stats::WhoKey(secrets.key("download-who"));
}

}  // namespace kohaku::hub
