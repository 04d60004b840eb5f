#!/bin/bash
# Both ways between the official crates and our code:
# the crates make the vectors anew, which must be the committed ones; then they read what we wrote.
set -euo pipefail
cd "$(dirname "$0")"
command -v cargo >/dev/null || { echo "make vectors needs cargo (Rust 1.85 or later)" >&2; exit 1; }

build=$(realpath ../..)/build
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$build/xet-maker}"
cargo build --quiet --release --manifest-path maker/Cargo.toml
maker=$CARGO_TARGET_DIR/release/xet-vectors

rm -rf "$build/xet-vectors" "$build/xet-samples"
mkdir -p "$build/xet-vectors" "$build/xet-samples"
"$maker" make "$build/xet-vectors"
diff -r "$build/xet-vectors" vectors
echo "$(find vectors -type f | wc -l) vectors are those that the official crates make"

[[ -f $build/dev/build.ninja ]] || (cd ../.. && cmake --preset dev)
cmake --build "$build/dev" --target xet_samples
"$build/dev/tests/xet/xet_samples" "$build/xet-samples"
"$maker" check "$build/xet-samples"
