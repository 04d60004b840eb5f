"""Many at once do not get past a quota that has room for a few, by none of the ways in."""
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from kit.upload import add, add_large, commit, must, send_large

SIZE = 100_000
ROOM_FOR = 10
TRIES = 64


@pytest.fixture
def repo(server, request):
    alice = server.people["alice"]
    name = f"quota-{request.node.name.split('[')[0].replace('test_', '').replace('_', '-')}"
    server.post("/api/repos/create", {"name": name, "private": True}, alice.token)
    return f"alice/{name}"


def set_quota(server, repo: str, quota: int | None) -> None:
    must(server.request("PUT", f"/api/quota/repo/model/{repo}", {"quota_bytes": quota},
                        server.people["alice"].token))


def used(server, repo: str) -> int:
    return server.request("GET", f"/api/quota/repo/model/{repo}", None, server.people["alice"].token).json()["used_bytes"]


def at_once(work) -> list:
    with ThreadPoolExecutor(TRIES) as pool:
        return list(pool.map(work, range(TRIES)))


def test_uploads_at_once(server, repo):
    alice = server.people["alice"]
    quota = used(server, repo) + ROOM_FOR * SIZE + SIZE // 2
    set_quota(server, repo, quota)
    contents = [os.urandom(SIZE) for _ in range(TRIES)]
    answers = at_once(lambda n: send_large(server, alice.token, repo, contents[n]))
    assert sorted({answer.status for answer in answers}) == [200, 413]
    assert sum(answer.status == 200 for answer in answers) == ROOM_FOR
    refused = next(answer for answer in answers if answer.status == 413)
    assert refused.headers["X-Error-Code"] == "QuotaExceeded" and str(quota) in refused.headers["X-Error-Message"]
    assert used(server, repo) <= quota
    set_quota(server, repo, None)
    arrived = [content for content, answer in zip(contents, answers) if answer.status == 200]
    must(commit(server, alice.token, repo, [add_large(f"{n}.bin", content) for n, content in enumerate(arrived)]))


def test_commits_at_once(server, repo):
    """Small files count as git keeps them."""
    alice = server.people["alice"]
    before = used(server, repo)
    must(commit(server, alice.token, repo, [add("first.bin", os.urandom(SIZE))]))
    one = used(server, repo) - before
    quota = used(server, repo) + ROOM_FOR * one + one // 2
    set_quota(server, repo, quota)
    answers = at_once(lambda n: commit(server, alice.token, repo, [add(f"{n}.bin", os.urandom(SIZE))]))
    assert sorted({answer.status for answer in answers}) == [200, 413]
    assert sum(answer.status == 200 for answer in answers) == ROOM_FOR
    assert used(server, repo) <= quota
    paths = {entry["path"] for entry in server.request("GET", f"/api/models/{repo}/tree/main", None, alice.token).json()}
    assert paths >= {f"{n}.bin" for n, answer in enumerate(answers) if answer.status == 200}
    assert not paths & {f"{n}.bin" for n, answer in enumerate(answers) if answer.status != 200}
