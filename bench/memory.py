"""P13: memory idle, with 10,000 idle connections, and while 100 MB are committed inline."""
import os
import resource
import socket
from pathlib import Path

from bench import measure
from bench.measure import Row
from bench.speed import commit_lines, inline_file
from tests.kit.server import Server

MIB = 2**20


def p13(work: Path) -> list[Row]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    with Server(KOHAKU_HUB_LOG_LEVEL="WARNING") as server:
        alice = server.user("alice")
        server.post("/api/repos/create", {"name": "memory"}, alice.token)
        pid = server.process.pid
        idle = measure.wait_until_idle()
        at_rest = measure.resident_bytes(pid)

        sockets = []
        for _ in range(10_000):
            connection = socket.create_connection(("127.0.0.1", server.port))
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            sockets.append(connection)
        for connection in sockets:
            connection.recv(4096)
        with_connections = measure.resident_bytes(pid) - at_rest
        for connection in sockets:
            connection.close()
        measure.idle_share(2)

        body = commit_lines("inline", *(inline_file(f"file-{n}.dat", os.urandom(9_000_000)) for n in range(12)))
        connection = measure.Connection(server.port, alice.token)
        before = measure.resident_bytes(pid)
        peak = measure.peak_resident_bytes(
            pid, lambda: connection.request("POST", "/api/models/alice/memory/commit/main", body))
        committing = peak - before
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def row(work_name: str, figure: int, most: int, plus: str) -> Row:
        return Row("P13", work_name, f"{plus}{figure / MIB:.1f} MiB", "-", None, f"<= {plus}{most} MB",
                   figure <= most * 1_000_000, idle)
    return [row("memory idle", at_rest, 40, ""),
            row("memory with 10,000 idle connections", with_connections, 100, "+"),
            row("memory while committing 108 MB inline", committing, 32, "+")]
