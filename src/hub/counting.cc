#include "hub/counting.h"

#include "hub/who_key.h"

namespace kohaku::hub {

Result<stats::CountingRules> counting_rules(const Hub& hub) {
  return stats::CountingRules{who_key(hub.secrets),
                              TRY(stats::Countries::open(hub.config.geoip_db)),
                              hub.config.download_window_seconds};
}

}  // namespace kohaku::hub
