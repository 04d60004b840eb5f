#include "hub/xet_links.h"

#include <fmt/format.h>

#include <optional>

namespace kohaku::hub {
namespace {

constexpr std::int64_t fetch_link_seconds = 3600;

// Also says where the bytes lie: the same chunks, packed in another way, have other offsets.
std::string fetch_text(const FetchGrant& grant, std::string_view expires) {
  return fmt::format("GET xorb\n{}\n{}\n{}\n{}\n{}\n{}\n{}", xet::to_text(grant.xorb), grant.begin,
                     grant.end, grant.repo.value, grant.user.value, expires, grant.physical_name);
}

}  // namespace

LinkProof sign_fetch_link(const Secrets& secrets, const FetchGrant& grant, Micros now) {
  return prove_link(secrets, now.plus_seconds(fetch_link_seconds),
                    [&](std::string_view expires) { return fetch_text(grant, expires); });
}

Result<OpenedFetch> open_fetch_link(Hub& hub, FetchGrant grant, const LinkProof& proof) {
  auto xorb = TRY(hub.objects.xorbs().find(grant.xorb));
  if (!xorb) return refuse_link();
  grant.physical_name = xorb->place().physical_name;
  TRY(check_link(hub, fetch_text(grant, proof.expires), proof));
  const auto user = grant.user.value == 0 ? std::nullopt : std::optional(grant.user);
  return OpenedFetch{std::move(xorb), TRY(readable_behind_link(hub, grant.repo, user))};
}

}  // namespace kohaku::hub
