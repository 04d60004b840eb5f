"""Much of everything: a 2 GiB file, 20,000 files, 200 commits from eight processes, broken multipart uploads."""
import concurrent.futures
import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from environment import client_environment, free_bytes, python, run
from kit.server import Server
from kit.upload import add, add_large, batch, commit, must, parts_of
from transfer import download, sha256_of, upload, upload_command

TWO_GIB = (2 << 30) + 12_345

COMMITS = """
import sys
from huggingface_hub import CommitOperationAdd, HfApi
api, process = HfApi(), sys.argv[1]
for number in range(25):
    api.create_commit("alice/crowded", [CommitOperationAdd(f"{process}/{number}.txt", f"{process} {number}".encode())],
                      commit_message=f"Commit {process}-{number}")
"""

TREE = """
import json, sys
from huggingface_hub import HfApi, HfFileSystem
entries = list(HfApi().list_repo_tree("alice/many-files", recursive=True))
files = [entry for entry in entries if type(entry).__name__ == "RepoFile"]
found = HfFileSystem().find("alice/many-files")
print(json.dumps({"files": [file.path for file in files], "sizes": sum(file.size for file in files),
                  "folders": len(entries) - len(files), "found": len(found)}))
"""


@pytest.mark.timeout(600)
def test_a_two_gib_file(server, alice, way, tmp_path):
    repo = f"alice/two-gib-{way}"
    assert free_bytes(tmp_path) > 9 << 30, "not enough room for this test"
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        for place in range(0, TWO_GIB, 8 << 20):
            file.seek(place)
            file.write(os.urandom(4096))
        file.truncate(TWO_GIB)
    upload(server, alice.token, repo, large, "large.bin", tmp_path, way)
    local = download(server, None, repo, "large.bin", tmp_path / "reader", way)
    assert local.stat().st_size == TWO_GIB and sha256_of(local) == sha256_of(large)
    tail = server.request("GET", f"/{repo}/resolve/main/large.bin",
                          headers={"Range": f"bytes={(2 << 30) - 3}-{(2 << 30) + 5}"})
    assert tail.status == 206 and tail.headers["Content-Range"] == f"bytes {(2 << 30) - 3}-{(2 << 30) + 5}/{TWO_GIB}"
    with large.open("rb") as file:
        file.seek((2 << 30) - 3)
        assert tail.body == file.read(9)
    local.resolve().unlink()
    large.unlink()
    server.request("DELETE", "/api/repos/delete", {"name": repo.split("/")[1]}, alice.token)


@pytest.mark.timeout(300)
def test_a_tree_of_20000_files(server, alice, tmp_path):
    server.post("/api/repos/create", {"name": "many-files"}, alice.token)
    names = [f"folder-{number % 100:02}/file-{number:05}.txt" for number in range(20_000)]
    must(commit(server, alice.token, "alice/many-files", [add(name, name.encode()) for name in names], timeout=120))
    printed = run([python("hub2"), "-c", TREE], client_environment(server, tmp_path)).stdout
    found = json.loads(printed.strip().splitlines()[-1])
    assert set(found["files"]) == {*names, ".gitattributes"} and len(found["files"]) == 20_001
    assert found["folders"] == 100 and found["found"] == 20_001
    pages, url = 0, "/api/models/alice/many-files/tree/main?recursive=true&expand=true&limit=50"
    first = server.request("GET", url).json()
    assert len(first) == 50 and all(entry["lastCommit"]["title"] == "Add files" for entry in first
                                    if entry["path"] != ".gitattributes")
    url, seen = "/api/models/alice/many-files/tree/main?recursive=true", []
    while url:
        answer = server.request("GET", url)
        assert answer.status == 200
        seen += [entry["path"] for entry in answer.json()]
        pages += 1
        link = answer.headers.get("Link")
        url = link.split(">")[0][1:] if link else None
    assert len(seen) == len(set(seen)) == 20_101 and 20 <= pages <= 22


