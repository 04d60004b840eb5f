"""The rows of bars.md about Xet: P4, P5, P16, with the real hf_xet.

The reference of P4 is the official reference server, built once from the Rust registry into
.cache/bench. It neither authenticates nor syncs; we do both.
"""
import json
import os
import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bench import measure
from bench.measure import Row
from tests.kit.server import CLIENTS, Person, Server, free_port

ROOT = Path(__file__).resolve().parents[1]
GIB = 2**30
ROUNDS = 5
PYTHON = str(CLIENTS / "hub2" / "bin" / "python")
REFERENCE = ROOT / ".cache" / "bench" / "bin" / "local_cas_server"

# Prints how long the call took, without the start of Python, and what it gave.
CLIENT = """
import json, sys, time
import hf_xet
work = json.load(sys.stdin)
session = hf_xet.XetSession()
connection = dict(endpoint=work["endpoint"], token=work["token"],
                  token_expiry_unix_secs=int(time.time()) + 3600)
started = time.perf_counter()
if work["act"] == "upload":
    with session.new_upload_commit(**connection) as commit:
        handle = commit.start_upload_file(work["path"], sha256=hf_xet.COMPUTE_SHA256)
    found = handle.result().xet_info
    answer = {"hash": found.hash, "size": found.file_size}
else:
    with session.new_file_download_group(**connection) as group:
        group.start_download_file(hf_xet.XetFileInfo(work["hash"], work["size"]), work["path"])
    answer = {}
print(json.dumps({"seconds": time.perf_counter() - started, **answer}))
"""


def run_client(home: Path, **work) -> dict:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run([PYTHON, "-c", CLIENT], input=json.dumps(work), text=True, capture_output=True,
                          env={**clean, "HF_HOME": str(home)}, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-3000:])
    return json.loads(done.stdout.splitlines()[-1])


def new_data(path: Path, size: int, seed: int) -> None:
    """Bytes that do not repeat."""
    generator = random.Random(seed)
    with path.open("wb") as out:
        for _ in range(0, size, 1 << 20):
            out.write(generator.randbytes(1 << 20))


