#include "hub/current_caches.h"

namespace kohaku::hub {

std::shared_ptr<CurrentCaches> make_current_caches() { return std::make_shared<CurrentCaches>(); }

}  // namespace kohaku::hub
