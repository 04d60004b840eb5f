// What sshd's two commands ask the running server over {data}/ssh.sock, and what it answers (docs/ssh.md).
// Each is one line of JSON; behind an answer may follow a conversation of git.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace kohaku::app {

// Which line of authorized_keys does a key have?
struct AskedKey {
  std::string fingerprint;  // "SHA256:…"
  std::string public_key;   // base64; "" when sshd does not tell
  std::string program;      // of the forced command; both without characters special to a shell
  std::string data_directory;
};
BOOST_DESCRIBE_STRUCT(AskedKey, (), (fingerprint, public_key, program, data_directory))

// Somebody connected with a key and wants something.
struct AskedService {
  std::int64_t key = 0;  // its id
  std::string command;   // SSH_ORIGINAL_COMMAND
  std::string protocol;  // GIT_PROTOCOL
  std::string address;   // of the client; "" when sshd does not tell
};
BOOST_DESCRIBE_STRUCT(AskedService, (), (key, command, protocol, address))

// One of the two.
struct SshQuestion {
  std::optional<AskedKey> authorize;
  std::optional<AskedService> serve;
};
BOOST_DESCRIBE_STRUCT(SshQuestion, (), (authorize, serve))

struct SshAnswer {
  int exit_status = 0;
  // For standard output; a sentence for standard error when the status is not 0.
  std::string output;
  // Behind this line follows what git says and hears, raw, until the server closes the connection.
  bool streams = false;
};
BOOST_DESCRIBE_STRUCT(SshAnswer, (), (exit_status, output, streams))

inline constexpr std::size_t longest_ssh_question = 256 * 1024;
inline constexpr const char* ssh_socket_name = "ssh.sock";

}  // namespace kohaku::app