@pytest.mark.timeout(300)
def test_two_hundred_commits_from_eight_processes(server, alice, tmp_path):
    server.post("/api/repos/create", {"name": "crowded"}, alice.token)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = [pool.submit(run, [python("hub2"), "-c", COMMITS, str(number)],
                            client_environment(server, tmp_path / str(number), alice.token)) for number in range(8)]
        for future in done:
            future.result()
    commits, url = [], "/api/models/alice/crowded/commits/main"
    while url:
        answer = server.request("GET", url)
        commits += answer.json()
        link = answer.headers.get("Link")
        url = link.split(">")[0][1:] if link else None
    titles = [found["title"] for found in commits]
    assert sorted(titles) == sorted([f"Commit {process}-{number}" for process in range(8) for number in range(25)]
                                    + ["initial commit"])
    for process in range(8):
        own = [title for title in reversed(titles) if title.startswith(f"Commit {process}-")]
        assert own == [f"Commit {process}-{number}" for number in range(25)], "each in its own order"
    for process, number in ((0, 0), (3, 12), (7, 24)):
        answer = server.request("GET", f"/alice/crowded/resolve/main/{process}/{number}.txt")
        assert answer.body == f"{process} {number}".encode()
    directories = server.git_fsck()
    assert directories >= 1


@pytest.fixture(scope="module")
def small_parts():
    with Server(KOHAKU_HUB_LFS_MULTIPART_THRESHOLD_BYTES="5000000",
                KOHAKU_HUB_LFS_MULTIPART_CHUNK_SIZE_BYTES="2000000") as hub:
        hub.user("alice")
        yield hub


def broken_put(server: Server, link: str, part: bytes) -> None:
    """Sends half of a part and hangs up."""
    path = link.removeprefix(server.url)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
                           f"Content-Length: {len(part)}\r\n\r\n".encode() + part[:len(part) // 2])


@pytest.mark.timeout(120)
@pytest.mark.parametrize("ending", ["the connection breaks", "the server is killed"])
def test_a_broken_multipart_upload_is_resumed(small_parts, ending):
    server, token = small_parts, small_parts.people["alice"].token
    repo = "alice/resumed-" + ending.split()[1]
    server.post("/api/repos/create", {"name": repo.split("/")[1]}, token)
    content = os.urandom(9_000_000)
    reply = must(batch(server, token, repo, content)).json()
    assert reply["transfer"] == "multipart"
    parts = parts_of(reply["objects"][0]["actions"]["upload"], content)
    assert [len(part) for _, _, part in parts] == [2_000_000] * 4 + [1_000_000]
    etags = {}
    for number, link, part in parts[:2]:
        etags[number] = must(server.request("PUT", link, part)).headers["ETag"]
        assert etags[number]
    broken_put(server, parts[2][1], parts[2][2])
    if "killed" in ending:
        server.kill()
        server.start()
    # The client asks again, sends what is missing, and the parts from before still count.
    action = must(batch(server, token, repo, content)).json()["objects"][0]["actions"]
    for number, link, part in parts_of(action["upload"], content)[2:]:
        etags[number] = must(server.request("PUT", link, part)).headers["ETag"]
    oid = hashlib.sha256(content).hexdigest()
    must(server.request("POST", action["upload"]["href"], {
        "oid": oid, "parts": [{"partNumber": number, "etag": etags[number]} for number in sorted(etags)]}))
    must(server.request("POST", action["verify"]["href"], {"oid": oid, "size": len(content)}, token))
    must(commit(server, token, repo, [add_large("large.bin", content)]))
    assert server.request("GET", f"/{repo}/resolve/main/large.bin").body == content


def bytes_below(directory: Path) -> int:
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += os.stat(os.path.join(folder, name)).st_size
    return total


@pytest.mark.timeout(120)
def test_a_client_killed_in_an_upload_succeeds_the_second_time(small_parts, tmp_path):
    server = small_parts
    large = tmp_path / "large.bin"
    large.write_bytes(os.urandom(60_000_000))
    environment = client_environment(server, tmp_path, server.people["alice"].token, "lfs")
    command = upload_command("alice/second-try", large, "large.bin")
    before = bytes_below(server.data_dir)
    first = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while first.poll() is None and time.monotonic() < deadline:
        if bytes_below(server.data_dir) > before + 20_000_000:
            break
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    run(command, environment)
    assert server.request("GET", "/alice/second-try/resolve/main/large.bin").body == large.read_bytes()
