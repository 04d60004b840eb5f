"""Downloads while the disk is full: every one is answered, and counted once there is room again.

The journal of events (docs/events.md) has segments ahead, then memory; the first to be lost are events
that count nothing. A user agent of 4 KB makes events large, so that thousands of requests fill all of it.
"""
import http.client
import re
import time
from contextlib import closing

import pytest

from full_disk import server_on
from kit.server import Server
from kit.upload import add, commit, must

SEGMENT_BYTES = 8 << 20
SEGMENTS = 3  # the current one and two ahead
WAITING_BYTES = 4 << 20
AGENT_BYTES = 4000  # events are a little larger
COUNTED_SECONDS = 30
PATH = "/alice/counted/resolve/main/weights.txt"


class Downloads:
    """Requests of one client that keeps its connection; each with an agent of its own is a session of its own."""

    def __init__(self, server: Server, name: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.name = name
        self.number = 0

    def close(self) -> None:
        self.connection.close()

    def send(self, method: str, count: int) -> None:
        for _ in range(count):
            self.number += 1
            agent = f"{self.name}/{self.number} ".ljust(AGENT_BYTES, "x")
            self.connection.request(method, PATH, headers={"User-Agent": agent})
            answer = self.connection.getresponse()
            assert answer.status == 200 and (method == "HEAD") == (answer.read() == b""), answer.status


@pytest.fixture
def hub(shim, disk):
    with server_on(shim, disk) as server:
        alice = server.user("alice")
        server.post("/api/repos/create", {"name": "counted"}, alice.token)
        must(commit(server, alice.token, "alice/counted", [add("weights.txt", b"weights")]))
        yield server
        disk.roomy()


@pytest.fixture
def downloads(hub):
    with closing(Downloads(hub, "test")) as client:
        yield client


def counted(server: Server) -> tuple[int, int]:
    """Downloads, and files of their sessions."""
    with server.database() as database:
        return (database.execute("SELECT SUM(downloads) FROM repository").fetchone()[0],
                database.execute("SELECT COALESCE(SUM(files), 0) FROM repository_day").fetchone()[0])


def check_counted(server: Server, expected: int) -> None:
    deadline = time.monotonic() + COUNTED_SECONDS
    while counted(server) != (expected, expected) and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(1)  # and no more than that
    assert counted(server) == (expected, expected)


def lost(server: Server) -> tuple[int, int]:
    """As the log says at last: events, and those of them that count."""
    found = re.findall(r"Events found no place in the journal.* lost=(\d+) lost_counting=(\d+)", server.log.read_text())
    return tuple(map(int, found[-1])) if found else (0, 0)


@pytest.mark.timeout(120)
def test_counts_are_complete_once_there_is_room(hub, disk, downloads):
    downloads.send("GET", 10)
    check_counted(hub, 10)
    disk.full(after=0)
    downloads.send("GET", 200)
    time.sleep(1)
    assert counted(hub)[0] == 10, "the disk is not full"
    disk.roomy()
    downloads.send("GET", 10)
    check_counted(hub, 220)
    assert lost(hub) == (0, 0)


@pytest.mark.timeout(120)
def test_what_is_in_a_segment_outlives_a_kill(hub, disk, downloads):
    disk.full(after=0)
    downloads.send("GET", 300)
    hub.kill()
    disk.roomy()
    hub.start()
    check_counted(hub, 300)


@pytest.mark.timeout(300)
def test_memory_keeps_downloads_when_segments_are_full(hub, disk, downloads):
    time.sleep(1)  # two segments are ahead
    disk.full(after=0)
    downloads.send("HEAD", SEGMENTS * SEGMENT_BYTES // AGENT_BYTES)
    gets = WAITING_BYTES * 3 // 4 // AGENT_BYTES
    for _ in range(gets):
        downloads.send("GET", 1)
        downloads.send("HEAD", 1)
    time.sleep(1)
    assert lost(hub)[0] > 0, "everything found room"
    disk.roomy()
    check_counted(hub, gets)
    assert lost(hub)[0] > gets // 4 and lost(hub)[1] == 0


@pytest.mark.timeout(300)
def test_downloads_go_on_when_nothing_is_kept_any_more(hub, disk, downloads):
    time.sleep(1)
    disk.full(after=0)
    fits = (SEGMENTS * SEGMENT_BYTES + WAITING_BYTES) // AGENT_BYTES
    downloads.send("GET", fits + 500)
    disk.roomy()
    deadline = time.monotonic() + COUNTED_SECONDS
    while counted(hub)[0] < fits * 9 // 10 and time.monotonic() < deadline:
        time.sleep(0.5)
    time.sleep(2)
    total, counting = lost(hub)
    assert total == counting > 0
    check_counted(hub, fits + 500 - counting)
