"""The rows of statistics, P11 and P12: 1,000,000 repositories with 7 days each, of which 10,000 have 365 days and
1,000, of one organization, have 30 days of downloaders."""
import os
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench import measure
from bench.measure import Row
from tests.kit.server import ROOT, Server
from tests.kit.statistics import dense_sketch, today

ROUNDS = 5
REPOSITORIES = 1_000_000
LONG, DAYS = 10_000, 365   # repositories of `press`
WIDE = 1_000               # repositories of `wide`
CACHE = ROOT / ".cache" / "bench"


def fill(database: sqlite3.Connection) -> None:
    """Row after row in the order of days, as the folding writes them."""
    now = time.time_ns() // 1000
    accounts = dict(database.execute("SELECT name, id FROM account"))
    first = database.execute("SELECT next_value FROM sequence WHERE name = 'repository'").fetchone()[0]
    database.execute("CREATE TEMP TABLE number AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n "
                     "WHERE i < ?) SELECT i FROM n", (REPOSITORIES - 1,))
    database.execute(
        "INSERT INTO repository (id, type, owner_id, name, lookup_name, created_at, updated_at) "
        "SELECT ?1 + i, 'model', CASE WHEN i < ?2 THEN ?4 WHEN i < ?2 + ?3 THEN ?5 ELSE ?6 END, 'model_' || i, "
        "'model_' || i, ?7, ?7 FROM number",
        (first, LONG, WIDE, accounts["press"], accounts["wide"], accounts["alice"], now))
    database.execute("UPDATE sequence SET next_value = ?", (first + REPOSITORIES,))
    for ago in range(DAYS - 1, -1, -1):
        count = REPOSITORIES if ago < 7 else LONG
        # Downloads fall with the number of the repository, and differ by day.
        database.execute(
            "INSERT INTO repository_day (repo_id, day, traffic, downloads, authenticated, files, huggingface, "
            "huggingface_authenticated, requests, requests_authenticated, bytes) "
            "SELECT ?1 + i, ?2, 0, d, d / 3, d * 2, d, d / 3, d * 4, d, d * 1000 FROM "
            "(SELECT i, 1 + (i * 7919 + ?2 * 104729) % (20 + 1000000 / (i + 1)) AS d FROM number WHERE i < ?3)",
            (first, today() - ago, count))
    database.execute(
        "UPDATE repository SET (downloads, trending_score) = (SELECT SUM(downloads), "
        "SUM(CASE WHEN day > ?1 THEN downloads ELSE 0 END) FROM repository_day WHERE repo_id = repository.id) "
        "WHERE id >= ?2", (today() - 7, first))
    database.execute("INSERT INTO statistics_state (name, value) VALUES ('trending_day', ?1) "
                     "ON CONFLICT (name) DO UPDATE SET value = ?1", (today(),))
    for ago in range(30):
        for traffic in range(3):
            database.execute("INSERT INTO namespace_sketch (owner_id, day, traffic, sketch) VALUES (?, ?, ?, ?)",
                             (accounts["wide"], today() - ago, traffic, dense_sketch(50_000, ago * 3 + traffic)))


def made_today(name: str, make: Callable[[Path], None]) -> Path:
    """A directory of generated data, made once a day."""
    directory = CACHE / f"{name}-{today()}"
    if (directory / "complete").exists():
        return directory
    for old in CACHE.glob(f"{name}-*"):
        shutil.rmtree(old)
    make(directory)
    (directory / "complete").touch()
    return directory


