import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(Path(__file__).resolve().parent), str(TESTS), str(TESTS / "clients")]

from full_disk import disk, shim  # noqa: E402, F401 -- the fixtures of this directory