class ReferenceServer:
    def __init__(self, parent: Path):
        self.directory = Path(tempfile.mkdtemp(prefix="cas-", dir=parent))
        self.port = free_port()

    def __enter__(self) -> "ReferenceServer":
        if not REFERENCE.exists():
            subprocess.run(["cargo", "install", "xet-client", "--version", "1.8.0", "--locked", "--quiet",
                            "--features", "simulation", "--bin", "local_cas_server",
                            "--root", str(ROOT / ".cache" / "bench")], check=True)
        self.process = subprocess.Popen(
            [REFERENCE, "--data-directory", self.directory, "--port", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                measure.Connection(self.port).connection.connect()
                return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the reference server does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.directory, ignore_errors=True)

    def endpoint(self, _right: str) -> dict:
        return {"endpoint": f"http://127.0.0.1:{self.port}", "token": "any"}


class Hub:
    """Our server, as a client of one repository sees its Xet side."""

    def __init__(self, server: Server, person: Person, repo: str):
        self.server, self.person, self.repo = server, person, repo
        server.post("/api/repos/create", {"name": repo.split("/")[1]}, person.token)

    def endpoint(self, right: str) -> dict:
        token = json.loads(measure.Connection(self.server.port, self.person.token).request(
            "GET", f"/api/models/{self.repo}/xet-{right}-token/main"))
        return {"endpoint": token["casUrl"], "token": token["accessToken"]}


def timed_upload(work: Path, target, path: Path) -> dict:
    with tempfile.TemporaryDirectory(dir=work) as home:
        os.sync()
        return run_client(Path(home), act="upload", path=str(path), **target.endpoint("write"))


def timed_download(work: Path, target, uploaded: dict) -> float:
    with tempfile.TemporaryDirectory(dir=work) as home:
        return run_client(Path(home), act="download", path=f"{home}/out", hash=uploaded["hash"],
                          size=uploaded["size"], **target.endpoint("read"))["seconds"]


def p4(work: Path) -> list[Row]:
    """1 GiB of new data each round, up and down, in turn with the reference server."""
    path = work / "new.bin"
    ups, downs, other_ups, other_downs = [], [], [], []
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING") as server, ReferenceServer(work) as reference:
        hub = Hub(server, server.user("alice"), "alice/fast")
        idle = measure.wait_until_idle()
        for number in range(ROUNDS):
            new_data(path, GIB, seed=number)
            for target, up, down in ((hub, ups, downs), (reference, other_ups, other_downs)):
                uploaded = timed_upload(work, target, path)
                up.append(uploaded["seconds"])
                down.append(timed_download(work, target, uploaded))
    rows = []
    for what, ours, other in (("upload", ups, other_ups), ("download", downs, other_downs)):
        taken, reference_taken = measure.median(ours), measure.median(other)
        rows.append(Row("P4", f"{what} of 1 GiB of new data with hf_xet", f"{1024 / taken:,.0f} MiB/s",
                        f"official reference server: {1024 / reference_taken:,.0f} MiB/s",
                        reference_taken / taken, ">= 0.95", reference_taken / taken >= 0.95, idle))
    return rows


def loopback_bytes() -> int:
    for line in Path("/proc/net/dev").read_text().splitlines():
        if line.strip().startswith("lo:"):
            return int(line.split()[9])
    raise RuntimeError("there is no loopback interface")


def p5(work: Path) -> list[Row]:
    """The same file again, with a contiguous 1 % rewritten and 1 KiB put before it."""
    path, home = work / "edited.bin", work / "p5-home"
    new_data(path, GIB, seed=100)
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING") as server:
        hub = Hub(server, server.user("alice"), "alice/edited")
        run_client(home, act="upload", path=str(path), **hub.endpoint("write"))
        with path.open("r+b") as file:
            file.seek(GIB // 3)
            file.write(random.Random(101).randbytes(GIB // 100))
            file.seek(0)
            edited = work / "edited-front.bin"
            with edited.open("wb") as out:
                out.write(random.Random(102).randbytes(1024))
                shutil.copyfileobj(file, out, 1 << 20)
        idle = measure.wait_until_idle()
        before = loopback_bytes()
        run_client(home, act="upload", path=str(edited), **hub.endpoint("write"))
        share = (loopback_bytes() - before) / edited.stat().st_size
    return [Row("P5", "re-upload, 1 % rewritten and 1 KiB inserted", f"{share * GIB / 2**20:.1f} MiB on the wire",
                "the file: 1,024 MiB", share, "<= 0.02", share <= 0.02, idle)]


def processor_seconds(pid: int) -> tuple[float, float]:
    """What a process has spent in its own code, and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return int(fields[11]) / ticks, int(fields[12]) / ticks


def weights(path: Path, size: int, seed: int) -> None:
    """Normally distributed float32, which Xet packs by byte groups and LZ4."""
    subprocess.run([PYTHON, "-c", "import numpy, sys\n"
                    "generator = numpy.random.default_rng(int(sys.argv[3]))\n"
                    "with open(sys.argv[1], 'wb') as out:\n"
                    "    for _ in range(int(sys.argv[2]) >> 24):\n"
                    "        out.write((generator.standard_normal(1 << 22) * 0.02).astype('float32').tobytes())",
                    str(path), str(size), str(seed)], check=True)


def p16(work: Path) -> list[Row]:
    """Processor seconds of the server for each GiB, beside what the bare algorithms take."""
    program = ROOT / "build" / "release" / "bench" / "xet_reference"
    subprocess.run(["cmake", "--build", str(ROOT / "build" / "release"), "--target", "xet_reference"],
                   check=True, stdout=subprocess.DEVNULL)
    path = work / "weights.bin"
    own, kernel, bare = [], [], []
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING") as server:
        hub = Hub(server, server.user("alice"), "alice/weights")
        idle = measure.wait_until_idle()
        for number in range(ROUNDS):
            weights(path, GIB, seed=number)
            measure.touch_memory(2 * GIB)
            before = processor_seconds(server.process.pid)
            timed_upload(work, hub, path)
            after = processor_seconds(server.process.pid)
            own.append(after[0] - before[0])
            kernel.append(after[1] - before[1])
            bare.append(float(subprocess.run([program, path], check=True, capture_output=True, text=True).stdout))
    taken = measure.median([sum(both) for both in zip(own, kernel)])
    reference = measure.median(bare)
    return [Row("P16", "server CPU for each GiB taken in by Xet",
                f"{taken:.2f} s ({measure.median(own):.2f} own, {measure.median(kernel):.2f} kernel)",
                f"sha256 + BLAKE3 + LZ4 of the same bytes: {reference:.2f} s", taken / reference, "<= 1.3",
                taken / reference <= 1.3, idle)]
