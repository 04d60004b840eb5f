"""Large files up and down with huggingface_hub, the newest unless told otherwise, each in a process of its own."""
import hashlib
import subprocess
from pathlib import Path

from environment import client_environment, python, run
from kit.server import Server

UPLOAD = """
import sys
from huggingface_hub import HfApi
api = HfApi()
api.create_repo(sys.argv[1], exist_ok=True)
api.upload_file(path_or_fileobj=sys.argv[2], path_in_repo=sys.argv[3], repo_id=sys.argv[1])
"""

DOWNLOAD = """
import sys
from huggingface_hub import hf_hub_download
print(hf_hub_download(sys.argv[1], sys.argv[2]))
"""


def upload_command(repo: str, file: Path, path: str, client: str = "hub2") -> list[str]:
    return [python(client), "-c", UPLOAD, repo, str(file), path]


def upload(server: Server, token: str, repo: str, file: Path, path: str, home: Path, way: str = "xet",
           check: bool = True, timeout: float = 500, client: str = "hub2") -> subprocess.CompletedProcess:
    """Makes the repository where there is none."""
    return run(upload_command(repo, file, path, client), client_environment(server, home, token, way), timeout=timeout,
               check=check)


def download(server: Server, token: str | None, repo: str, path: str, home: Path, way: str = "xet",
             timeout: float = 500, client: str = "hub2") -> Path:
    """The file in the client's cache."""
    printed = run([python(client), "-c", DOWNLOAD, repo, path], client_environment(server, home, token, way),
                  timeout=timeout).stdout
    return Path(printed.strip().splitlines()[-1])


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def xet_hash(server: Server, token: str, repo: str, path: str, kind: str = "models") -> str | None:
    """Of the object that the file at `path` names now, as paths-info gives it."""
    answer = server.request("POST", f"/api/{kind}/{repo}/paths-info/main", {"paths": [path]}, token)
    assert answer.status == 200, answer.body
    return answer.json()[0].get("xetHash")


def packed_bytes(server: Server) -> int:
    """How much clients have sent: the bytes of all xorbs that are stored as such."""
    with server.database() as database:
        return database.execute("SELECT coalesce(sum(packed_size), 0) FROM xorb WHERE form = 'stored'").fetchone()[0]


def form_of(server: Server, sha256: str) -> str:
    """How a large object lies in the hub: `whole` or `xet`."""
    with server.database() as database:
        return database.execute("SELECT form FROM large_object WHERE sha256 = ?", [bytes.fromhex(sha256)]).fetchone()[0]
