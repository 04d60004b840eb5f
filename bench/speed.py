"""The rows of bars.md that are speeds: P1, P2, P3, P7, P8, P9, P14."""
import base64
import hashlib
import json
import os
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from bench import measure, seed
from bench.measure import Row
from bench.nginx import Nginx
from tests.kit.server import Person, Server

GIB = 2**30
ROUNDS = 5


def file_of(path: Path, size: int) -> str:
    """Writes `size` bytes that do not repeat; returns their sha256."""
    digest = hashlib.sha256()
    with path.open("wb") as out:
        for number in range(0, size, 1 << 20):
            block = hashlib.shake_128(number.to_bytes(8, "little")).digest(min(1 << 20, size - number))
            out.write(block)
            digest.update(block)
    return digest.hexdigest()


def batch(server: Server, person: Person, repo: str, oid: str, size: int) -> dict:
    body = {"operation": "upload", "transfers": ["basic"], "objects": [{"oid": oid, "size": size}]}
    return server.post(f"/{repo}.git/info/lfs/objects/batch", body, person.token)["objects"][0]


def put(url: str, path: Path) -> None:
    subprocess.run(["curl", "-sf", "-H", "Expect:", "-T", str(path), "-o", "/dev/null", url], check=True)


def commit_lines(summary: str, *lines: dict) -> bytes:
    header = {"key": "header", "value": {"summary": summary, "description": ""}}
    return "\n".join(json.dumps(line) for line in (header, *lines)).encode()


def inline_file(path: str, content: bytes) -> dict:
    return {"key": "file", "value": {"path": path, "encoding": "base64",
                                     "content": base64.b64encode(content).decode()}}


def lfs_line(path: str, oid: str, size: int) -> dict:
    return {"key": "lfsFile", "value": {"path": path, "algo": "sha256", "oid": oid, "size": size}}


def p1(work: Path) -> list[Row]:
    """HEAD resolve of a large file, public, anonymous, 32 kept connections."""
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING", KOHAKU_HUB_LFS_MULTIPART_THRESHOLD_BYTES=str(8 * GIB)) as server, Nginx(work) as nginx:
        alice = server.user("alice")
        server.post("/api/repos/create", {"name": "fast"}, alice.token)
        path = work / "large.bin"
        oid = file_of(path, 12_000_000)
        put(batch(server, alice, "alice/fast", oid, 12_000_000)["actions"]["upload"]["href"], path)
        connection = measure.Connection(server.port, alice.token)
        connection.request("POST", "/api/models/alice/fast/commit/main",
                           commit_lines("large", lfs_line("large.bin", oid, 12_000_000)))
        url = f"{server.url}/alice/fast/resolve/main/large.bin"
        idle = measure.wait_until_idle()
        ours, fixed, reference = measure.in_turn(
            ROUNDS,
            lambda: measure.requests_per_second(url, head=True),
            lambda: measure.requests_per_second(f"{server.url}/health", head=True),
            lambda: measure.requests_per_second(f"{nginx.url}/fixed", head=True))
    rate, own, other = map(measure.median, (ours, fixed, reference))
    return [
        Row("P1", "HEAD resolve of a large file, 32 connections", f"{rate:,.0f}/s",
            f"nginx return 200: {other:,.0f}/s", rate / other, ">= 0.6", rate / other >= 0.6, idle),
        Row("P1", "the same beside our own fixed 200", f"{rate:,.0f}/s", f"/health: {own:,.0f}/s",
            rate / own, ">= 0.75", rate / own >= 0.75, idle)]


def fetch(url: str, connections: int) -> None:
    """The whole file, split over the connections."""
    if connections == 1:
        subprocess.run(["curl", "-sf", "-o", "/dev/null", url], check=True)
        return
    running = [subprocess.Popen(["curl", "-sf", "-o", "/dev/null", url]) for _ in range(connections)]
    if any(process.wait() for process in running):
        raise RuntimeError(f"{url}: a download failed")


def quiet(size: int) -> None:
    """Nothing waits for the disk, what the server does with earlier uploads is over, and there is memory for this
    one, the client's file and some more."""
    os.sync()
    measure.wait_until_idle(60)
    measure.touch_memory(size + GIB)


