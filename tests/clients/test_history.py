"""Merge, revert, reset, diffs and blame through the API, read again by git itself in the server's own
repository."""
import subprocess

import pytest

from kit.upload import add, add_large, commit, must, send_large


@pytest.fixture
def repo(server, alice, request):
    name = request.node.name.replace("_", "-")
    server.post("/api/repos/create", {"name": name}, alice.token)
    return f"alice/{name}"


class History:
    """What the API does to a repository, and what git says of it."""

    def __init__(self, server, token, repo):
        self.server, self.token, self.repo = server, token, repo

    def commit(self, files, branch="main", summary="Change"):
        return must(commit(self.server, self.token, self.repo, files, summary, branch)).json()["commitOid"]

    def branch(self, name, start="main"):
        self.server.post(f"/api/models/{self.repo}/branch/{name}", {"startingPoint": start}, self.token)

    def get(self, path):
        answer = self.server.request("GET", f"/api/models/{self.repo}/{path}", token=self.token)
        assert answer.status == 200, answer.body
        return answer.json()

    def post(self, path, body):
        return self.server.request("POST", f"/api/models/{self.repo}/{path}", body, self.token)

    def git(self, commit_id, *arguments):
        """git in the one repository that has this commit."""
        for directory in self.server.git_directories():
            found = subprocess.run(["git", "--git-dir", directory, "cat-file", "-e", commit_id],
                                   capture_output=True, check=False)
            if found.returncode == 0:
                done = subprocess.run(["git", "--git-dir", directory, *arguments], capture_output=True,
                                      check=True)
                return done.stdout.decode()
        raise AssertionError(f"no repository has {commit_id}")


@pytest.fixture
def history(server, alice, repo):
    return History(server, alice.token, repo)


def lines(*numbers, **changed):
    return "".join(changed.get(f"l{n}", f"line {n}") + "\n" for n in numbers).encode()


def test_merge_is_what_git_would_do(server, history):
    base = history.commit([add("text.txt", lines(*range(20))), add("a/b.txt", b"b\n")])
    history.branch("side")
    ours = history.commit([add("text.txt", lines(*range(20), l2="ours"))])
    theirs = history.commit([add("text.txt", lines(*range(20), l17="theirs")), add("new.txt", b"n\n")], "side")
    merged = history.post("merge/side/into/main", {"message": "Bring them together"})
    assert merged.status == 200, merged.body
    head = merged.json()["result"]["reference"]
    assert history.git(head, "log", "-1", "--format=%P|%s|%an", head) == f"{ours} {theirs}|Bring them together|alice\n"
    assert history.git(head, "merge-base", ours, theirs).strip() == base
    # git's own merge gives the same tree.
    assert (history.git(head, "rev-parse", f"{head}^{{tree}}") ==
            history.git(head, "merge-tree", "--write-tree", ours, theirs))
    server.git_fsck()
    server.fsck()


def test_conflicts_are_those_of_git(server, history):
    history.commit([add("same.txt", lines(*range(5))), add("gone.txt", b"1\n"), add("fine.txt", b"1\n")])
    history.branch("side")
    ours = history.commit([add("same.txt", lines(*range(5), l2="ours")), add("gone.txt", b"2\n")])
    theirs = history.commit([add("same.txt", lines(*range(5), l2="theirs")), add("fine.txt", b"2\n"),
                             {"key": "deletedFile", "value": {"path": "gone.txt"}}], "side")
    refused = history.post("merge/side/into/main", {})
    assert refused.status == 409 and refused.headers["X-Error-Code"] == "Conflict"
    assert refused.json()["conflicts"] == ["gone.txt", "same.txt"]
    assert history.get("revision/main")["sha"] == ours
    with pytest.raises(subprocess.CalledProcessError) as conflict:
        history.git(ours, "merge-tree", "--write-tree", "--name-only", ours, theirs)
    assert set(conflict.value.output.decode().split("\n\n")[0].split("\n")[1:]) == {"gone.txt", "same.txt"}
    for strategy, content in (("dest-wins", b"ours"), ("source-wins", b"theirs")):
        history.branch(strategy, ours)
        won = history.post(f"merge/side/into/{strategy}", {"strategy": strategy})
        assert won.status == 200, won.body
        head = won.json()["result"]["reference"]
        assert history.git(head, "show", f"{head}:same.txt").encode() == lines(*range(5), l2=content.decode())
        assert history.git(head, "show", f"{head}:fine.txt") == "2\n"
    server.git_fsck()


