#include "hub/ssh_key.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/encoding.h"
#include "base/hash.h"

namespace kohaku::hub {
namespace {

// Keys made by ssh-keygen for these tests, and what `ssh-keygen -lf` says of them. Their private halves
// were thrown away.
struct RealKey {
  std::string type;
  std::string base64;
  std::string fingerprint;
  bool warned = false;
};
const std::vector<RealKey> real_keys{
    {"ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIC5Q1nyl/lnqV4v33OUThF2EnmtLPzRXUPOgG8ElpE4S",
     "SHA256:0S5Gz+2MKhHw45VJJ3AH72DqFRwEBIZ1lzdNc0Lcs6w"},
    {"ecdsa-sha2-nistp256",
     "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAR9fPbvclV1bRRAVNUfgN7jEhsMIO1Bm5Ft"
     "VAloRsIWDSpweWhXCc1wlRzbwUaeN8dFv2Wjn0nVMMwYquxDc08=",
     "SHA256:Y1N/nGOP5Fmc9+g8CnQVJV4d+OOrbJOqZWs6Hn17s5U"},
    {"ecdsa-sha2-nistp384",
     "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBLK4lIP6rVzU3GOy71I9yQF8wma+OlJNe75q"
     "hSVn7WpSGgmyuV7ocWFnE8/scAnYXPAmbT/WnXSy0hkXbXuiZhzwjy++ChUi1t6M1NRtX9O3ICuJ0o0/jv73JmJs"
     "LE2/fg==",
     "SHA256:0TspH6ZhbwYJAeA+ZX810xE0gVQX+miGrbOEDjFUum4"},
    {"ecdsa-sha2-nistp521",
     "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAB9OMmXVTDklgX4kNPMay127Yt89yKKNxUZ"
     "h+p+FOyj0aVt+IvZDxAGuApey3kj7n7eNhydbWLXiuqyjH0T1OssfQFy9LW0vGI/fJsgguFPWKKqrsYkyHiKFGof"
     "Wh+Pfx2eeV+MwMTwaYx2YPYNNqcoUCIZVR3oCwNMaKK966BNRrvrqg==",
     "SHA256:xUg8Gjw0R+u89/T2Hmw7DtoXvHSFaY+PRVLUkQjuqMg"},
    {"ssh-rsa",
     "AAAAB3NzaC1yc2EAAAADAQABAAAAgQDx5Q5LZO9uZ4eyRZLaRVGVDPPUa1hZJPS8uOO8sTfLyatm26TrlRWczBdv"
     "I03SeuWZEbIzDJwdxoIc29ZEzQ5+9FcHxDylK9Ff3Zt2INt+/8UViiWq+jzYdfX8qAC+KzzxNMfO/zmgyLtHQB86"
     "dOR2vjpopYaeZV75af1ecU2zEw==",
     "SHA256:wNID9ZlD0arx2zpGR6lcunwviPsITCGgrAuVsOIvEP4", true},
    {"ssh-rsa",
     "AAAAB3NzaC1yc2EAAAADAQABAAABAQDIxgggPimTWQJWhKKvDSI9N6pFbVbH/saxLJRIrR4aaKI26aZ1GDknp9Uq"
     "89BPAQN2qGgKSEJ1DH8kBtkkSSCNxKsdCpHtUhdZe1GRpCyLdC+C3z1zVOjSpxiJIqfLb0tQN17eEuQLFHaJ1W6I"
     "CjYbeiZrPdjKajHYPV7lfkNh4O3PrK9Kqdd0/mMMq2xWIu98M1j0NnW6iB+8igbyj8Nhlzk/1cLzeVqkomC0L0T0"
     "b902xO8wNX06DyLRWJesddXqRrirkEDkTanUhR8f4fWm1OpCjLW5qGMVgecbRc6t5Y1m2RM88KTAgvAntQwUPE2T"
     "j+/8zuno8dpWRub26p47",
     "SHA256:6JDDarSH/BEQtAEhMfJNwYkb091OuXKtm/5yiHv1L48"},
    {"ssh-dss",
     "AAAAB3NzaC1kc3MAAACBAIAdywVBOVluiRjWJGdnaPvA2RRzvwPC4TQVaVc5niXZu3MWx9AnU2zS1GL2y2Jn52dA"
     "WOqYnIH+FCP8JuqMOQMFOShywNY2jJnjx6q6jIGz0dUrJkh5J7yBAzpxEeaZOfwZ2RLVBxAXxO6fq1k4bzz8kS8x"
     "6bY4In5nuwinpECFAAAAFQCfPxQkyjOq3/U1bdYjqdWU1yO4HQAAAIBKqM8CUDnE9YVzTDKEsQxm42WUjcSAAkZp"
     "19fEUGPEZPBBzu9xaSpQziAl1GqRo/0bVJArkgSlNp/zc71snfE8F+2P/2cgC4NASUoeeze7cvR5g1vUN6HDXwfB"
     "6DoW7ygasWnAF5IHLT1W1BlRC8P/GoAtGUO/RrDp5T7L4Dy6zQAAAIBZRzHxpxYqnmEvrJka231Tbof5+BeMyE3w"
     "XJTI25KNj9k15f8FNqkLPQw2AeRzz4UDvfPJqGRff+5Oh2QTk0bQFpUWu1/ZU6d1yhIvY6P+2hijVvnsiTLiY/fW"
     "HA9YqE4NhSq7z8/GbN5V32TQe77Z0LaAmf5IVQEAkSixTFd2Ug==",
     "SHA256:PSYhqqGKYp/Mn/uGJK60kxmiC3eOTrmevp6Snj/a8v8", true},
};

std::string field(std::string_view text) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>(text.size() >> static_cast<unsigned>(shift) & 0xffU);
  }
  return out + std::string(text);
}

