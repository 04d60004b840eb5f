"""A server whose disk is full when the test says so (nospace.c)."""
import ctypes
import mmap
import shutil
import struct
import subprocess
import time
from pathlib import Path

import pytest

from kit.server import Server

HERE = Path(__file__).resolve().parent
SETTLE_SECONDS = 60
ENOUGH = 1 << 40


class Disk:
    """The switch of nospace.c: full(n) lets n more writes pass."""

    def __init__(self, path: Path):
        path.write_bytes(bytes(24))
        self.file = path.open("r+b")
        self.memory = mmap.mmap(self.file.fileno(), 24)

    def full(self, after: int) -> None:
        self.memory[8:24] = struct.pack("=qq", after, 0)
        self.memory[0:8] = struct.pack("=q", 1)

    def seen(self) -> int:
        """How many writes there were since full()."""
        return struct.unpack("=q", self.memory[16:24])[0]

    def roomy(self) -> int:
        """Room again; how many writes there were since full()."""
        self.memory[0:8] = struct.pack("=q", 0)
        return self.seen()

    def settle(self) -> None:
        """Waits until the work that earlier uploads left behind is done: a second without a write."""
        deadline = time.monotonic() + SETTLE_SECONDS
        self.full(after=ENOUGH)
        while True:
            before = self.seen()
            time.sleep(1)
            if self.seen() == before:
                break
            assert time.monotonic() < deadline, f"the server still writes after {SETTLE_SECONDS} s"
        self.roomy()


@pytest.fixture(scope="module")
def shim(tmp_path_factory) -> Path:
    compiler = next(found for name in ("clang-19", "cc", "gcc") if (found := shutil.which(name)))
    library = tmp_path_factory.mktemp("shim") / "nospace.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", str(library),
                    str(HERE / "nospace.c"), "-ldl"], check=True)
    ctypes.CDLL(str(library))
    return library


@pytest.fixture(scope="module")
def disk(tmp_path_factory) -> Disk:
    return Disk(tmp_path_factory.mktemp("control") / "control")


def server_on(shim: Path, disk: Disk, **environment: str) -> Server:
    """Not started yet."""
    server = Server(LD_PRELOAD=str(shim), NOSPACE_CONTROL=disk.file.name, **environment)
    server.data_dir.mkdir(parents=True)
    server.environment["NOSPACE_DIRECTORY"] = str(server.data_dir)
    return server
