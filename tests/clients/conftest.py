"""One server for all client tests of a run, with alice, bob and carol and the organization lab."""
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

import pytest  # noqa: E402

from environment import WAYS, client_environment, hf, run  # noqa: E402
from kit.server import Server  # noqa: E402


@pytest.fixture(scope="session")
def server():
    with Server() as hub:
        alice, _, _ = hub.user("alice"), hub.user("bob"), hub.user("carol")
        hub.organization("lab", alice, carol="member")
        yield hub


@pytest.fixture
def alice(server):
    return server.people["alice"]


@pytest.fixture
def bob(server):
    return server.people["bob"]


@pytest.fixture(scope="module", params=WAYS)
def way(request):
    """For what must work by Xet and by LFS."""
    return request.param


@pytest.fixture
def environment(server, alice, request, tmp_path):
    """Variables for a client process of alice's, with an empty home; by the test's way, if it has two."""
    way = request.getfixturevalue("way") if "way" in request.fixturenames else "xet"
    return client_environment(server, tmp_path, alice.token, way)


@pytest.fixture
def hf_cli(environment, tmp_path):
    """Calls `hf` as alice: hf_cli("upload", …) returns what it printed."""
    def call(*arguments, check=True, **options):
        return run([hf(), *map(str, arguments)], environment, check=check, cwd=tmp_path, **options)
    return call
