"""How a figure is taken: the machine idle first, then in turn with its reference, median of rounds."""
import http.client
import mmap
import os
import re
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable


@dataclass
class Row:
    number: str      # "P1"
    work: str
    measured: str    # our figure, with its unit
    reference: str   # what it stands beside
    ratio: float | None
    bar: str         # as bars.md says it
    holds: bool | None  # None: the row has no bar
    idle: float      # share of processor time idle just before


def idle_share(seconds: float = 0.5) -> float:
    """The share of all processor time that was idle during the next `seconds`."""
    def read() -> tuple[int, int]:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
        return fields[3] + fields[4], sum(fields)
    idle, total = read()
    time.sleep(seconds)
    idle_later, total_later = read()
    return (idle_later - idle) / max(1, total_later - total)


def wait_until_idle(most_seconds: float = 20) -> float:
    """Waits for a quiet machine; returns the idle share it went on with."""
    share = idle_share()
    deadline = time.monotonic() + most_seconds
    while share < 0.9 and time.monotonic() < deadline:
        share = idle_share()
    return share


def touch_memory(size: int) -> None:
    """Leaves so many bytes of free memory that was used a moment ago. Under a hypervisor the first use of a page
    costs many times what is done with it, and pages that lie idle are taken back: who writes files next would
    pay for that, whoever it is."""
    with mmap.mmap(-1, size) as memory:
        memory[::mmap.PAGESIZE] = bytes(size // mmap.PAGESIZE)


def in_turn(rounds: int, *works: Callable[[], float]) -> list[list[float]]:
    """Runs the works one after the other, `rounds` times; the figures of each."""
    figures: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, figures):
            taken.append(work())
    return figures


def median(figures: list[float]) -> float:
    return statistics.median(figures)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def requests_per_second(url: str, head: bool = False, connections: int = 32, requests: int = 50_000,
                        headers: dict[str, str] | None = None) -> float:
    """ab with keep-alive; every answer must be a 200."""
    command = ["ab", "-q", "-k", "-c", str(connections), "-n", str(requests), *(["-i"] if head else [])]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    output = subprocess.run([*command, url], capture_output=True, text=True, timeout=300, check=True).stdout
    failed = re.search(r"Non-2xx responses:\s+(\d+)", output)
    if failed or not re.search(r"Complete requests:\s+%d\b" % requests, output):
        raise RuntimeError(f"{url}: not every answer was a 200\n{output}")
    return float(re.search(r"Requests per second:\s+([\d.]+)", output).group(1))


def resident_bytes(pid: int) -> int:
    """What the process holds of its own memory now: anonymous pages, without mapped files."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", status).group(1)) * 1024


def peak_resident_bytes(pid: int, work: Callable[[], object], every_seconds: float = 0.005) -> int:
    """The highest resident_bytes seen while `work` runs."""
    return peak(lambda: resident_bytes(pid), work, every_seconds)


def peak(held: Callable[[], int], work: Callable[[], object], every_seconds: float = 0.005) -> int:
    """The most that `held` said while `work` ran."""
    import threading
    most, done = held(), threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.is_set():
            most = max(most, held())
            time.sleep(every_seconds)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return most


class Connection:
    """One kept connection, so that a latency is the server's and not that of connecting."""

    def __init__(self, port: int, token: str | None = None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def request(self, method: str, path: str, body: bytes | None = None,
                content_type: str = "application/x-ndjson") -> bytes:
        self.connection.request(method, path, body,
                                {**self.headers, **({"Content-Type": content_type} if body else {})})
        reply = self.connection.getresponse()
        content = reply.read()
        if reply.status >= 300:
            raise RuntimeError(f"{method} {path}: {reply.status} {content[:500]!r}")
        return content


def machine() -> str:
    """What the figures were taken on."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text()).group(1))
    return f"{os.cpu_count()} cores of {model.group(1) if model else 'unknown'}, {memory / 2**20:.0f} GiB"
