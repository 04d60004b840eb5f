// kohub-cli: questions to a hub from a terminal. It speaks HTTP and knows nothing of the server's insides.
#include <cstdio>

#include "cli/program.h"

int main(int count, char** arguments) {
  const auto environment = kohaku::cli::process_environment();
  return kohaku::cli::run_program({arguments + 1, arguments + count}, environment,
                                  kohaku::cli::open_screen(stdout, environment),
                                  kohaku::cli::open_screen(stderr, environment));
}
