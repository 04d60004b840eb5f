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
REQUESTS = 50_000
# Longer than the folding waits for events, so that its work is in the figure.
AFTERWARDS_SECONDS = 2


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
    """The same requests, counted and not."""
    on, off = prepared(), prepared(KOHAKU_HUB_STATISTICS="false")
    rows = []
    try:
        for work, path, head in [("HEAD resolve", "/alice/fast/resolve/main/config.json", True),
                                 ("GET of 1,000 bytes", "/alice/fast/resolve/main/config.json", False)]:
            idle = measure.wait_until_idle()
            counted, uncounted = measure.in_turn(ROUNDS, lambda: micros_per_request(on, path, head),
                                                 lambda: micros_per_request(off, path, head))
            mine, other = measure.median(counted), measure.median(uncounted)
            rows.append(Row("P10", f"{work} with counting: the server's CPU per request, folding included",
                            f"{mine:.2f} µs", f"counting off: {other:.2f} µs", mine / other, "<= 1.05",
                            mine / other <= 1.05, idle))
    finally:
        for server in (on, off):
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
