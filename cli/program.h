// kohub-cli: the words of its command line, and what they do.
#pragma once

#include <string>
#include <vector>

#include "cli/screen.h"

namespace kohaku::cli {

// `words` without the program's name. Returns the exit status: 0, 1 when what was asked could not be done, 2 for
// wrong words or settings (report.h).
int run_program(std::vector<std::string> words, const Environment& environment, const Screen& out,
                const Screen& err);

}  // namespace kohaku::cli
