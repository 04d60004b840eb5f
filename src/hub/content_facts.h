// What a commit's own files tell about the repository: its card, config.json and parameters.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "hub/card.h"
#include "hub/hub.h"
#include "hub/repo.h"
#include "hub/safetensors.h"

namespace kohaku::hub {

// JSON texts are objects; "" when the file is missing or not readable as one.
struct ContentFacts {
  CardMetadata card;
  std::string config;             // architectures, model_type and the like, tokenizer_config
  std::string transformers_info;  // which class of transformers loads it
  std::optional<std::string> mask_token;
  std::optional<SafetensorsFacts> safetensors;
};

// Remembered by commit. Blocks on git, the database and the disk. A file that cannot be understood is
// like none: this fails only when the repository cannot be read.
Result<std::shared_ptr<const ContentFacts>> content_facts(Hub& hub, const Repo& repo,
                                                          const Sha1& commit);

}  // namespace kohaku::hub