def p2_p3(work: Path) -> list[Row]:
    """2 GiB in, verified and durable; 2 GiB out over 1 and 4 connections."""
    size = 2 * GIB
    rows = []
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING", KOHAKU_HUB_LFS_MULTIPART_THRESHOLD_BYTES=str(8 * GIB)) as server, Nginx(work) as nginx:
        alice = server.user("alice")
        path = nginx.directory / "files" / "big"
        oid = file_of(path, size)
        path.chmod(0o644)
        number = 0

        def upload() -> float:
            # Another repository each time: it does not hold the object, so it must be sent again.
            nonlocal number
            number += 1
            server.post("/api/repos/create", {"name": f"up-{number}"}, alice.token)
            href = batch(server, alice, f"alice/up-{number}", oid, size)["actions"]["upload"]["href"]
            quiet(size)
            return measure.seconds(lambda: put(href, path))

        def reference_upload() -> float:
            # Another file each time, as with ours.
            name = f"big-{number}"

            def send_and_sync() -> None:
                put(f"{nginx.url}/put/{name}", path)
                subprocess.run(["sync", str(nginx.directory / "put" / name)], check=True)
            quiet(size)
            return measure.seconds(send_and_sync)

        idle = measure.wait_until_idle()
        ours, other = measure.in_turn(3, upload, reference_upload)
        taken, reference = measure.median(ours), measure.median(other)
        rows.append(Row("P3", "LFS upload of 2 GiB, verified and durable", f"{size / taken / 2**20:,.0f} MiB/s",
                        f"nginx WebDAV PUT + sync: {size / reference / 2**20:,.0f} MiB/s",
                        reference / taken, ">= 0.8", reference / taken >= 0.8, idle))
        measure.Connection(server.port, alice.token).request(
            "POST", "/api/models/alice/up-1/commit/main", commit_lines("big", lfs_line("big.bin", oid, size)))
        url = f"{server.url}/alice/up-1/resolve/main/big.bin"
        for connections in (1, 4):
            idle = measure.wait_until_idle()
            ours, other = measure.in_turn(ROUNDS,
                                          lambda: measure.seconds(lambda: fetch(url, connections)),
                                          lambda: measure.seconds(lambda: fetch(f"{nginx.url}/files/big", connections)))
            taken, reference = measure.median(ours), measure.median(other)
            total = size * connections / 2**20
            rows.append(Row("P2", f"GET of 2 GiB over {connections} connection(s)", f"{total / taken:,.0f} MiB/s",
                            f"nginx sendfile: {total / reference:,.0f} MiB/s", reference / taken, ">= 0.95",
                            reference / taken >= 0.95, idle))
    return rows


def durable_reference(work: Path) -> float:
    """One fsynced SQLite transaction and one fsynced file, as seconds for both."""
    database = sqlite3.connect(work / "reference.db", isolation_level=None)
    database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                           "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v TEXT)")
    taken = []
    for number in range(100):
        path = work / f"reference-{number}"

        def write() -> None:
            database.execute("INSERT INTO t (v) VALUES (?)", ("x" * 100,))
            descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
            os.write(descriptor, b"x" * 300)
            os.fsync(descriptor)
            os.close(descriptor)
        taken.append(measure.seconds(write))
        path.unlink()
    database.close()
    return measure.median(taken)


def p7(work: Path) -> list[Row]:
    """A commit of one small file, durable."""
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING") as server:
        alice = server.user("alice")
        server.post("/api/repos/create", {"name": "small"}, alice.token)
        connection = measure.Connection(server.port, alice.token)
        number = 0

        def commits() -> float:
            nonlocal number
            taken = []
            for _ in range(100):
                number += 1
                body = commit_lines(f"commit {number}", inline_file("config.json", b'{"n": %d}' % number))
                taken.append(measure.seconds(
                    lambda: connection.request("POST", "/api/models/alice/small/commit/main", body)))
            return measure.median(taken)
        idle = measure.wait_until_idle()
        ours, other = measure.in_turn(ROUNDS, commits, lambda: durable_reference(work))
    taken, reference = measure.median(ours), measure.median(other)
    return [Row("P7", "commit of 1 small file, durable", f"{taken * 1e3:.2f} ms",
                f"fsynced SQLite transaction + file: {reference * 1e3:.2f} ms", taken / reference,
                "<= 2.5", taken / reference <= 2.5, idle)]


