#!/usr/bin/env python3
"""Runs clang-tidy on every source of ours, but not twice on the same text.

A stamp below .cache/tidy bears the hash of .clang-tidy, of the file and of every header of ours that
it reaches, so that only what a change touches is looked at again.

  tidy.py <build directory with compile_commands.json> [files…]
"""
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".cache" / "tidy"
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def reached(path: Path, seen: dict[Path, bytes]) -> None:
    """Collects the texts of `path` and of every header of ours that it includes."""
    if path in seen or not path.exists():
        return
    seen[path] = path.read_bytes()
    for name in INCLUDE.findall(seen[path]):
        reached(ROOT / ("" if name.startswith(b"cli/") else "src") / name.decode(), seen)


def stamp_of(path: Path) -> Path:
    texts: dict[Path, bytes] = {}
    reached(path, texts)
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for reached_path in sorted(texts):
        digest.update(str(reached_path.relative_to(ROOT)).encode() + b"\0" + texts[reached_path] + b"\0")
    return STAMPS / digest.hexdigest()


def tidy(build: str, path: Path) -> tuple[Path, bool, str]:
    stamp = stamp_of(path)
    if stamp.exists():
        return path, True, ""
    done = subprocess.run(["clang-tidy-19", "--quiet", "-p", build, str(path)], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if done.returncode == 0:
        stamp.touch()
    return path, done.returncode == 0, done.stdout


def main() -> int:
    build, only = sys.argv[1], {Path(name).resolve() for name in sys.argv[2:]}
    commands = json.loads((Path(build) / "compile_commands.json").read_text())
    files = sorted({Path(command["file"]) for command in commands})
    files = [path for path in files if path.is_relative_to(ROOT) and path.exists()
             and path.relative_to(ROOT).parts[0] in ("src", "cli")
             and not path.name.endswith("_test.cc") and (not only or path in only)]
    STAMPS.mkdir(parents=True, exist_ok=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, good, output in pool.map(lambda path: tidy(build, path), files):
            failed += not good
            if not good:
                print(f"{path.relative_to(ROOT)}:\n{output}", flush=True)
    print(f"clang-tidy: {len(files)} files, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
