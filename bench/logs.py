"""The request-level log: a day of 24 small segments merged, and 1,000,000 rows of a namespace exported.

The rows come of requests to a server; then clients, files and times are varied, so that they compress as the log of a
busy hub does."""
import os
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

from bench import measure
from bench.analytics import CatServer, fetch, made_today
from bench.counting import cpu_seconds
from bench.measure import Row
from bench.speed import commit_lines, inline_file
from tests.kit.server import Server
from tests.kit.statistics import today

ROUNDS = 5
MERGES = 3
HOURS = 24
PROGRAMS = 10      # of an hour
REQUESTS = 4_200   # of a program
ROWS = HOURS * PROGRAMS * REQUESTS
VARIED = """* REPLACE (
    timestamp + to_microseconds(position % 359_000_000) AS timestamp,
    unhex(md5('a' || client)) AS address_hash, unhex(md5('w' || client)) AS who,
    user_agent || '; ' || md5('' || client) AS user_agent,
    'model-' || hash(position) % 5_000 || '-of-5000.safetensors' AS path,
    (hash(position + 1) % 1_000_000)::BIGINT AS bytes, (hash(position + 2) % 50_000)::BIGINT AS duration_micros,
    [(hash(position % 5_000) >> 1)::BIGINT] AS files)"""
REPOSITORIES = 50
AGENTS = ["unknown/None; hf_hub/2.4.0; python/3.12.1; torch/2.5.0",
          "transformers/4.57.1; python/3.11.9; hf_hub/1.33.0", "curl/8.5.0", "git-lfs/3.3.0"]
FORMATS = ["csv", "ndjson", "parquet"]
MIB = 2**20


