"""curl, by hand: what the README shows, and the corners of HTTP that libraries hide."""
import hashlib
import json
import os

import pytest

from environment import client_environment, run
from kit.upload import add, commit, must


@pytest.fixture
def curl(server, tmp_path):
    environment = client_environment(server, tmp_path)

    def call(*arguments, check=True):
        return run(["curl", "-sS", "--max-time", "60", *map(str, arguments)], environment, check=check, cwd=tmp_path)
    return call


@pytest.fixture(scope="module")
def repo(server):
    token = server.people["alice"].token
    server.post("/api/repos/create", {"name": "curled"}, token)
    must(commit(server, token, "alice/curled", [add("a.txt", b"hello curl\n" * 1000), add("b c.txt", b"b c")]))
    return "alice/curled"


def test_create_and_delete(server, alice, curl):
    bearer = ("-H", f"Authorization: Bearer {alice.token}")
    created = json.loads(curl(*bearer, "-H", "Content-Type: application/json", "-d", '{"name": "by-curl"}',
                              f"{server.url}/api/repos/create").stdout)
    assert created["url"] == f"{server.url}/alice/by-curl"
    code = curl(*bearer, "-o", "/dev/null", "-w", "%{http_code}", "-X", "DELETE", "-H",
                "Content-Type: application/json", "-d", '{"name": "by-curl"}', f"{server.url}/api/repos/delete").stdout
    assert code == "200"


def test_download_and_resume(server, repo, curl, tmp_path):
    url = f"{server.url}/{repo}/resolve/main/a.txt"
    content = b"hello curl\n" * 1000
    curl("-L", "-O", url)
    assert (tmp_path / "a.txt").read_bytes() == content
    (tmp_path / "part.txt").write_bytes(content[:4321])
    curl("-L", "-C", "-", "-o", "part.txt", url)
    assert (tmp_path / "part.txt").read_bytes() == content
    curl("-L", "--compressed", "-o", "compressed.txt", url)
    assert (tmp_path / "compressed.txt").read_bytes() == content
    curl("-L", "--remote-name", "--remote-header-name", f"{server.url}/{repo}/resolve/main/b%20c.txt")
    assert (tmp_path / "b c.txt").read_bytes() == b"b c"


def test_conditional_request(server, repo, curl, tmp_path):
    url = f"{server.url}/{repo}/resolve/main/a.txt"
    curl("--etag-save", "etag", "-o", "first", url)
    code = curl("--etag-compare", "etag", "-o", "second", "-w", "%{http_code}", url).stdout
    assert code == "304"


def test_basic_password_is_the_token(server, alice, curl):
    me = json.loads(curl("-u", f"alice:{alice.token}", f"{server.url}/api/whoami-v2").stdout)
    assert me["name"] == "alice"


def test_two_ranges_or_the_whole(server, repo, curl):
    answer = curl("-i", "-H", "Range: bytes=0-4,10-14", f"{server.url}/{repo}/resolve/main/a.txt").stdout
    assert answer.startswith(("HTTP/1.1 200", "HTTP/1.1 206")), answer[:300]


def test_large_upload_by_hand(server, alice, repo, curl, tmp_path):
    content = os.urandom(3_000_000)
    oid = hashlib.sha256(content).hexdigest()
    (tmp_path / "large.bin").write_bytes(content)
    reply = json.loads(curl("-u", f"x:{alice.token}", "-H", "Content-Type: application/vnd.git-lfs+json", "-d", json.dumps(
        {"operation": "upload", "transfers": ["basic"], "objects": [{"oid": oid, "size": len(content)}]}),
        f"{server.url}/{repo}.git/info/lfs/objects/batch").stdout)
    upload = reply["objects"][0]["actions"]["upload"]["href"]
    unmeasured = curl("-i", "-H", "Transfer-Encoding: chunked", "-T", "large.bin", upload).stdout
    assert "HTTP/1.1 411" in unmeasured, unmeasured
    answer = curl("-i", "-H", "Expect: 100-continue", "-T", "large.bin", upload).stdout
    assert "HTTP/1.1 200" in answer, answer
    lines = [{"key": "header", "value": {"summary": "By curl"}},
             {"key": "lfsFile", "value": {"path": "large.bin", "algo": "sha256", "oid": oid, "size": len(content)}}]
    (tmp_path / "commit").write_text("\n".join(map(json.dumps, lines)))
    done = json.loads(curl("-u", f"x:{alice.token}", "-H", "Content-Type: application/x-ndjson", "--data-binary",
                           "@commit", f"{server.url}/api/models/{repo}/commit/main").stdout)
    assert len(done["commitOid"]) == 40
    curl("-o", "back.bin", f"{server.url}/{repo}/resolve/{done['commitOid']}/large.bin")
    assert (tmp_path / "back.bin").read_bytes() == content


def test_rename_is_followed(server, alice, curl, tmp_path):
    server.post("/api/repos/create", {"name": "curl-old"}, alice.token)
    must(commit(server, alice.token, "alice/curl-old", [add("x.txt", b"renamed")]))
    server.post("/api/repos/move", {"fromRepo": "alice/curl-old", "toRepo": "alice/curl-new", "type": "model"},
                alice.token)
    curl("-L", "-o", "x.txt", f"{server.url}/alice/curl-old/resolve/main/x.txt?download=true")
    assert (tmp_path / "x.txt").read_bytes() == b"renamed"


def test_slow_and_broken_senders_do_not_harm(server, alice, repo, curl):
    """A commit whose body ends too early leaves nothing."""
    import socket
    before = server.request("GET", f"/api/models/{repo}").json()["sha"]
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(f"POST /api/models/{repo}/commit/main HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                           f"{alice.token}\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n"
                           '{"key":"header","value":{"summary":"x"}}\n{"key":"file","value":{"path":"broken.txt",'
                           .encode())
    assert server.request("GET", f"/api/models/{repo}").json()["sha"] == before
    assert curl("-o", "/dev/null", "-w", "%{http_code}", f"{server.url}/health").stdout == "200"
