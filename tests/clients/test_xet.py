"""Xet with the newest hf_xet: files of every size and kind, and every door to the two forms of a large object."""
import json
import random
import time
from pathlib import Path

import pytest

from environment import client_environment, python, run
from kit.server import Server
from kit.upload import must
from transfer import download, form_of, packed_bytes, sha256_of, upload, xet_hash

pytestmark = pytest.mark.timeout(600)

GIB = 1 << 30

UPLOAD_FOLDER = """
import sys
from huggingface_hub import HfApi
api = HfApi()
api.create_repo(sys.argv[1])
api.upload_folder(repo_id=sys.argv[1], folder_path=sys.argv[2])
"""

SNAPSHOT = """
import sys
from huggingface_hub import snapshot_download
print(snapshot_download(sys.argv[1]))
"""

DUPLICATE = """
import sys
from huggingface_hub import HfApi
HfApi().duplicate_repo(sys.argv[1], sys.argv[2])
"""


COPY = """
import sys
from huggingface_hub import CommitOperationCopy, HfApi
api = HfApi()
api.create_repo(sys.argv[2])
api.create_commit(sys.argv[2], [CommitOperationCopy("large.bin", "copied.bin", src_repo_id=sys.argv[1],
                                                    src_repo_type="model")], commit_message="Copy")
"""


def write_random(path: Path, size: int, chance=random) -> Path:
    with path.open("wb") as file:
        for begin in range(0, size, 64 << 20):
            file.write(chance.randbytes(min(size - begin, 64 << 20)))
    return path


