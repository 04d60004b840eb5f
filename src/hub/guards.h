// What the rules about people remember in memory, for as long as the server runs: nothing here needs
// to survive a restart.
#pragma once

#include "hub/identity_cache.h"
#include "hub/mailer.h"
#include "hub/passwords.h"
#include "hub/rate_limit.h"

namespace kohaku::hub {

struct Guards {
  Passwords passwords;
  RecentPasswords recent_passwords;
  IdentityCache identities;
  TokenTouches touches;
  Mailer mailer;

  // Wrong passwords. The first limit stops guessing at one account from one address, the second
  // trying many accounts, the third guessing at one account from many addresses.
  RateLimit sign_ins_by_name_and_address{10, 300};
  RateLimit sign_ins_by_address{100, 300};
  RateLimit sign_ins_by_name{200, 300};

  RateLimit letters_by_address{20, 3600};       // registrations that send a letter
  RateLimit device_logins_by_address{60, 900};  // codes asked for
  RateLimit user_codes_by_user{20, 900};        // codes typed in
};

}  // namespace kohaku::hub