def test_revert_and_reset_bring_large_files_back(server, history):
    weights = b"\0weights" * 1000
    must(send_large(server, history.token, history.repo, weights))
    good = history.commit([add_large("w.bin", weights), add("card.txt", lines(*range(9)))])
    bad = history.commit([{"key": "deletedFile", "value": {"path": "w.bin"}},
                          add("card.txt", lines(*range(9), l1="bad"))], summary="A mistake")
    history.commit([add("card.txt", lines(*range(9), l1="bad", l7="later"))])
    reverted = history.post("branch/main/revert", {"ref": bad})
    assert reverted.status == 200, reverted.body
    head = reverted.json()["new_commit_id"]
    assert history.git(head, "show", f"{head}:card.txt").encode() == lines(*range(9), l7="later")
    assert server.request("GET", f"/{history.repo}/resolve/main/w.bin").body == weights
    assert history.git(head, "log", "-1", "--format=%B", head) == \
        f'Revert "A mistake"\n\nThis reverts commit {bad}.\n\n'

    put_back = history.post("branch/main/reset", {"ref": bad})
    assert put_back.status == 200
    assert server.request("GET", f"/{history.repo}/resolve/main/w.bin").status == 404
    head = history.post("branch/main/reset", {"ref": good, "force": True}).json()["commit_id"]
    assert history.git(head, "rev-parse", f"{head}^{{tree}}") == history.git(head, "rev-parse", f"{good}^{{tree}}")
    assert server.request("GET", f"/{history.repo}/resolve/main/w.bin").body == weights
    assert [entry["lastCommit"]["id"] for entry in history.get("tree/main?expand=true")
            if entry["path"] == "w.bin"] == [head]
    server.git_fsck()
    server.fsck()


def test_git_applies_the_diff(history, tmp_path):
    before = history.commit([add("t.txt", lines(*range(60))), add("gone.txt", b"x\ny"), add("d/k.txt", b"k\n")])
    after = history.commit([add("t.txt", lines(*range(3), *range(5, 60), l40="new")), add("n.txt", b"no end"),
                            {"key": "deletedFile", "value": {"path": "gone.txt"}}])
    for name in ("t.txt", "gone.txt", "d/k.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(history.git(before, "show", f"{before}:{name}"))
    patch = "".join(file["diff"] for file in history.get(f"commit/{after}/diff")["files"])
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "t.txt").read_text() == history.git(after, "show", f"{after}:t.txt")
    assert (tmp_path / "n.txt").read_text() == "no end"
    assert not (tmp_path / "gone.txt").exists()


def test_compare_log_and_blame_are_those_of_git(history):
    history.commit([add("f.txt", lines(*range(10))), add("other.txt", b"1\n")])
    history.commit([add("f.txt", lines(*range(12)))])
    history.branch("side")
    history.commit([add("other.txt", b"2\n")])
    history.commit([add("f.txt", b"first\n" + lines(*range(12)))], "side")
    history.post("merge/side/into/main", {})
    main = history.commit([add("f.txt", b"first\n" + lines(*range(12), l5="five"))])
    side = history.get("revision/side")["sha"]

    compared = history.get(f"compare/{side}...{main}")
    ahead = history.git(main, "rev-list", f"{side}..{main}").split()
    assert [item["id"] for item in compared["commits"]] == ahead and compared["ahead_by"] == len(ahead)
    assert {file["path"] for file in compared["files"]} == set(
        history.git(main, "diff", "--name-only", f"{side}...{main}").split())

    for path in ("f.txt", "other.txt"):
        listed = [item["id"] for item in history.get(f"commits/main?path={path}")]
        assert listed == history.git(main, "log", "--format=%H", main, "--", path).split()

    blame = history.get("blame/main/f.txt")
    ours = {}
    for part in blame["ranges"]:
        for offset in range(part["end"] - part["start"] + 1):
            ours[part["start"] + offset] = (part["commit"], part["original_start"] + offset)
    theirs = {}
    for line in history.git(main, "blame", "--line-porcelain", main, "--", "f.txt").splitlines():
        words = line.split(" ")
        if len(words[0]) == 40 and not line.startswith("\t"):
            theirs[int(words[2])] = (words[0], int(words[1]))
    assert ours == theirs and set(blame["commits"]) == {commit_id for commit_id, _ in theirs.values()}
