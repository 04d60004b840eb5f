// System calls that a signal may interrupt.
#pragma once

#include <cerrno>

namespace kohaku::os {

// Calls again while the answer is -1 with EINTR.
template <class Call>
auto retry(Call call) {
  while (true) {
    const auto answer = call();
    if (answer != -1 || errno != EINTR) return answer;
  }
}

}  // namespace kohaku::os
