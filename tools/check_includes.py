#!/usr/bin/env python3
"""Checks the direction of includes: a file sees its own room and the rooms to its left.

cli/ stands apart, as it talks to the server over HTTP: it sees itself, base and os, and nobody sees it.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
LEVELS = [["base"], ["os"], ["http", "net", "db", "xet"], ["store"], ["git"], ["stats"], ["hub"],
          ["api", "jobs"], ["app"]]
CLI_SEES = ["cli", "base", "os"]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def complaint(room: str, quote: str, included: str) -> str | None:
    """Why a file of `room` must not include `included`, or None."""
    first = included.split("/")[0]
    if room == "cli":
        return f"cli sees only {', '.join(CLI_SEES)}" if quote == '"' and first not in CLI_SEES else None
    if quote == '"':
        if first not in LEVEL:
            return f'includes are absolute from src/, "{included}" is not'
        if first != room and LEVEL[first] == LEVEL[room]:
            return f"{room} and {first} are brothers and do not include each other"
        if LEVEL[first] > LEVEL[room]:
            return f"{first} stands to the right of {room}, which must not know it"
    elif included.startswith("boost/beast") and room != "http":
        return "only src/http knows Beast"
    elif included.startswith("boost/") and room == "base" and included != "boost/asio/awaitable.hpp":
        return "base takes nothing from Boost but boost/asio/awaitable.hpp"
    return None


def complaints_of(room: str, path: Path) -> list[str]:
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        reason = match and complaint(room, *match.groups())
        if reason:
            found.append(f"{path.relative_to(ROOT)}:{number}: {reason}")
    return found


def main() -> int:
    unknown = [f"src/{path.name}: no such room in the house plan" for path in sorted(SRC.iterdir())
               if path.is_dir() and path.name not in LEVEL]
    rooms = {**{room: SRC / room for room in LEVEL}, "cli": ROOT / "cli"}
    paths = [(room, path) for room, directory in rooms.items() for path in sorted(directory.rglob("*"))
             if path.suffix in (".h", ".cc")]
    found = unknown + [line for room, path in paths for line in complaints_of(room, path)]
    print("\n".join(found + [f"{len(paths)} files, {len(found)} includes in the wrong direction"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