std::string line(std::string_view type, std::string_view blob) {
  return std::string(type) + " " + base64_encode(as_bytes(blob));
}

bool is_refused(std::string_view text) {
  const auto key = parse_ssh_key(text);
  return !key && key.error().code == Code::bad_request && !key.error().message.empty();
}

const std::string ed25519 = field("ssh-ed25519") + field(std::string(32, 'k'));
const std::string point = "\x04" + std::string(64, 'p');

TEST(SshKey, RealKeysAreThoseOfSshKeygen) {
  for (const auto& real : real_keys) {
    const auto key = parse_ssh_key(real.type + " " + real.base64 + " ada@laptop\n");
    ASSERT_TRUE(key) << real.type << ": " << key.error().message;
    EXPECT_EQ(key->type, real.type);
    EXPECT_EQ(base64_encode(as_bytes(key->blob)), real.base64);
    EXPECT_EQ(key->comment, "ada@laptop");
    EXPECT_EQ(fingerprint_text(key->fingerprint()), real.fingerprint);
    EXPECT_EQ(!key->warning.empty(), real.warned) << real.type;
    EXPECT_EQ(parse_fingerprint(real.fingerprint), key->fingerprint());
  }
}

TEST(SshKey, NothingOfARealKeyMayBeMissingOrTooMuch) {
  for (const auto& real : real_keys) {
    const auto blob = *base64_decode(real.base64);
    for (std::size_t i = 0; i < blob.size(); ++i) {
      EXPECT_TRUE(is_refused(line(real.type, blob.substr(0, i)))) << real.type << " " << i;
    }
    EXPECT_TRUE(is_refused(line(real.type, blob + "x")));
    EXPECT_TRUE(is_refused(line(real.type, blob + field("x"))));
    EXPECT_TRUE(is_refused(line("ssh-ed25519", blob)) || real.type == "ssh-ed25519");
  }
}

