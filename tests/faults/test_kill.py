"""kill -9 at random moments of commits and uploads: what was acknowledged stays, nothing is torn."""
import json
import os
import random
import signal
import socket
import threading
import time
import urllib.parse

import pytest

from kit.server import Server, ServerError
from kit.upload import add, add_large, commit, send_large

CYCLES = int(os.environ.get("FAULT_CYCLES", "50"))
SEED = int(os.environ.get("FAULT_SEED", str(random.randrange(1 << 30))))
START_SECONDS = 3
REPOS = ["alice/one", "alice/two"]


class Ledger:
    """What the server acknowledged: paths with their content, and how often a commit was tried."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged: dict[str, dict[str, bytes]] = {repo: {} for repo in REPOS}
        self.fresh: list[tuple[str, str]] = []
        self.tried: dict[str, list[set[str]]] = {repo: [] for repo in REPOS}

    def tries(self, repo: str, files: dict[str, bytes]) -> None:
        with self.lock:
            self.tried[repo].append(set(files))

    def holds(self, repo: str, files: dict[str, bytes]) -> None:
        with self.lock:
            self.acknowledged[repo] |= files
            self.fresh += [(repo, path) for path in files]


class Writer(threading.Thread):
    """Commits until the server is gone: small files, or large ones with small ones beside them."""

    def __init__(self, server: Server, token: str, ledger: Ledger, number: int, cycle: int, large: bool):
        super().__init__(daemon=True)
        self.server, self.token, self.ledger, self.large = server, token, ledger, large
        self.prefix, self.random = f"{cycle:04}-{number}", random.Random(f"{SEED}-{cycle}-{number}")
        self.trouble: str | None = None

    def run(self):
        try:
            for count in range(10_000):
                self.one(count)
        except (OSError, ValueError, EOFError):
            return  # the server was killed
        except Exception as error:
            if "IncompleteRead" not in repr(error) and "RemoteDisconnected" not in repr(error) \
                    and "BadStatusLine" not in repr(error):
                self.trouble = repr(error)

    def one(self, count: int):
        repo = self.random.choice(REPOS)
        folder = f"{self.prefix}/{count:03}"
        files = {f"{folder}/{name}.txt": self.random.randbytes(self.random.randrange(1, 20_000)) for name in "ab"}
        operations = [add(path, content) for path, content in files.items()]
        if self.large:
            content = self.random.randbytes(self.random.randrange(100_000, 3_000_000))
            answer = send_large(self.server, self.token, repo, content, timeout=20)
            if answer.status != 200:
                raise AssertionError(f"upload {answer.status} {answer.body[:300]!r}")
            files[f"{folder}/large.bin"] = content
            operations.append(add_large(f"{folder}/large.bin", content))
        self.ledger.tries(repo, files)
        answer = commit(self.server, self.token, repo, operations, f"Commit {folder}", timeout=20)
        if answer.status != 200:
            raise AssertionError(f"commit {answer.status} {answer.body[:300]!r}")
        self.ledger.holds(repo, files)


def tree_of(server: Server, repo: str) -> dict[str, dict]:
    entries, url = {}, f"/api/models/{repo}/tree/main?recursive=true"
    while url:
        answer = server.request("GET", url)
        assert answer.status == 200, answer.body
        entries |= {entry["path"]: entry for entry in answer.json() if entry["type"] == "file"}
        link = answer.headers.get("Link")
        url = link.split(">")[0][1:] if link else None
    return entries


def check(server: Server, ledger: Ledger, everything: bool) -> None:
    for repo in REPOS:
        present = tree_of(server, repo)
        lost = [path for path in ledger.acknowledged[repo] if path not in present]
        assert not lost, f"acknowledged and lost in {repo}: {lost[:10]}"
        for files in ledger.tried[repo]:
            there = files & present.keys()
            assert there in (set(), files), f"a torn commit: {sorted(there)} of {sorted(files)}"
    paths = [(repo, path) for repo in REPOS for path in ledger.acknowledged[repo]] if everything else ledger.fresh
    for repo, path in paths:
        answer = server.request("GET", f"/{repo}/resolve/main/{urllib.parse.quote(path)}")
        assert answer.status == 200 and answer.body == ledger.acknowledged[repo][path], (repo, path, answer.status)
    ledger.fresh = []


@pytest.mark.timeout(CYCLES * 20 + 120)
def test_killed_at_random_moments():
    print(f"FAULT_SEED={SEED}")
    chance, ledger, slowest = random.Random(SEED), Ledger(), 0.0
    # Small parts, so that some uploads are multipart.
    server = Server(KOHAKU_HUB_LFS_MULTIPART_THRESHOLD_BYTES="1000000", KOHAKU_HUB_LFS_MULTIPART_CHUNK_SIZE_BYTES="500000")
    with server:
        token = server.user("alice").token
        for repo in REPOS:
            server.post("/api/repos/create", {"name": repo.split("/")[1]}, token)
        for cycle in range(CYCLES):
            writers = [Writer(server, token, ledger, number, cycle, large=number % 2 == 1) for number in range(4)]
            for writer in writers:
                writer.start()
            time.sleep(chance.uniform(0.02, 0.8))
            assert server.process.poll() is None, f"cycle {cycle}: ended by itself\n{server.tail()}"
            server.kill()
            for writer in writers:
                writer.join(30)
                assert not writer.trouble, f"cycle {cycle}: {writer.trouble}"
            if cycle % 10 == 9:
                server.fsck()
            started = time.monotonic()
            server.start(wait_seconds=START_SECONDS)
            slowest = max(slowest, time.monotonic() - started)
            check(server, ledger, everything=False)
            assert server.git_fsck() >= len(REPOS)
        check(server, ledger, everything=True)
        done = {repo: len(files) for repo, files in ledger.acknowledged.items()}
        assert min(done.values()) > CYCLES, f"hardly anything was written: {done}"
        print(f"{CYCLES} kills, files {done}, slowest start {slowest:.2f} s")
        server.stop()
        server.fsck()
        server.start()


@pytest.mark.timeout(120)
def test_a_killed_server_leaves_no_lock_and_two_cannot_share_a_directory():
    with Server() as server:
        second = Server(data_dir=server.data_dir)
        with pytest.raises(ServerError, match="ended with"):
            second.start(wait_seconds=5)
        second.kill()
        assert server.request("GET", "/health").status == 200
        server.kill()
        server.start(wait_seconds=START_SECONDS)


@pytest.mark.timeout(120)
def test_sigterm_lets_requests_finish():
    """A commit of which half has come when SIGTERM comes: it is taken, answered, and there afterwards."""
    with Server() as server:
        token = server.user("alice").token
        server.post("/api/repos/create", {"name": "drained"}, token)
        lines = [{"key": "header", "value": {"summary": "Late"}},
                 *[add(f"{number}.txt", os.urandom(200_000)) for number in range(30)]]
        body = "\n".join(map(json.dumps, lines)).encode()
        head = (f"POST /api/models/alice/drained/commit/main HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
                f"Authorization: Bearer {token}\r\nContent-Type: application/x-ndjson\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall(head + body[:len(body) // 2])
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            connection.sendall(body[len(body) // 2:])
            answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
        assert server.process.wait(20) == 0, server.tail()
        server.process = None
        server.start()
        assert len(tree_of(server, "alice/drained")) == 31