def repetitive(size: int) -> bytes:
    """Terms that name the same chunks again and again."""
    block = b"0123456789abcdef" * 4096 + random.Random(7).randbytes(300_000)
    return (block * (size // len(block) + 1))[:size]


def comes_back(server, alice, repo: str, path: str, original: Path, directory: Path) -> None:
    """Through the client by Xet and by plain GET; the copies are removed."""
    local = download(server, alice.token, repo, path, directory / "reader")
    assert local.stat().st_size == original.stat().st_size
    assert sha256_of(local) == sha256_of(original)
    local.resolve().unlink()


@pytest.mark.parametrize("size", [0, 1, 8191, 65_536, 10_000_001, 100_000_000, GIB])
def test_random_files_of_every_size(server, alice, tmp_path, size):
    large = write_random(tmp_path / "large.bin", size, random.Random(f"size {size}"))
    repo = f"alice/xet-size-{size}"
    sent = packed_bytes(server)
    upload(server, alice.token, repo, large, "folder/large.bin", tmp_path / "writer")
    comes_back(server, alice, repo, "folder/large.bin", large, tmp_path)
    if size:
        assert len(xet_hash(server, alice.token, repo, "folder/large.bin")) == 64
        assert size <= packed_bytes(server) - sent <= size * 1.01 + 100, "it came by Xet, and once"
    large.unlink()
    server.request("DELETE", "/api/repos/delete", {"name": repo.split("/")[1]}, alice.token)


@pytest.mark.parametrize("content,most_sent", [(bytes(50_000_000), 100_000), (repetitive(50_000_000), 1_000_000)],
                         ids=["zeros", "repetitive"])
def test_content_that_repeats_itself(server, alice, tmp_path, request, content, most_sent):
    large = tmp_path / "large.bin"
    large.write_bytes(content)
    repo = f"alice/xet-{request.node.callspec.id}"
    sent = packed_bytes(server)
    upload(server, alice.token, repo, large, "large.bin", tmp_path / "writer")
    assert packed_bytes(server) - sent < most_sent
    comes_back(server, alice, repo, "large.bin", large, tmp_path)
    plain = server.request("GET", f"/{repo}/resolve/main/large.bin")
    assert plain.status == 200 and plain.body == content


def test_a_folder_of_500_files(server, alice, tmp_path):
    folder, chance = tmp_path / "folder", random.Random(5)
    common = chance.randbytes(200_000)
    for number in range(500):
        path = folder / f"part-{number % 7}" / f"file-{number:03}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(chance.randrange(1, 60_000)) + common * (number % 3))
    run([python("hub2"), "-c", UPLOAD_FOLDER, "alice/xet-folder", str(folder)],
        client_environment(server, tmp_path / "writer", alice.token))
    printed = run([python("hub2"), "-c", SNAPSHOT, "alice/xet-folder"],
                  client_environment(server, tmp_path / "reader")).stdout
    local = Path(printed.strip().splitlines()[-1])
    names = {path.relative_to(folder) for path in folder.rglob("*.bin")}
    assert len(names) == 500 and {path.relative_to(local) for path in local.rglob("*.bin")} == names
    for name in names:
        assert (local / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.parametrize("client", ["hub1", "hub036"])
def test_older_clients_upload_by_xet(server, alice, way, tmp_path, client):
    """huggingface_hub 0.36 goes by Xet where the LFS batch offers it."""
    large = write_random(tmp_path / "large.bin", 12_000_000)
    sent = packed_bytes(server)
    repo = f"alice/xet-{way}-by-{client}"
    upload(server, alice.token, repo, large, "large.bin", tmp_path / "writer", way, client=client)
    assert (packed_bytes(server) - sent >= 12_000_000) == (way == "xet")
    answer = server.request("GET", f"/{repo}/resolve/main/large.bin")
    assert answer.status == 200 and answer.body == large.read_bytes()


# Every door, for an object that arrived by Xet and for one that arrived whole.


class Stored:
    """A file that lies in the hub in one of the two forms, with a known Xet identity."""

    def __init__(self, server: Server, token: str, way: str, directory: Path):
        self.repo, self.url = f"alice/xet-doors-{way}", f"/alice/xet-doors-{way}/resolve/main/large.bin"
        chance = random.Random(way)
        self.content = (chance.randbytes(9_000_000) + bytes(3_000_000) + repetitive(8_000_000) +
                        "Compressible, line by line. ".encode() * 100_000 + chance.randbytes(4_000_003))
        self.file = directory / "large.bin"
        self.file.write_bytes(self.content)
        upload(server, token, self.repo, self.file, "large.bin", directory / "writer", way)
        assert form_of(server, sha256_of(self.file)) == {"xet": "xet", "lfs": "whole"}[way]
        self.xet_hash = identified(server, token, self.repo, "large.bin")


def identified(server: Server, token: str, repo: str, path: str, seconds: float = 10) -> str:
    """The Xet hash, which an object that arrived whole gets soon afterwards."""
    deadline = time.monotonic() + seconds
    while not (found := xet_hash(server, token, repo, path)):
        assert time.monotonic() < deadline, f"no xetHash after {seconds} s"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def stored(server, way, tmp_path_factory) -> Stored:
    return Stored(server, server.people["alice"].token, way, tmp_path_factory.mktemp("doors"))


def test_both_forms_have_the_same_identity(server, alice, tmp_path):
    content = random.randbytes(30_000_000)
    (tmp_path / "large.bin").write_bytes(content)
    upload(server, alice.token, "alice/xet-identity", tmp_path / "large.bin", "xet.bin", tmp_path / "writer")
    with Server() as other:
        bob = other.user("bob")
        upload(other, bob.token, "bob/xet-identity", tmp_path / "large.bin", "whole.bin", tmp_path / "other", "lfs")
        assert identified(other, bob.token, "bob/xet-identity", "whole.bin") == \
            xet_hash(server, alice.token, "alice/xet-identity", "xet.bin")


def test_plain_get_and_random_ranges(server, stored):
    content, chance = stored.content, random.Random(3)
    answer = server.request("GET", stored.url)
    assert answer.status == 200 and answer.body == content
    size = len(content)
    spans = [(0, 1), (size - 1, size), (0, size), (65_535, 65_537)]
    for most in (10, 5_000, 300_000, 8_000_000):
        for _ in range(25):
            begin = chance.randrange(size)
            spans.append((begin, min(size, begin + chance.randrange(1, most))))
    for begin, end in spans:
        answer = server.request("GET", stored.url, headers={"Range": f"bytes={begin}-{end - 1}"})
        assert answer.status == 206 and answer.headers["Content-Range"] == f"bytes {begin}-{end - 1}/{size}"
        assert answer.body == content[begin:end], (begin, end)
    suffix = server.request("GET", stored.url, headers={"Range": "bytes=-4321"})
    assert suffix.status == 206 and suffix.body == content[-4321:]
    beyond = server.request("GET", stored.url, headers={"Range": f"bytes={size}-"})
    assert beyond.status == 416 and beyond.headers["Content-Range"] == f"bytes */{size}"


def test_head(server, stored):
    answer = server.request("HEAD", stored.url)
    assert answer.status == 200 and answer.headers["Content-Length"] == str(len(stored.content))
    assert answer.headers["X-Linked-Size"] == str(len(stored.content))
    assert answer.headers["X-Linked-ETag"].strip('"') == sha256_of(stored.file)
    assert answer.headers["X-Xet-Hash"] == stored.xet_hash
    commit_id = answer.headers["X-Repo-Commit"]
    links = answer.headers["Link"]
    assert f'<{server.url}/api/models/{stored.repo}/xet-read-token/{commit_id}>; rel="xet-auth"' in links
    assert f'{stored.xet_hash}>; rel="xet-reconstruction-info"' in links


def test_lfs_download(server, stored):
    answer = server.request("POST", f"/{stored.repo}.git/info/lfs/objects/batch", json.dumps({
        "operation": "download", "transfers": ["basic"],
        "objects": [{"oid": sha256_of(stored.file), "size": len(stored.content)}]}).encode(),
        headers={"Content-Type": "application/vnd.git-lfs+json", "Accept": "application/vnd.git-lfs+json"})
    action = must(answer).json()["objects"][0]["actions"]["download"]
    got = server.request("GET", action["href"], headers=action.get("header"))
    assert got.status == 200 and got.body == stored.content
    begin = len(stored.content) // 2
    rest = server.request("GET", action["href"], headers={**action.get("header", {}), "Range": f"bytes={begin}-"})
    assert rest.status == 206 and rest.body == stored.content[begin:]


@pytest.mark.parametrize("client_way", ["xet", "lfs"])
def test_hf_hub_download(server, stored, tmp_path, client_way):
    before = len(reconstructions(server))
    local = download(server, None, stored.repo, "large.bin", tmp_path, client_way)
    assert local.read_bytes() == stored.content
    assert (len(reconstructions(server)) > before) == (client_way == "xet"), "the bytes came by the other door"


def reconstructions(server: Server) -> list[str]:
    return [line for line in server.log.read_text(errors="replace").splitlines()
            if "method=GET" in line and "/reconstructions/" in line and "status=200" in line]


@pytest.mark.parametrize("client", ["hub1", "hub036"])
def test_hf_hub_download_of_older_clients(server, stored, tmp_path, client):
    before = len(reconstructions(server))
    local = download(server, None, stored.repo, "large.bin", tmp_path, client=client)
    assert local.read_bytes() == stored.content
    assert len(reconstructions(server)) > before


def test_a_duplicated_repository(server, alice, bob, stored, tmp_path):
    copy = f"bob/{stored.repo.split('/')[1]}-copy"
    run([python("hub2"), "-c", DUPLICATE, stored.repo, copy], client_environment(server, tmp_path, bob.token))
    assert xet_hash(server, bob.token, copy, "large.bin") == stored.xet_hash
    assert download(server, bob.token, copy, "large.bin", tmp_path).read_bytes() == stored.content
    server.request("DELETE", "/api/repos/delete", {"name": copy.split("/")[1]}, bob.token)
    assert server.request("GET", stored.url).body == stored.content


def test_a_copy_in_another_repository(server, bob, stored, tmp_path):
    copy = f"bob/{stored.repo.split('/')[1]}-file-copy"
    sent = packed_bytes(server)
    run([python("hub2"), "-c", COPY, stored.repo, copy], client_environment(server, tmp_path, bob.token))
    assert packed_bytes(server) == sent
    assert xet_hash(server, bob.token, copy, "copied.bin") == stored.xet_hash
    assert download(server, bob.token, copy, "copied.bin", tmp_path).read_bytes() == stored.content


def test_uploaded_again_by_the_other_way(server, alice, way, stored, tmp_path):
    """Both ways name the one object: nothing is stored a second time."""
    other = {"xet": "lfs", "lfs": "xet"}[way]
    sent = packed_bytes(server)
    repo = f"{stored.repo}-again"
    upload(server, alice.token, repo, stored.file, "large.bin", tmp_path / "writer", other)
    assert packed_bytes(server) - sent < len(stored.content) // 100
    assert xet_hash(server, alice.token, repo, "large.bin") == stored.xet_hash
    answer = server.request("GET", f"/{repo}/resolve/main/large.bin")
    assert answer.status == 200 and answer.body == stored.content
