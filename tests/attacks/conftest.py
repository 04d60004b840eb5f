"""One server for all attacks: mallory attacks, alice owns, bob reads; lab is alice's organization."""
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

import pytest  # noqa: E402

from kit.server import Server  # noqa: E402


@pytest.fixture(scope="session")
def server():
    with Server() as hub:
        for name in ("alice", "bob", "mallory"):
            hub.user(name)
        hub.organization("lab", hub.people["alice"], bob="member", mallory="member")
        yield hub
