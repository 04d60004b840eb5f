"""Likes, gates, and what removes large files for good."""
import json
import time
import urllib.request

from huggingface_hub.errors import (EntryNotFoundError, GatedRepoError, HfHubHTTPError, RepositoryNotFoundError)

from scenario_runner import raises, scenario


def post(hub, path: str, token: str, body=None):
    """What no client has a method for: liking, asking for access."""
    request = urllib.request.Request(f"{hub.endpoint}/{path}", json.dumps(body or {}).encode(), method="POST",
                                     headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def like(hub, repo: str, *people: str):
    for person in people:
        post(hub, f"api/{hub.plural}/{repo}/like", hub.tokens[person])


def ask(hub, repo: str, person: str, **fields) -> str:
    return post(hub, f"api/{hub.plural}/{repo}/user-access-request", hub.tokens[person], fields)["status"]


def requests(hub, repo: str, status: str) -> list:
    call = {"pending": hub.alice.list_pending_access_requests, "accepted": hub.alice.list_accepted_access_requests,
            "rejected": hub.alice.list_rejected_access_requests}[status]
    return list(call(repo, repo_type=hub.type))


def liked(hub, user: str, api=None) -> list[str]:
    return getattr((api or hub.nobody).list_liked_repos(user), hub.plural)


@scenario()
def likers_of_a_repository(hub):
    repo = hub.repo()
    assert list(hub.nobody.list_repo_likers(repo, repo_type=hub.type)) == []
    like(hub, repo, "alice", "bob", "carol", "bob")
    likers = list(hub.nobody.list_repo_likers(repo, repo_type=hub.type))
    assert [liker.username for liker in likers] == ["carol", "bob", "alice"], likers
    assert all(liker.fullname and liker.avatar_url.startswith(hub.endpoint) for liker in likers)
    assert hub.nobody.repo_info(repo, repo_type=hub.type).likes == 3
    raises(RepositoryNotFoundError, lambda: list(hub.bob.list_repo_likers(repo + "-none", repo_type=hub.type)))


@scenario()
def unlike(hub):
    repo = hub.repo()
    like(hub, repo, "bob")
    hub.bob.unlike(repo, repo_type=hub.type)
    hub.bob.unlike(repo, repo_type=hub.type)
    assert list(hub.nobody.list_repo_likers(repo, repo_type=hub.type)) == []
    assert repo not in liked(hub, "bob")
    raises(RepositoryNotFoundError, hub.bob.unlike, repo + "-none", repo_type=hub.type)
    error = raises(HfHubHTTPError, hub.nobody.unlike, repo, repo_type=hub.type)
    assert error.response.status_code == 401, error


@scenario()
def liked_repositories(hub):
    repo, private = hub.repo(), hub.repo(private=True)
    like(hub, repo, "alice")
    like(hub, private, "alice")
    for api in (hub.nobody, hub.bob):
        assert repo in liked(hub, "alice", api) and private not in liked(hub, "alice", api)
    mine = hub.alice.list_liked_repos()
    assert mine.user == "alice" and {repo, private} <= set(getattr(mine, hub.plural))
    others = [getattr(mine, plural) for plural in ("models", "datasets", "spaces") if plural != hub.plural]
    assert not any(repo in names for names in others)
    assert mine.total >= 2
    raises(HfHubHTTPError, hub.nobody.list_liked_repos, "nobody-at-all")
    raises(RepositoryNotFoundError, hub.bob.unlike, private, repo_type=hub.type)


@scenario(large=True)
def access_requests(hub):
    repo = hub.repo({"a.txt": b"a", "b.bin": b"large"})
    hub.alice.update_repo_settings(repo, gated="manual", repo_type=hub.type)
    assert [requests(hub, repo, status) for status in ("pending", "accepted", "rejected")] == [[], [], []]
    assert ask(hub, repo, "bob", company="Acme") == "pending"
    [request] = requests(hub, repo, "pending")
    assert request.username == "bob" and request.fullname and "@" in request.email, request
    assert request.status == "pending" and request.timestamp.year > 2000 and request.fields == {"company": "Acme"}
    error = raises(GatedRepoError, hub.read, repo, "a.txt", api=hub.bob)
    assert "awaiting a review" in str(error), error

    hub.alice.accept_access_request(repo, "bob", repo_type=hub.type)
    assert hub.read(repo, "a.txt", api=hub.bob) == b"a" and hub.read(repo, "b.bin", api=hub.bob) == b"large"
    assert [request.username for request in requests(hub, repo, "accepted")] == ["bob"]
    assert hub.alice.auth_check(repo, repo_type=hub.type) is None

    hub.alice.cancel_access_request(repo, "bob", repo_type=hub.type)
    assert [request.username for request in requests(hub, repo, "pending")] == ["bob"]
    raises(GatedRepoError, hub.read, repo, "a.txt", api=hub.bob)

    hub.alice.reject_access_request(repo, "bob", rejection_reason="No.", repo_type=hub.type)
    assert [request.status for request in requests(hub, repo, "rejected")] == ["rejected"]
    assert requests(hub, repo, "pending") == requests(hub, repo, "accepted") == []
    error = raises(GatedRepoError, hub.read, repo, "b.bin", api=hub.bob)
    assert "has been rejected" in str(error), error


@scenario()
def access_without_a_request(hub):
    repo = hub.repo({"a.txt": b"a"})
    hub.alice.update_repo_settings(repo, gated="auto", repo_type=hub.type)
    hub.alice.grant_access(repo, "bob", repo_type=hub.type)
    assert hub.read(repo, "a.txt", api=hub.bob) == b"a"
    [request] = requests(hub, repo, "accepted")
    assert request.username == "bob" and request.email is None and request.status == "accepted"
    raises(GatedRepoError, hub.read, repo, "a.txt", api=hub.nobody)


@scenario()
def an_automatic_gate(hub):
    repo = hub.repo({"a.txt": b"a"})
    hub.alice.update_repo_settings(repo, gated="auto", repo_type=hub.type)
    raises(GatedRepoError, hub.read, repo, "a.txt", api=hub.bob)
    assert ask(hub, repo, "bob") == "accepted"
    assert hub.read(repo, "a.txt", api=hub.bob) == b"a"
    hub.bob.auth_check(repo, repo_type=hub.type)


def refuses(status: int, call, *arguments, **options):
    error = raises(HfHubHTTPError, call, *arguments, **options)
    assert error.response.status_code == status, error


@scenario()
def access_requests_that_are_refused(hub):
    repo, options = hub.repo({"a.txt": b"a"}), {"repo_type": hub.type}
    hub.alice.update_repo_settings(repo, gated="manual", repo_type=hub.type)
    hub.alice.grant_access(repo, "bob", **options)
    refuses(400, hub.alice.grant_access, repo, "bob", **options)
    refuses(404, hub.alice.accept_access_request, repo, "bob", **options)
    hub.alice.cancel_access_request(repo, "bob", **options)
    refuses(404, hub.alice.cancel_access_request, repo, "bob", **options)
    hub.alice.reject_access_request(repo, "bob", rejection_reason=None, **options)
    refuses(404, hub.alice.reject_access_request, repo, "bob", rejection_reason=None, **options)
    refuses(404, hub.alice.grant_access, repo, "nobody-at-all", **options)
    refuses(404, hub.alice.accept_access_request, repo, "carol", **options)
    for api in (hub.bob, hub.alice_reading):
        refuses(403, lambda: list(api.list_pending_access_requests(repo, **options)))
        refuses(403, api.grant_access, repo, "carol", **options)
        refuses(403, api.accept_access_request, repo, "bob", **options)
    hub.alice.update_repo_settings(repo, gated=False, repo_type=hub.type)
    refuses(400, lambda: list(hub.alice.list_accepted_access_requests(repo, **options)))
    refuses(400, hub.alice.grant_access, repo, "carol", **options)


@scenario(since=(2, 3))
def access_requests_by_their_id(hub):
    repo = hub.repo()
    hub.alice.update_repo_settings(repo, gated="manual", repo_type=hub.type)
    ask(hub, repo, "bob")
    [request] = requests(hub, repo, "pending")
    hub.alice.accept_access_request(repo, request_id=request.request_id, repo_type=hub.type)
    hub.alice.reject_access_request(repo, request_id=request.request_id, rejection_reason="x", repo_type=hub.type)
    hub.alice.cancel_access_request(repo, request_id=request.request_id, repo_type=hub.type)
    assert [again.request_id for again in requests(hub, repo, "pending")] == [request.request_id]


def large_files(hub, repo: str) -> dict:
    return {file.filename: file for file in hub.alice.list_lfs_files(repo, repo_type=hub.type)}


@scenario(large=True)
def large_files_deleted_from_the_history(hub):
    repo = hub.repo({"a.txt": b"a", "bad/model.bin": b"bad", "good.bin": b"good"})
    hub.commit(repo, {"b.txt": b"b"}, message="After")
    hub.alice.create_branch(repo, branch="old", repo_type=hub.type)
    hub.alice.create_tag(repo, tag="v1", tag_message="first", repo_type=hub.type)
    bad = large_files(hub, repo)["bad/model.bin"]
    hub.alice.permanently_delete_lfs_files(repo, [bad], repo_type=hub.type)
    assert set(large_files(hub, repo)) == {"good.bin"}
    for revision in ("main", "old", "v1"):
        assert hub.files(repo, revision=revision) == {"a.txt", "b.txt", "good.bin"}
        raises(EntryNotFoundError, hub.read, repo, "bad/model.bin", revision=revision)
        assert hub.read(repo, "good.bin", revision=revision) == b"good"
    titles = [commit.title for commit in hub.alice.list_repo_commits(repo, repo_type=hub.type)]
    assert titles == ["After", "Add files", "initial commit"], titles
    hub.commit(repo, {"bad/model.bin": b"bad"}, message="Again")
    assert hub.read(repo, "bad/model.bin") == b"bad"


@scenario(large=True)
def large_files_deleted_under_their_pointers(hub):
    repo = hub.repo({"a.bin": b"aaa", "b.bin": b"bb"})
    head = hub.alice.repo_info(repo, repo_type=hub.type).sha
    files = large_files(hub, repo)
    hub.alice.permanently_delete_lfs_files(repo, files.values(), rewrite_history=False, repo_type=hub.type)
    assert large_files(hub, repo) == {}
    assert hub.alice.repo_info(repo, repo_type=hub.type).sha == head
    assert hub.files(repo) == {"a.bin", "b.bin"}
    error = raises(EntryNotFoundError, hub.read, repo, "a.bin")
    assert error.response.headers["X-Error-Code"] == "EntryNotFound"
    refuses(403, hub.bob.permanently_delete_lfs_files, repo, files.values(), repo_type=hub.type)


@scenario(since=(1,), large=True)
def a_large_file_copied_from_another_repository(hub):
    from huggingface_hub import CommitOperationCopy
    source, target = hub.repo({"a.bin": b"large"}), hub.repo()
    wait_for_xet_hash(hub, source, "a.bin")
    copy = CommitOperationCopy("a.bin", "copied.bin", src_repo_id=source, src_repo_type=hub.type)
    hub.alice.create_commit(target, [copy], commit_message="Copy", repo_type=hub.type)
    assert hub.read(target, "copied.bin") == b"large"
    hub.alice.update_repo_settings(source, gated="manual", repo_type=hub.type)
    mine = "bob/" + hub.name().split("/")[1]
    hub.create(mine, api=hub.bob)
    copy = CommitOperationCopy("a.bin", "copied.bin", src_repo_id=source, src_repo_type=hub.type)
    raises(GatedRepoError, hub.bob.create_commit, mine, [copy], commit_message="Copy", repo_type=hub.type)
    hub.alice.grant_access(source, "bob", repo_type=hub.type)
    copy = CommitOperationCopy("a.bin", "copied.bin", src_repo_id=source, src_repo_type=hub.type)
    hub.bob.create_commit(mine, [copy], commit_message="Copy", repo_type=hub.type)
    assert hub.read(mine, "copied.bin", api=hub.bob) == b"large"


def wait_for_xet_hash(hub, repo: str, path: str):
    """The client copies nothing without one; what came by LFS gets its own after a while."""
    for _ in range(300):
        [found] = hub.alice.get_paths_info(repo, [path], repo_type=hub.type)
        if found.xet_hash:
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} has no Xet hash")