def make(directory: Path) -> None:
    with Server(data_dir=directory) as server:
        alice = server.user("alice")
        for name in ("press", "wide"):
            server.organization(name, alice)
    database = sqlite3.connect(directory / "hub.db", isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -400000")
    database.execute("BEGIN")
    fill(database)
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def data_dir() -> Path:
    """A data directory with the statistics of a large hub."""
    return made_today("statistics", make)


def latency(connection: measure.Connection, path: str, times: int = 40) -> float:
    """The median of one request after the other."""
    return measure.median([measure.seconds(lambda: connection.request("GET", path)) for _ in range(times)])


def p11(work: Path) -> list[Row]:
    """Trending, a year of one repository, unique downloaders, beside the reading of one row."""
    with Server(data_dir=data_dir(), KOHAKU_HUB_LOG_LEVEL="WARNING") as server:
        connection = measure.Connection(server.port, server.token("alice", f"bench-{time.time_ns()}"))
        asked = {
            "trending over 1,000,000 repositories": ("/api/trending?days=7&limit=20", 0.001),
            "365 days of one repository": ("/api/models/press/model_77/stats/recent?days=365", 0.001),
            "30-day unique downloaders of an organization with 1,000 repositories":
                ("/api/organizations/wide/settings/publisher-analytics?fields=uniqueDownloaders", 0.010)}
        idle = measure.wait_until_idle()
        point, *others = measure.in_turn(ROUNDS, lambda: latency(connection, "/api/models/press/model_77/like"),
                                         *[lambda path=path: latency(connection, path) for path, _ in asked.values()])
    base = measure.median(point)
    rows = []
    for (name, (_, most)), figures in zip(asked.items(), others):
        more = measure.median(figures) - base
        rows.append(Row("P11", name, f"{(base + more) * 1e3:.2f} ms", f"a point read: {base * 1e3:.2f} ms", None,
                        f"<= {most * 1e3:.0f} ms more", more <= most, idle))
    return rows


class CatServer:
    """`cat` of one file as the answer to every request."""

    def __init__(self, path: Path):
        self.path = path
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                                   % self.path.stat().st_size)
                subprocess.run(["cat", str(self.path)], stdout=connection.fileno(), check=False)

    def close(self) -> None:
        self.socket.close()


def fetch(url: str, token: str, output: str = "/dev/null") -> None:
    subprocess.run(["curl", "-sf", "-H", f"Authorization: Bearer {token}", "-o", output, url], check=True)


def p12(work: Path) -> list[Row]:
    """The publisher's CSV of 10,000 repositories × 365 days, beside `cat` of the same bytes."""
    with Server(data_dir=data_dir(), KOHAKU_HUB_LOG_LEVEL="WARNING") as server:
        token = server.token("alice", f"bench-{time.time_ns()}")
        url = f"{server.url}/organizations/press/settings/publisher-analytics/download-breakdown"
        copy = work / "breakdown.csv"
        fetch(url, token, str(copy))
        size = copy.stat().st_size
        lines = int(subprocess.run(["wc", "-l", copy], capture_output=True, check=True).stdout.split()[0])
        if lines != LONG * DAYS + 1:
            raise RuntimeError(f"{lines} lines in the breakdown")
        before = measure.resident_bytes(server.process.pid)
        peak = measure.peak_resident_bytes(server.process.pid, lambda: fetch(url, token))
        cat = CatServer(copy)
        idle = measure.wait_until_idle()
        ours, reference = measure.in_turn(ROUNDS, lambda: measure.seconds(lambda: fetch(url, token)),
                                          lambda: measure.seconds(lambda: fetch(f"http://127.0.0.1:{cat.port}/", token)))
        cat.close()
    os.remove(copy)
    speed, against = size / measure.median(ours) / 2**20, size / measure.median(reference) / 2**20
    return [Row("P12", "publisher CSV of 10,000 repositories × 365 days", f"{speed:,.0f} MiB/s",
                f"cat of the same bytes over HTTP: {against:,.0f} MiB/s", speed / against, ">= 0.2",
                speed / against >= 0.2, idle),
            Row("P12", "memory while it is sent", f"+{(peak - before) / 2**20:.1f} MiB", "-", None,
                "constant: <= +16 MiB", peak - before <= 16 * 2**20, idle)]
