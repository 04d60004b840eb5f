// kohub-cli trending: what was downloaded most in the last days. GET /api/trending?repo_type=&days=&limit=
#pragma once

#include "base/repo_name.h"
#include "base/result.h"
#include "cli/client.h"
#include "cli/format.h"
#include "cli/screen.h"

namespace kohaku::cli {

struct TrendingQuestion {
  RepoType type = RepoType::model;
  int days = 7;
  int limit = 20;
};

Result<> show_trending(Client& client, const TrendingQuestion& question, Format format,
                       const Screen& out);

}  // namespace kohaku::cli
