#!/usr/bin/env python3
"""Installs the real clients that tests/clients drives, each in its own place below .cache/clients.

hub2, hub1 and hub036 are virtual environments made from tests/clients/requirements-<name>.txt (and
requirements-<name>-nodeps.txt, installed without dependencies); npm is a node project made from
tests/clients/package.json. A stamp with the hash of these files says that a place is complete, so a
second call does nothing. Every place is tried even when another fails; the exit status tells.
"""
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INPUT = ROOT / "tests" / "clients"
OUTPUT = ROOT / ".cache" / "clients"
PYTHON_CLIENTS = ["hub2", "hub1", "hub036"]
CLIENTS = PYTHON_CLIENTS + ["npm"]


def inputs_of(client: str) -> list[Path]:
    if client == "npm":
        names = ["package.json", "package-lock.json"]
    else:
        names = [f"requirements-{client}.txt", f"requirements-{client}-nodeps.txt"]
    return [INPUT / name for name in names if (INPUT / name).exists()]


def stamp_of(client: str) -> str:
    digest = hashlib.sha256()
    for path in inputs_of(client):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_ready(client: str) -> bool:
    stamp = OUTPUT / client / "installed.stamp"
    return stamp.exists() and stamp.read_text() == stamp_of(client)


def run(*command: object, cwd: Path = ROOT) -> None:
    subprocess.run([str(part) for part in command], cwd=cwd, check=True)


def install_python(client: str, place: Path) -> None:
    run(sys.executable, "-m", "venv", place)
    pip = [place / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
           "--retries", "5"]
    for requirements in inputs_of(client):
        without = ["--no-deps"] if requirements.stem.endswith("-nodeps") else []
        run(*pip, *without, "-r", requirements)


def install_node(place: Path) -> None:
    place.mkdir(parents=True)
    for path in inputs_of("npm"):
        shutil.copy(path, place)
    command = "ci" if (place / "package-lock.json").exists() else "install"
    run("npm", command, "--no-audit", "--no-fund", "--loglevel=error", cwd=place)


def install(client: str) -> None:
    place = OUTPUT / client
    if not inputs_of(client):
        raise FileNotFoundError(f"no requirement file for {client} in {INPUT}")
    shutil.rmtree(place, ignore_errors=True)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    if client == "npm":
        install_node(place)
    else:
        install_python(client, place)
    (place / "installed.stamp").write_text(stamp_of(client))


def main() -> int:
    failed = 0
    for client in sys.argv[1:] or CLIENTS:
        if is_ready(client):
            continue
        print(f"Installing client {client}", flush=True)
        try:
            install(client)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"Client {client} could not be installed: {error}", file=sys.stderr, flush=True)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
