"""Xet uploads that go wrong, meet, and share: interrupted ones, two at once, two owners, edited copies."""
import concurrent.futures
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from environment import client_environment
from kit.server import Server
from test_xet import identified, write_random
from transfer import download, packed_bytes, sha256_of, upload, upload_command

pytestmark = pytest.mark.timeout(600)

MIB = 1 << 20


def settled(read) -> int:
    """What `read` gives once that has stayed the same for a second."""
    deadline, last = time.monotonic() + 60, read()
    while True:
        time.sleep(1)
        now = read()
        if now == last:
            return now
        assert time.monotonic() < deadline, "it never came to rest"
        last = now


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_a_client_killed_in_an_upload_succeeds_the_second_time(server, alice, tmp_path, share):
    """Killed when about this share of the bytes has arrived, or at once."""
    large = write_random(tmp_path / "large.bin", 160 * MIB)
    repo, before = f"alice/xet-interrupted-{int(share * 100)}", packed_bytes(server)
    first = subprocess.Popen(upload_command(repo, large, "large.bin"),
                             env=client_environment(server, tmp_path / "writer", alice.token),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    staged = server.data_dir
    deadline = time.monotonic() + 120
    start = bytes_below(staged)
    while first.poll() is None and bytes_below(staged) - start <= share * large.stat().st_size:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert first.poll() is None, "it was done before it could be killed"
    first.send_signal(signal.SIGKILL)
    first.wait()
    arrived = settled(lambda: packed_bytes(server)) - before  # a whole xorb may still wait for its row
    assert server.request("HEAD", f"/{repo}/resolve/main/large.bin").status != 200
    upload(server, alice.token, repo, large, "large.bin", tmp_path / "writer")
    local = download(server, None, repo, "large.bin", tmp_path / "reader")
    assert sha256_of(local) == sha256_of(large)
    # The second try may cut xorbs elsewhere, since it finds some of the first ones by the chunk query.
    assert packed_bytes(server) - before <= arrived + 1.01 * large.stat().st_size


def bytes_below(directory: Path) -> int:
    """Of files with names and without: what clients have sent until now."""
    return sum(status.st_blocks * 512 for folder, _, names in os.walk(directory) for name in names
               if (status := existing(os.path.join(folder, name))))


def existing(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def test_two_clients_upload_the_same_at_once(server, alice, bob, tmp_path):
    large = write_random(tmp_path / "large.bin", 100 * MIB)
    before = packed_bytes(server)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        done = [pool.submit(upload, server, person.token, f"{person.name}/xet-at-once", large, "large.bin",
                            tmp_path / person.name) for person in (alice, bob)]
        for future in done:
            future.result()
    assert packed_bytes(server) - before < 1.01 * large.stat().st_size, "stored once"
    for owner in ("alice", "bob"):
        local = download(server, None, f"{owner}/xet-at-once", "large.bin", tmp_path / f"reader-{owner}")
        assert sha256_of(local) == sha256_of(large)


def test_two_owners_share_the_bytes_and_not_their_fate(server, alice, bob, tmp_path):
    large = write_random(tmp_path / "large.bin", 20 * MIB)
    before = packed_bytes(server)
    for person in (alice, bob):
        upload(server, person.token, f"{person.name}/xet-shared", large, "large.bin", tmp_path / person.name)
        server.request("PUT", f"/api/models/{person.name}/xet-shared/settings", {"private": True}, person.token)
    assert packed_bytes(server) - before < 1.01 * large.stat().st_size
    server.request("DELETE", "/api/repos/delete", {"name": "xet-shared"}, alice.token)
    assert server.request("GET", "/alice/xet-shared/resolve/main/large.bin", token=alice.token).status == 404
    local = download(server, bob.token, "bob/xet-shared", "large.bin", tmp_path / "reader")
    assert sha256_of(local) == sha256_of(large)
    # And the one who deleted it can bring it back with a cache that believes it to be there.
    upload(server, alice.token, "alice/xet-shared", large, "large.bin", tmp_path / "alice")
    assert sha256_of(download(server, None, "alice/xet-shared", "large.bin", tmp_path / "reader-2")) == sha256_of(large)


def edit(path: Path, copy: Path, inserted: int, chance: random.Random) -> Path:
    """1 % in one piece rewritten, and some bytes put before all."""
    size = path.stat().st_size
    with path.open("rb") as old, copy.open("wb") as new:
        new.write(chance.randbytes(inserted))
        shutil.copyfileobj(old, new, 16 * MIB)
        new.seek(inserted + size // 2)
        new.write(chance.randbytes(size // 100))
    return copy


# A client with its cache knows every chunk it has sent. A fresh one asks for the first chunk of the file, and
# for one in a thousand of the others: what is put before all hides the old chunks until it meets one of those.
@pytest.mark.parametrize("first_way,second_home,inserted,most", [
    ("xet", "writer", 1024, 0.02), ("xet", "another", 0, 0.02), ("xet", "another", 1024, 0.5),
    ("lfs", "writer", 0, 0.02)],
    ids=["same client", "fresh client", "fresh client with new beginning", "after LFS"])
def test_of_an_edited_file_only_the_change_is_sent(server, alice, tmp_path, request, first_way, second_home,
                                                   inserted, most):
    case = request.node.callspec.id
    chance = random.Random(case)  # how soon a chunk is one to ask for depends on the content
    large = write_random(tmp_path / "large.bin", 256 * MIB, chance)
    repo = "alice/xet-edited-" + case.replace(" ", "-")
    upload(server, alice.token, repo, large, "large.bin", tmp_path / "writer", first_way)
    identified(server, alice.token, repo, "large.bin", seconds=60)
    edited = edit(large, tmp_path / "edited.bin", inserted, chance)
    before = packed_bytes(server)
    upload(server, alice.token, repo, edited, "large.bin", tmp_path / second_home)
    sent = (packed_bytes(server) - before) / edited.stat().st_size
    print(f"{case}: {sent:.4f} of the file was sent")
    assert 0.01 <= sent <= most, f"{sent:.4f} of the file was sent"
    assert sha256_of(download(server, None, repo, "large.bin", tmp_path / "reader")) == sha256_of(edited)


@pytest.fixture
def own_server():
    with Server() as hub:
        hub.user("alice")
        yield hub


def test_a_lost_xorb_costs_one_failure(own_server, tmp_path):
    """The client's cache names a xorb that is gone: it is told so, and the next try sends it again."""
    server, token = own_server, own_server.people["alice"].token
    large = write_random(tmp_path / "large.bin", 20 * MIB)
    upload(server, token, "alice/lost", large, "large.bin", tmp_path / "writer")
    server.post("/api/repos/create", {"name": "next"}, token)
    server.stop()
    with server.database() as database:
        for table in ("object_terms", "object_xorb", "object_link", "large_object", "xet_chunk",
                      "xorb_registration", "xorb"):
            database.execute(f"DELETE FROM {table}")
    server.start()
    first = upload(server, token, "alice/next", large, "large.bin", tmp_path / "writer", check=False)
    assert first.returncode != 0 and "Try again" in first.stderr, first.stderr[-3000:]
    upload(server, token, "alice/next", large, "large.bin", tmp_path / "writer")
    assert sha256_of(download(server, token, "alice/next", "large.bin", tmp_path / "reader")) == sha256_of(large)
