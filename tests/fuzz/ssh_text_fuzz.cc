// The texts of SSH: the first byte chooses between a public key and a command, the rest is its input.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/encoding.h"
#include "hub/ssh_command.h"
#include "hub/ssh_key.h"

namespace {

using namespace kohaku;
using namespace kohaku::hub;

void require(bool holds) {
  if (!holds) std::abort();
}

void key(std::string_view text) {
  const auto parsed = parse_ssh_key(text);
  if (!parsed) return;
  const auto again = parse_ssh_key(parsed->type + " " + base64_encode(as_bytes(parsed->blob)));
  require(again && again->blob == parsed->blob && again->type == parsed->type);
  require(parse_fingerprint(fingerprint_text(parsed->fingerprint())) == parsed->fingerprint());
}

void command(std::string_view text) {
  const auto parsed = parse_ssh_command(text);
  if (parsed) require(check_name(parsed->repo.owner) && check_name(parsed->repo.name));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) key(text);
  else command(text);
  return 0;
}