TEST(SshKey, SecurityKeys) {
  for (const auto& [type, key] :
       {std::pair(std::string("sk-ssh-ed25519@openssh.com"), field(std::string(32, 'k'))),
        std::pair(std::string("sk-ecdsa-sha2-nistp256@openssh.com"),
                  field("nistp256") + field(point))}) {
    EXPECT_TRUE(parse_ssh_key(line(type, field(type) + key + field("ssh:")))) << type;
    EXPECT_TRUE(parse_ssh_key(line(type, field(type) + key + field("ssh:work"))));
    for (const auto* application : {"", "https://example.org", "ssh:a b", "ssh:\n"}) {
      EXPECT_TRUE(is_refused(line(type, field(type) + key + field(application)))) << application;
    }
    EXPECT_TRUE(is_refused(line(type, field(type) + key)));
  }
}

TEST(SshKey, CurvesAndPointsMustFit) {
  const std::string type = "ecdsa-sha2-nistp256";
  EXPECT_TRUE(parse_ssh_key(line(type, field(type) + field("nistp256") + field(point))));
  EXPECT_TRUE(is_refused(line(type, field(type) + field("nistp384") + field(point))));
  EXPECT_TRUE(is_refused(line(type, field(type) + field("nistp256") + field(point + "p"))));
  EXPECT_TRUE(is_refused(
      line(type, field(type) + field("nistp256") + field("\x02" + std::string(32, 'p')))));
}

TEST(SshKey, NumbersAreAboveZeroAndShort) {
  const auto rsa = [](std::string_view exponent, std::string_view modulus) {
    return line("ssh-rsa", field("ssh-rsa") + field(exponent) + field(modulus));
  };
  const std::string modulus = std::string(1, '\0') + std::string(256, '\xab');
  EXPECT_TRUE(parse_ssh_key(rsa("\x01\x01", modulus)));
  EXPECT_TRUE(is_refused(rsa("", modulus)));
  EXPECT_TRUE(is_refused(rsa(std::string(1, '\0'), modulus)));
  EXPECT_TRUE(is_refused(rsa(std::string("\0\x03", 2), modulus)));        // longer than it need be
  EXPECT_TRUE(is_refused(rsa("\xff", modulus)));                          // negative
  EXPECT_TRUE(is_refused(rsa("\x03", modulus.substr(1))));                // negative
  EXPECT_TRUE(is_refused(rsa("\x03", "\x7f")));                           // no key at all
  EXPECT_TRUE(is_refused(rsa("\x03", "\x7f" + std::string(2048, 'n'))));  // 16,391 bits
}

TEST(SshKey, TextsThatAreNoKey) {
  const auto good = line("ssh-ed25519", ed25519);
  ASSERT_TRUE(parse_ssh_key(good));
  ASSERT_TRUE(parse_ssh_key("  " + good + "\t a comment \r\n\n"));
  for (const std::string& bad :
       {std::string(), std::string("\n"), std::string("ssh-ed25519"), std::string("ssh-ed25519 "),
        std::string("ssh-ed25519 AAAA"), "command=\"sh\" " + good, good + "\n" + good,
        "no-pty " + good, "ssh-rsa " + good.substr(12), good.substr(0, good.size() - 1), good + "=",
        good.substr(0, 30) + "*" + good.substr(31),
        line("ssh-ed25519-cert-v01@openssh.com", ed25519), line("SSH-ED25519", ed25519),
        good + " \x01", good + " \xff", good + " " + std::string(256, 'c'),
        std::string("-----BEGIN OPENSSH PRIVATE KEY-----"), std::string(20'000, 'a')}) {
    EXPECT_TRUE(is_refused(bad)) << bad.substr(0, 200);
  }
}

TEST(SshKey, FingerprintsHaveOneSpelling) {
  const auto text = fingerprint_text(sha256("x"));
  ASSERT_TRUE(parse_fingerprint(text));
  for (const auto& bad : {text + "=", text.substr(7), "MD5:" + text.substr(7), text + "A",
                          text.substr(0, text.size() - 1), std::string()}) {
    EXPECT_FALSE(parse_fingerprint(bad)) << bad;
  }
}

}  // namespace
}  // namespace kohaku::hub
