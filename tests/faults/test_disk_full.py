"""The disk is full at the n-th write, for every n of a commit and of an upload by LFS and by Xet.

Each time: a clean 507 (or the request got through), reads go on, nothing is corrupt, and writes work
again within seconds of there being room.
"""
import hashlib
import os
import re
import time

import pytest

from full_disk import ENOUGH, Disk, server_on
from kit.server import Answer, Server
from kit.upload import add, add_large, commit, must, send_large
from xet_client import Uploader

RESUME_SECONDS = 5


@pytest.fixture(scope="module")
def hub(shim, disk):
    with server_on(shim, disk, KOHAKU_HUB_LFS_MULTIPART_THRESHOLD_BYTES="3000000",
                   KOHAKU_HUB_LFS_MULTIPART_CHUNK_SIZE_BYTES="1500000") as server:
        alice = server.user("alice")
        server.post("/api/repos/create", {"name": "full"}, alice.token)
        must(send_large(server, alice.token, "alice/full", b"known large" * 1000))
        must(commit(server, alice.token, "alice/full", [add("known.txt", b"known"),
                                                        add_large("known.bin", b"known large" * 1000)]))
        yield server
        disk.roomy()
        server.stop()
        server.fsck()
        server.start()


def small_commit(server: Server, name: str) -> Answer:
    return commit(server, server.people["alice"].token, "alice/full",
                  [add(f"{name}/{number}.txt", os.urandom(3000)) for number in range(3)], timeout=30)


def upload(server: Server, name: str, size: int) -> Answer:
    token, content = server.people["alice"].token, os.urandom(size)
    answer = send_large(server, token, "alice/full", content, timeout=30)
    if answer.status != 200:
        return answer
    return commit(server, token, "alice/full", [add_large(f"{name}/large.bin", content)], timeout=30)


def check_reads(server: Server) -> None:
    assert server.request("GET", "/alice/full/resolve/main/known.txt").body == b"known"
    assert server.request("GET", "/alice/full/resolve/main/known.bin").body == b"known large" * 1000
    assert server.request("GET", "/api/models/alice/full/tree/main").status == 200
    assert server.request("GET", "/health").status == 200


def paths_of(server: Server) -> set[str]:
    paths, url = set(), "/api/models/alice/full/tree/main?recursive=true"
    while url:
        answer = server.request("GET", url)
        paths |= {entry["path"] for entry in answer.json()}
        link = answer.headers.get("Link")
        url = link.split(">")[0][1:] if link else None
    return paths


def writes_resume(server: Server, name: str) -> None:
    deadline = time.monotonic() + RESUME_SECONDS
    while (answer := small_commit(server, name)).status != 200:
        assert time.monotonic() < deadline, f"{answer.status} {answer.body!r} although there is room"
        time.sleep(0.1)


def count_writes(disk: Disk, attempt) -> tuple[int, int]:
    """How many writes one attempt makes: until it is answered, and with the work that follows it."""
    disk.settle()
    disk.full(after=ENOUGH)
    attempt()
    answered = disk.seen()
    time.sleep(0.3)
    return answered, disk.roomy()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("what", ["commit", "upload", "multipart upload"])
def test_full_at_every_write(hub, disk, what):
    label = what.replace(" ", "-")
    size = {"upload": 2_500_000, "multipart upload": 4_000_000}.get(what)

    def attempt(name: str) -> Answer:
        return upload(hub, f"{label}-{name}", size) if size else small_commit(hub, f"{label}-{name}")

    answered, count = count_writes(disk, lambda: must(attempt("counting")))
    assert 2 < count < 2000, f"{count} writes were seen: does the server write otherwise?"
    step = max(1, count // 150)
    refused = 0
    tried = [*range(min(count, 60)), *range(60, count, step)]
    for after in tried:
        disk.full(after)
        answer = attempt(str(after))
        check_reads(hub)
        seen = disk.roomy()
        assert answer.status in (200, 507), f"write {after} of {count}: {answer.status} {answer.body[:300]!r}"
        if answer.status == 507:
            refused += 1
            assert answer.headers["X-Error-Code"] == "InsufficientStorage" and answer.json()["error"]
            assert seen > after
        writes_resume(hub, f"{label}-after-{after}")
        there = {path for path in paths_of(hub) if path.startswith(f"{label}-{after}/")}
        assert bool(there) == (answer.status == 200), f"write {after}: {answer.status}, but {there}"
    needed = sum(after < answered for after in tried)
    assert refused > needed * 2 // 3, f"only {refused} were refused, of {needed} without room for all {answered} writes"
    assert hub.git_fsck() == 1


def server_errors(server: Server, since: int) -> tuple[set[int], int]:
    """The statuses from 500 on that the log tells of, from a place in it, and where it ends now."""
    text = server.log.read_bytes()
    found = re.findall(rb" method=\w+ path=\S+ status=(5\d\d) ", text[since:])
    return {int(status) for status in found}, len(text)


@pytest.fixture
def uploader(hub, tmp_path):
    """The real hf_xet, which gives up at the first refusal."""
    client = Uploader(hub, hub.people["alice"].token, tmp_path / "client", "alice/full", "xet", "full", 3_000_000,
                      HF_XET_CLIENT_RETRY_MAX_ATTEMPTS="0")
    yield client
    client.end()


@pytest.mark.timeout(400)
def test_full_at_every_write_of_a_xet_upload(hub, disk, uploader):
    """The client is told, by a 507 or by the last line of the shard's answer; what it was promised is there."""
    def attempt() -> dict:
        return uploader.one("once", 60)

    assert "error" not in attempt(), "the first upload, with room enough"
    arrived = []
    answered, count = count_writes(disk, lambda: arrived.append(attempt()))
    assert "error" not in arrived[0] and 5 < count < 500, f"{count} writes were seen: {arrived}"
    _, log_end = server_errors(hub, 0)
    refused = 0
    tried = [*range(min(count, 40)), *range(40, count, 5)]
    for after in tried:
        disk.full(after)
        done = attempt()
        check_reads(hub)
        disk.roomy()
        statuses, log_end = server_errors(hub, log_end)
        assert statuses <= {507}, f"write {after} of {count}: {statuses}, {done}"
        if "error" in done:
            refused += 1
            assert "507" in done["error"] or "storage is full" in done["error"], done
            assert done["path"] not in paths_of(hub), f"write {after}: refused and there"
        else:
            arrived.append(done)
        writes_resume(hub, f"xet-after-{after}")
    needed = sum(after < answered for after in tried)
    assert refused > needed * 2 // 3, f"only {refused} were refused, of {needed} without room for all {answered} writes"
    last = uploader.one("until-done", 60)
    assert last["tries"] == 1, f"not at the first try although there is room: {last}"
    for file in [*arrived, last]:
        answer = hub.request("GET", f"/alice/full/resolve/main/{file['path']}")
        assert answer.status == 200 and hashlib.sha256(answer.body).hexdigest() == file["sha256"], file
    assert hub.git_fsck() == 1


@pytest.mark.timeout(120)
def test_killed_while_full(hub, disk):
    """A crash on a full disk, and a start that finds no room either."""
    before = paths_of(hub)
    disk.full(after=3)
    assert small_commit(hub, "killed").status in (200, 507)
    hub.kill()
    disk.roomy()
    hub.start(wait_seconds=3)
    assert before <= paths_of(hub)
    check_reads(hub)
    writes_resume(hub, "after-the-kill")
    assert hub.git_fsck() == 1
