// Which hub to ask, and with which token.
//
//   endpoint   --endpoint, HF_ENDPOINT, "endpoint" in ~/.kohub/config.json, http://localhost:28080
//   token      --token, HF_TOKEN, "token" in ~/.kohub/config.json, what `hf auth login` wrote: the file
//              that HF_TOKEN_PATH names, $HF_HOME/token, $XDG_CACHE_HOME/huggingface/token,
//              ~/.cache/huggingface/token
//
// The first that is there and not empty counts.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/screen.h"

namespace kohaku::cli {

struct Settings {
  std::string endpoint;      // without a slash at its end
  std::string token;         // empty: none. Never printed
  std::string token_origin;  // where the token came from, for people: "HF_TOKEN", a file's path
};

struct GivenSettings {
  std::string endpoint;  // of --endpoint and --token; empty when not given
  std::string token;
};

// unprocessable, with a sentence that says where, for an endpoint that is none, a token that cannot be sent,
// a configuration file that is not JSON, a file that is there and cannot be read.
Result<Settings> read_settings(const GivenSettings& given, const Environment& environment);

}  // namespace kohaku::cli
