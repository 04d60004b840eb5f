"""What counting costs the server (P10), and how quickly events become numbers."""
import os
import subprocess
import time
from pathlib import Path

from bench import measure
from bench.measure import Row
from bench.speed import commit_lines, inline_file
from tests.kit.server import ROOT, Server

ROUNDS = 5
REQUESTS = 200_000  # so many of them make a segment of the log at once
# Longer than folding and logging take, so that their work is in the figure.
AFTERWARDS_SECONDS = 4


def cpu_seconds(pid: int) -> float:
    """Of the process and of children that ended: user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def prepared(**environment: str) -> Server:
    server = Server(KOHAKU_HUB_LOG_LEVEL="WARNING", **environment)
    server.start()
    alice = server.user("alice")
    server.post("/api/repos/create", {"name": "fast"}, alice.token)
    connection = measure.Connection(server.port, alice.token)
    connection.request("POST", "/api/models/alice/fast/commit/main",
                       commit_lines("small", inline_file("config.json", b"{}" * 500)))
    return server


def micros_per_request(server: Server, path: str, head: bool) -> float:
    before = cpu_seconds(server.process.pid)
    measure.requests_per_second(server.url + path, head=head, requests=REQUESTS)
    time.sleep(AFTERWARDS_SECONDS)
    return (cpu_seconds(server.process.pid) - before) / REQUESTS * 1e6


def p10(_: Path) -> list[Row]:
    """The same requests, not counted, counted, and logged as well."""
    path = "/alice/fast/resolve/main/config.json"
    servers = {"off": prepared(KOHAKU_HUB_STATISTICS="false"), "counted": prepared(KOHAKU_HUB_ACCESS_LOG_DAYS="0"),
               "logged": prepared()}
    rows = []
    try:
        for work, head in [("HEAD resolve", True), ("GET of 1,000 bytes", False)]:
            idle = measure.wait_until_idle()
            spent = measure.in_turn(ROUNDS, *(lambda server=server: micros_per_request(server, path, head)
                                              for server in servers.values()))
            off, counted, logged = map(measure.median, spent)
            for title, mine, bar in [("counted: the server's CPU per request, folding included", counted, 1.05),
                                     ("counted and logged, the writing of Parquet included", logged, None)]:
                rows.append(Row("P10", f"{work}, {title}", f"{mine:.2f} µs", f"counting off: {off:.2f} µs", mine / off,
                                f"<= {bar}" if bar else "none", mine / off <= bar if bar else None, idle))
    finally:
        for server in servers.values():
            server.__exit__(None)
    return rows


def folding(work: Path) -> list[Row]:
    """Events of the journal folded into the database, transactions and disk included."""
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", "fold_bench", "stats_bench"], cwd=ROOT,
                   check=True, stdout=subprocess.DEVNULL)
    idle = measure.wait_until_idle()
    figures: dict[str, list[float]] = {}
    for round_number in range(ROUNDS):
        printed = subprocess.run([ROOT / "build/release/bench/fold_bench", work / f"fold-{round_number}"],
                                 capture_output=True, text=True, check=True).stdout.split()
        for name, value in zip(printed[::2], printed[1::2]):
            figures.setdefault(name, []).append(float(value))
    printed = subprocess.run([ROOT / "build/release/bench/stats_bench", work / "append"], capture_output=True,
                             text=True, check=True).stdout.split()
    journal = dict(zip(printed[::2], printed[1::2]))
    cost = "; ".join(f"{kind}: {journal[f'{kind}_bytes']} bytes, append {journal[f'{kind}_append_ns']} ns, sync "
                     f"{journal[f'{kind}_sync_ns']} ns, read {journal[f'{kind}_read_ns']} ns of CPU an event"
                     for kind in ("alike", "unlike"))
    names = {"heads_per_second": "heads of one client", "sessions_events_per_second": "sessions of many clients"}
    return [Row("fold", f"events folded, {names[name]}", f"{measure.median(values):,.0f}/s", cost, None, "-", None,
                idle) for name, values in figures.items()]
