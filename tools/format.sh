#!/bin/bash
# format.sh [--check]: clang-format on every C++ file of ours; --check only tells what it would change.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(-i)
[[ ${1:-} == --check ]] && mode=(--dry-run -Werror)
find src cli cmake tests bench \( -name node_modules -o -name '.*' \) -prune -o \
  \( -name '*.h' -o -name '*.cc' \) -print0 2>/dev/null |
  xargs -0 --no-run-if-empty -P "$(nproc)" -n 16 clang-format-19 "${mode[@]}"
