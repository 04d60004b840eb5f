"""What an operator asks of a hub that real clients filled by Xet: fsck, scrub, gc, storage, generations."""
import os
import re
from pathlib import Path

import pytest

from environment import client_environment, python, run
from kit.server import Server

UPLOAD = """
import sys
from huggingface_hub import HfApi
api = HfApi()
api.create_repo(sys.argv[1], exist_ok=True)
api.upload_file(path_or_fileobj=sys.argv[2], path_in_repo=sys.argv[3], repo_id=sys.argv[1])
"""

SIZE = 24_000_000


def row(table: str, name: str) -> tuple[int, int, int, float]:
    found = re.search(rf"^{re.escape(name)} +(\d+) +(\d+) +(-?\d+) +([\d.]+)$", table, re.MULTILINE)
    assert found, table
    return int(found[1]), int(found[2]), int(found[3]), float(found[4])


@pytest.mark.timeout(300)
def test_an_operator_looks_after_xorbs(tmp_path: Path):
    with Server() as hub:
        alice, bob = hub.user("alice"), hub.user("bob")
        environment = client_environment(hub, tmp_path, alice.token)
        content = bytearray(os.urandom(SIZE))
        for number in range(2):
            content[number * 5_000_000 + 1_000_000] ^= 1
            path = tmp_path / f"{number}.bin"
            path.write_bytes(content)
            run([python("hub2"), "-c", UPLOAD, "alice/kept", str(path), "model.bin"], environment)

        named, stored, saved, ratio = row(hub.operate("storage"), "models/alice/kept")
        assert named == 2 * SIZE and saved == named - stored
        assert SIZE <= stored < 1.1 * SIZE and ratio > 1.8
        assert row(hub.operate("storage"), "total")[0] == named
        assert row(hub.operate("storage", "alice/kept"), "models/alice/kept") == (named, stored, saved, ratio)

        report = hub.request("GET", "/api/models/alice/kept/storage", token=bob.token).json()
        assert report["objects"] == 2 and report["named_bytes"] == named and report["stored_bytes"] == stored
        assert 0.9 * SIZE < report["shared_with_revisions_bytes"] <= SIZE
        assert report["shared_with_repositories_bytes"] == 0 and report["git_bytes"] > 0

        assert re.search(r"^0 xorbs that nothing names, 0 bytes$", hub.operate("gc", "--dry-run"), re.MULTILINE)
        assert re.search(r"^0 xorbs compacted", hub.operate("gc"), re.MULTILINE)
        assert hub.operate("scrub").splitlines()[-1] == "0 problems"
        hub.stop()
        assert hub.operate("fsck", "--full").splitlines()[-1] == "0 problems", "without a server"

        xorb = next(path for path in (hub.data_dir / "store" / "objects").rglob("*")
                    if path.is_file() and path.suffix != ".crc" and path.stat().st_size > 1_000_000)
        damaged = bytearray(xorb.read_bytes())
        damaged[500_000] ^= 1
        xorb.write_bytes(damaged)
        hub.start()
        with pytest.raises(AssertionError, match="are not what was published"):
            hub.operate("scrub")


def test_generations_are_raised_after_a_restore():
    with Server() as hub:
        alice = hub.user("alice")
        hub.post("/api/repos/create", {"name": "bird"}, alice.token)

        def cas_url() -> str:
            token = hub.request("GET", "/api/models/alice/bird/xet-write-token/main", token=alice.token).json()
            return token["casUrl"]

        before = cas_url()
        hub.admin("raise-xet-generations")
        assert before.endswith("/g1") and cas_url() == before[:-1] + "2"


@pytest.mark.timeout(300)
def test_a_quota_stops_the_clients_and_a_grant_lets_them_go_on(tmp_path: Path):
    """Each way is told in a sentence, and nothing of what was refused is there."""
    with Server(KOHAKU_HUB_DEFAULT_USER_PUBLIC_QUOTA_BYTES=str(SIZE + 1_000_000)) as hub:
        alice = hub.user("alice")

        def send(name: str, way: str, check: bool = True):
            path = tmp_path / name
            path.write_bytes(os.urandom(SIZE))
            return run([python("hub2"), "-c", UPLOAD, "alice/full", str(path), name],
                       client_environment(hub, tmp_path, alice.token, way), check=check)

        send("first.bin", "xet")
        for way in ("xet", "lfs"):
            refused = send(f"{way}.bin", way, check=False)
            assert refused.returncode != 0, f"{way}: it was let in"
            assert f"The public repositories of alice may hold {SIZE + 1_000_000} bytes" in refused.stderr, refused.stderr
        paths = {entry["path"] for entry in hub.request("GET", "/api/models/alice/full/tree/main").json()}
        assert "first.bin" in paths and not paths & {"xet.bin", "lfs.bin"}

        told = re.search(r"^public +(\d+) bytes used of (\d+) bytes$", hub.admin("quota", "alice"), re.MULTILINE)
        assert SIZE < int(told[1]) < SIZE + 100_000 and int(told[2]) == SIZE + 1_000_000
        assert re.search(r"^public +\d+ bytes used of no limit$", hub.admin("quota", "alice", "--public", "unlimited"),
                         re.MULTILINE)
        for way in ("xet", "lfs"):
            send(f"{way}.bin", way)