def request_a_day(server: Server, day: int) -> None:
    """Each hour of the day some programs ask for files of the namespace's repositories."""
    alice = server.user("alice")
    server.organization("press", alice)
    names = [f"model_{number}" for number in range(REPOSITORIES)]
    connection = measure.Connection(server.port, alice.token)
    for name in names:
        server.post("/api/repos/create", {"name": name, "organization": "press"}, alice.token)
        connection.request("POST", f"/api/models/press/{name}/commit/main",
                           commit_lines("small", inline_file("config.json", b"{}" * 500)))
    for number in range(HOURS * PROGRAMS):
        server.stop_clock((day * 86_400 + number * 86_400 // (HOURS * PROGRAMS)) * 1_000_000)
        headers = {"User-Agent": AGENTS[number % len(AGENTS)],
                   "X-Forwarded-For": f"10.0.{number // 256}.{number % 256}"}
        url = f"{server.url}/press/{names[number % REPOSITORIES]}/resolve/main/config.json"
        measure.requests_per_second(url, head=number % 2 == 1, requests=REQUESTS, headers=headers)
    rows = server.operate("logs", "query", "--format", "csv", "SELECT count(*) FROM access_log")
    if int(rows.split()[-1]) < ROWS:
        raise RuntimeError(f"{rows} of {ROWS} requests are logged")


def split_by_hour(directory: Path) -> None:
    """The rows, varied, as 24 segments, however the server made and merged them."""
    import duckdb  # only this row needs it
    database = sqlite3.connect(directory / "hub.db", isolation_level=None)
    segments = database.execute("SELECT name, node, first_position, last_position FROM log_segment "
                                "ORDER BY first_position").fetchall()
    logs = directory / "access-logs"
    files = [str(logs / name) for name, *_ in segments]
    node, first, end = segments[0][1], segments[0][2], segments[-1][3]
    rows = duckdb.connect()
    rows.execute(f"CREATE TABLE log AS SELECT {VARIED} FROM (SELECT *, hash(position) % 50_000 AS client "
                 "FROM read_parquet(?))", [files])
    rows.execute("ALTER TABLE log DROP COLUMN client")
    rows.execute("CREATE TABLE part AS SELECT position, ntile(?) OVER (ORDER BY position) AS hour FROM log", [HOURS])
    parts = rows.execute("SELECT hour, max(position), count(*), min(epoch_us(timestamp)), max(epoch_us(timestamp)) "
                         "FROM log JOIN part USING (position) GROUP BY hour ORDER BY hour").fetchall()
    database.execute("DELETE FROM log_segment")
    for name in files:
        os.remove(name)
    for hour, last, count, first_at, last_at in parts:
        last = end if hour == HOURS else last
        name = f"{node}-{first}-{last}.parquet"
        rows.execute(f"COPY (SELECT log.* FROM log JOIN part USING (position) WHERE hour = {hour} "
                     f"ORDER BY owner_id, timestamp, position) TO '{logs / name}' "
                     "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)")
        database.execute("INSERT INTO log_segment VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                         (name, node, first, last, count, (logs / name).stat().st_size, first_at, last_at))
        first = last
    database.close()


def make(directory: Path) -> None:
    day = today() - 1
    server = Server(data_dir=directory, KOHAKU_HUB_TRUSTED_PROXIES="127.0.0.1", KOHAKU_HUB_LOG_LEVEL="WARNING")
    server.stop_clock(day * 86_400 * 1_000_000)
    with server:
        request_a_day(server, day)
    split_by_hour(directory)


def data_dir() -> Path:
    """A data directory whose log has yesterday's 24 segments."""
    return made_today("logs", make)


def wait_for(condition, most_seconds: float, every_seconds: float) -> float:
    """When it came true."""
    deadline = time.monotonic() + most_seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing happened for {most_seconds} s")
        time.sleep(every_seconds)
    return time.monotonic()


def merge_seconds(directory: Path) -> float:
    """From the beginning of the server's turn, which comes within a minute, until the row of one segment is there."""
    staging = directory / "access-logs" / "staging"
    begin = wait_for(lambda: staging.exists() and any(staging.iterdir()), 90, 0.002)
    database = sqlite3.connect(directory / "hub.db", isolation_level=None)
    end = wait_for(lambda: database.execute("SELECT count(*) FROM log_segment").fetchone() == (1,), 120, 0.005)
    database.close()
    return end - begin


def copy_seconds(work: Path) -> float:
    """`cat` of the same segments into one file, on disk."""
    files = " ".join(f"'{path}'" for path in sorted((data_dir() / "access-logs").glob("*.parquet")))
    target = work / "joined"
    taken = measure.seconds(lambda: subprocess.run(f"cat {files} > '{target}' && sync '{target}'", shell=True,
                                                           check=True))
    os.remove(target)
    return taken


def children_of(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()]


def held_by_children(pid: int) -> int:
    """The most that a child of the process holds now."""
    most = 0
    for child in children_of(pid):
        try:
            most = max(most, measure.resident_bytes(child))
        except (OSError, AttributeError):  # it has ended
            pass
    return most


def export_rows(server: Server, form: str, work: Path) -> list[Row]:
    token = server.token("alice", f"bench-{time.time_ns()}")
    url = f"{server.url}/organizations/press/settings/publisher-analytics/access-logs?format={form}"
    copy, pid = work / f"log.{form}", server.process.pid
    fetch(url, token, str(copy))
    size = copy.stat().st_size
    import duckdb
    read = {"csv": "read_csv", "ndjson": "read_json", "parquet": "read_parquet"}[form]
    rows = duckdb.execute(f"SELECT count(*) FROM {read}('{copy}')").fetchone()[0]
    if rows < ROWS:
        raise RuntimeError(f"{rows} of {ROWS} rows in the export")
    before, of_child = measure.resident_bytes(pid), 0

    def watched() -> None:
        nonlocal of_child
        of_child = measure.peak(lambda: held_by_children(pid), lambda: fetch(url, token))
    peak = measure.peak_resident_bytes(pid, watched)
    cat = CatServer(copy)
    idle, cpu_before = measure.wait_until_idle(), cpu_seconds(pid)
    ours, reference = measure.in_turn(ROUNDS, lambda: measure.seconds(lambda: fetch(url, token)),
                                      lambda: measure.seconds(lambda: fetch(f"http://127.0.0.1:{cat.port}/", token)))
    cpu = (cpu_seconds(pid) - cpu_before) / ROUNDS
    cat.close()
    os.remove(copy)
    mine, other = measure.median(ours), measure.median(reference)
    return [Row("logs", f"log of {rows:,} rows as {form}, {size / MIB:,.0f} MiB",
                f"{mine:.2f} s, {rows / mine:,.0f} rows/s, {size / mine / MIB:,.0f} MiB/s, {cpu:.2f} s of CPU",
                f"cat of the same bytes over HTTP: {other:.2f} s", other / mine, "none", None, idle),
            Row("logs", f"memory while it is exported as {form}",
                f"+{(peak - before) / MIB:.1f} MiB, DuckDB's child {of_child / MIB:,.0f} MiB", "-", None,
                "constant: <= +16 MiB", peak - before <= 16 * MIB, idle)]


def logs(work: Path) -> list[Row]:
    merges, copies, cpu, directory = [], [], [], work / "data"
    rows: list[Row] = []
    idle = measure.wait_until_idle()
    data_dir()
    for number in range(MERGES):
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(data_dir(), directory, ignore=shutil.ignore_patterns("*.sock"))
        with Server(data_dir=directory, KOHAKU_HUB_LOG_LEVEL="WARNING") as server:
            idle, before = measure.wait_until_idle(), cpu_seconds(server.process.pid)
            merges.append(merge_seconds(directory))
            wait_for(lambda: not children_of(server.process.pid), 10, 0.01)
            cpu.append(cpu_seconds(server.process.pid) - before)
            copies.append(copy_seconds(work))
            if number == MERGES - 1:
                for form in FORMATS:
                    rows += export_rows(server, form, work)
    mine, other = measure.median(merges), measure.median(copies)
    return [Row("logs", f"a day of {HOURS} segments, {ROWS:,} rows, merged into one, durable",
                f"{mine:.2f} s, {measure.median(cpu):.2f} s of CPU",
                f"cat of the same segments, durable: {other:.2f} s", other / mine, "none", None, idle), *rows]
