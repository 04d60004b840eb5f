"""The clients' environments: where they are installed and which variables they run with."""
import os
import shutil
import subprocess
from pathlib import Path

from kit.server import CLIENTS, Server

# How large files travel. Xet is what the clients do by themselves; LFS is what they do when told so.
WAYS = ["xet", "lfs"]

VERSIONS = {"hub2": (2, 4), "hub1": (1, 33), "hub036": (0, 36)}


def python(client: str) -> str:
    return str(CLIENTS / client / "bin" / "python")


def hf(client: str = "hub2") -> str:
    return str(CLIENTS / client / "bin" / "hf")


def client_environment(server: Server, home: Path, token: str | None = None, way: str = "xet",
                       **more: str) -> dict[str, str]:
    """For a client's process: this server as the hub, and a home and caches of its own."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("HF_", "KOHAKU_HUB_", "TRANSFORMERS_")) and "proxy" not in name.lower()}
    environment = {**kept, "HF_ENDPOINT": server.url, "HF_HOME": str(home / "hf"), "HOME": str(home),
                   "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1",
                   "HF_DEBUG": "0", "NO_COLOR": "1", "PYTHONUTF8": "1", "TQDM_DISABLE": "1"}
    if way == "lfs":
        environment["HF_HUB_DISABLE_XET"] = "1"
    if token:
        environment["HF_TOKEN"] = token
    return {**environment, **more}


def run(command: list[str], environment: dict[str, str], input: str | None = None, timeout: float = 300,
        check: bool = True, cwd: Path | None = None) -> subprocess.CompletedProcess:
    done = subprocess.run(command, env=environment, input=input, text=True, capture_output=True,
                          timeout=timeout, cwd=cwd)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n"
                             f"{done.stdout[-4000:]}\n{done.stderr[-6000:]}")
    return done


def free_bytes(path: Path) -> int:
    return shutil.disk_usage(path).free