def p8(work: Path) -> list[Row]:
    """A commit of 1,000 small files in one request, durable, beside git add and commit, unsynced."""
    def contents(round_number: int) -> dict[str, bytes]:
        return {f"folder-{n % 10}/file-{n}.txt": (f"round {round_number} file {n} " * 60).encode()
                for n in range(1000)}
    rounds = {"ours": 0, "git": 0}
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING") as server:
        alice = server.user("alice")
        server.post("/api/repos/create", {"name": "many"}, alice.token)
        connection = measure.Connection(server.port, alice.token)
        checkout = Path(tempfile.mkdtemp(prefix="git-", dir=work))
        git = ["git", "-C", str(checkout), "-c", "core.fsync=none", "-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run([*git, "init", "-q"], check=True)

        def ours() -> float:
            rounds["ours"] += 1
            body = commit_lines("many", *(inline_file(*item) for item in contents(rounds["ours"]).items()))
            return measure.seconds(lambda: connection.request("POST", "/api/models/alice/many/commit/main", body))

        def with_git() -> float:
            rounds["git"] += 1
            for name, content in contents(rounds["git"]).items():
                (checkout / name).parent.mkdir(exist_ok=True)
                (checkout / name).write_bytes(content)

            def add_and_commit() -> None:
                subprocess.run([*git, "add", "-A"], check=True)
                subprocess.run([*git, "commit", "-q", "-m", "many"], check=True)
            return measure.seconds(add_and_commit)
        idle = measure.wait_until_idle()
        taken, reference = map(measure.median, measure.in_turn(ROUNDS, ours, with_git))
    return [Row("P8", "commit of 1,000 small files, durable", f"{taken * 1e3:.0f} ms",
                f"git add + commit, unsynced: {reference * 1e3:.0f} ms", taken / reference, "<= 0.5",
                taken / reference <= 0.5, idle)]


def latency(connection: measure.Connection, path: str, times: int = 100) -> float:
    return measure.median([measure.seconds(lambda: connection.request("GET", path)) for _ in range(times)])


def p9(work: Path) -> list[Row]:
    """Pages of large trees and long histories, beside a small JSON reply."""
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING") as server:
        alice = server.user("alice")
        connection = measure.Connection(server.port, alice.token)
        server.post("/api/repos/create", {"name": "wide"}, alice.token)
        for part in range(10):
            lines = [inline_file(f"folder-{part}-{n // 1000}/file-{n % 1000:04}.txt", b"%d %d" % (part, n))
                     for n in range(10_000)]
            connection.request("POST", "/api/models/alice/wide/commit/main", commit_lines("files", *lines))
        server.post("/api/repos/create", {"name": "deep"}, alice.token)
        for n in range(10_000):  # 200 for each file, so that their last commits lie all over the history
            connection.request("POST", "/api/models/alice/deep/commit/main",
                               commit_lines(f"commit {n}", inline_file(f"file-{n // 200:02}.txt", b"%d" % n)))
        idle = measure.wait_until_idle()
        page, expanded, small = measure.in_turn(
            ROUNDS,
            lambda: latency(connection, "/api/models/alice/wide/tree/main/folder-5-5"),
            lambda: latency(connection, "/api/models/alice/deep/tree/main?expand=true&limit=50"),
            lambda: latency(connection, "/api/version"))
    base = measure.median(small)
    rows = []
    for work_name, figures, most in (("page of 1,000 entries of a tree of 100,000 files", page, 0.002),
                                     ("page of 50 with expand on 10,000 commits", expanded, 0.010)):
        more = measure.median(figures) - base
        rows.append(Row("P9", work_name, f"{(base + more) * 1e3:.2f} ms", f"small JSON reply: {base * 1e3:.2f} ms",
                        None, f"<= {most * 1e3:.0f} ms more", more <= most, idle))
    return rows


def p14(work: Path) -> list[Row]:
    """Start to first answer with 100,000 repositories on disk."""
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING") as server:
        alice = server.user("alice")
        server.post("/api/repos/create", {"name": "first"}, alice.token)
        server.stop()
        seed.repositories(server.data_dir, 100_000)
        measure.wait_until_idle()
        taken = []
        for _ in range(ROUNDS):
            taken.append(measure.seconds(server.start))
            server.stop()
        server.start()
        idle = measure.idle_share()
    figure = measure.median(taken)
    return [Row("P14", "start to first answer, 100,000 repositories on disk", f"{figure:.3f} s", "-", None,
                "<= 0.3 s", figure <= 0.3, idle)]
