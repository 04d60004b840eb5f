"""The `hf` command line: sign in, repositories, upload, download, cp, cache."""
import json
import os
import re
import subprocess
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from environment import client_environment, hf, run

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("client", ["hub2", "hub1"])
def test_login_with_a_token(server, alice, tmp_path, client):
    environment = client_environment(server, tmp_path)
    run([hf(client), "auth", "login", "--token", alice.token], environment)
    assert (tmp_path / "hf/token").read_text().strip() == alice.token
    assert "alice" in run([hf(client), "auth", "whoami"], environment).stdout
    assert "tests" in run([hf(client), "auth", "list"], environment).stdout
    run([hf(client), "auth", "logout"], environment)
    assert not (tmp_path / "hf/token").exists()


def test_login_with_a_wrong_token(server, tmp_path):
    done = run([hf(), "auth", "login", "--token", "hf_" + "z" * 34], client_environment(server, tmp_path), check=False)
    assert done.returncode != 0 and "Invalid user token" in done.stdout + done.stderr


class Browser:
    """What a person does on the page: forms are filled in and sent as a browser would."""

    def __init__(self, server):
        self.server = server
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                                  urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, url: str, form: dict | None = None, origin: str | None = None) -> tuple[int, str]:
        request = urllib.request.Request(url, urllib.parse.urlencode(form).encode() if form is not None else None)
        if form is not None:
            request.add_header("Origin", origin or self.server.url)
        try:
            with self.opener.open(request, timeout=30) as reply:
                self.url = reply.geturl()
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def fill(self, page: str, button: str | None = None, **values: str) -> tuple[str, dict]:
        """The address and the fields of the page's form, the named ones filled in."""
        form = re.search(r"<form\b[^>]*>.*?</form>", page, re.DOTALL)
        assert form, page
        action = re.search(r'<form\b[^>]*\baction="([^"]*)"', form[0])
        fields = {}
        for tag in re.findall(r"<(?:input|button)\b[^>]*>", form[0]):
            attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            if "name" not in attributes:
                continue
            if tag.startswith("<button") or attributes.get("type") == "submit":
                if button and attributes.get("value") == button:
                    fields[attributes["name"]] = button
            else:
                fields[attributes["name"]] = attributes.get("value", "")
        unknown = set(values) - set(fields)
        assert not unknown, f"the form has no {unknown}: {form[0]}"
        return urllib.parse.urljoin(self.url, action[1] if action else ""), {**fields, **values}


@pytest.fixture
def device_login(server, tmp_path):
    """`hf auth login` without arguments, waiting for its code; ends with the test."""
    environment = client_environment(server, tmp_path, PYTHONUNBUFFERED="1")
    output = tmp_path / "login.log"
    with output.open("wb") as out:
        process = subprocess.Popen([hf(), "auth", "login"], env=environment, stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 30
    url = None
    while not url and time.monotonic() < deadline:
        url = re.search(r"(http://\S+)", output.read_text())
        time.sleep(0.1)
    assert url, output.read_text()
    code = re.search(r"code:?\s+([A-Z0-9-]{6,})", output.read_text())[1]
    yield process, url[1].rstrip("."), code, environment, output
    process.kill()
    process.wait()


def sign_in_and_reach_the_code(browser, url, code, person):
    status, page = browser.open(url)
    assert status == 200
    if 'type="password"' in page:
        address, fields = browser.fill(page, username=person.name, password=person.password)
        status, page = browser.open(address, fields)
        assert status == 200, page
    if code not in page:
        address, fields = browser.fill(page, user_code=code)
        status, page = browser.open(address, fields)
        assert status == 200 and code in page, page
    assert person.name in page, "the page says who approves"
    return page


def buttons_of(page: str) -> list[str]:
    found = re.findall(r'<(?:button|input)\b(?=[^>]*type="submit")[^>]*>', page) + re.findall(r"<button\b[^>]*>", page)
    return [value for tag in found for value in re.findall(r'value="([^"]*)"', tag)]


def test_login_by_the_device_flow(server, alice, device_login):
    process, url, code, environment, output = device_login
    browser = Browser(server)
    page = sign_in_and_reach_the_code(browser, url, code, alice)
    address, fields = browser.fill(page, button=next(
        (value for value in buttons_of(page) if re.search("approve|allow|authorize|yes", value, re.I)), None))
    status, forged = browser.open(address, fields, origin="http://evil.example")
    assert status == 403, forged
    assert process.poll() is None, "a forged request approves nothing"
    status, page = browser.open(address, fields)
    assert status == 200, page
    assert process.wait(60) == 0, output.read_text()
    assert "alice" in run([hf(), "auth", "whoami"], environment).stdout
    run([hf(), "repos", "create", "alice/by-device-login"], environment)
    # The code is worth nothing a second time.
    status, page = Browser(server).open(url)
    assert server.request("GET", "/api/models/alice/by-device-login").status == 200


def test_device_login_denied(server, alice, device_login):
    process, url, code, environment, output = device_login
    browser = Browser(server)
    page = sign_in_and_reach_the_code(browser, url, code, alice)
    deny = next((value for value in buttons_of(page) if re.search("deny|cancel|refuse|no", value, re.I)), None)
    assert deny, page
    address, fields = browser.fill(page, button=deny)
    assert browser.open(address, fields)[0] == 200
    assert process.wait(60) != 0 and "denied" in output.read_text().lower()


def test_repositories(server, hf_cli):
    hf_cli("repos", "create", "alice/cli-repo", "--private")
    info = json.loads(hf_cli("models", "info", "alice/cli-repo", "--json").stdout)
    assert info["id"] == "alice/cli-repo" and info["private"] is True
    assert hf_cli("repos", "create", "alice/cli-repo", check=False).returncode != 0
    hf_cli("repos", "create", "alice/cli-repo", "--exist-ok")
    hf_cli("repos", "settings", "alice/cli-repo", "--public", "--gated", "auto")
    answer = server.request("GET", "/api/models/alice/cli-repo").json()
    assert (answer["private"], answer["gated"]) == (False, "auto")
    hf_cli("repos", "branch", "create", "alice/cli-repo", "dev")
    hf_cli("repos", "tag", "create", "alice/cli-repo", "v1", "-m", "The first")
    assert "v1" in hf_cli("repos", "tag", "list", "alice/cli-repo").stdout
    hf_cli("repos", "tag", "delete", "alice/cli-repo", "v1", "--yes")
    hf_cli("repos", "branch", "delete", "alice/cli-repo", "dev")
    refs = server.request("GET", "/api/models/alice/cli-repo/refs").json()
    assert [branch["name"] for branch in refs["branches"]] == ["main"] and refs["tags"] == []
    hf_cli("repos", "move", "alice/cli-repo", "alice/cli-moved")
    assert server.request("GET", "/api/models/alice/cli-moved").status == 200
    hf_cli("repos", "delete", "alice/cli-moved", "--yes")
    assert server.request("GET", "/api/models/alice/cli-moved").status == 404
    assert hf_cli("repos", "delete", "alice/cli-moved", "--yes", check=False).returncode != 0


@pytest.mark.parametrize("kind", ["dataset", "space"])
def test_repositories_of_other_types(server, hf_cli, kind):
    sdk = ["--sdk", "static"] if kind == "space" else []
    hf_cli("repos", "create", f"alice/cli-{kind}", "--type", kind, *sdk)
    assert server.request("GET", f"/api/{kind}s/alice/cli-{kind}").status == 200
    hf_cli("repos", "delete", f"alice/cli-{kind}", "--type", kind, "--yes")


def test_list(hf_cli):
    hf_cli("repos", "create", "alice/cli-listed")
    listed = json.loads(hf_cli("models", "list", "--author", "alice", "--search", "cli-listed", "--json").stdout)
    assert [model["id"] for model in listed] == ["alice/cli-listed"]
    stored = json.loads(hf_cli("repos", "list", "--search", "cli-listed", "--json").stdout)
    assert [item["id"] for item in stored] == ["alice/cli-listed"], stored


def test_upload_and_download(hf_cli, way, tmp_path):
    repo = f"alice/cli-upload-{way}"
    folder = tmp_path / "folder"
    contents = {"README.md": b"---\nlicense: mit\n---\n# CLI\n", "a.txt": b"a", "deep/er/b.bin": os.urandom(11_000_000),
                "skipped.log": b"no"}
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    hf_cli("upload", repo, folder, ".", "--exclude", "*.log", "--commit-message", "By the CLI")
    hf_cli("upload", repo, folder / "a.txt", "renamed.txt")
    local = tmp_path / "local"
    hf_cli("download", repo, "--local-dir", local)
    for path in ("README.md", "a.txt", "deep/er/b.bin"):
        assert (local / path).read_bytes() == contents[path]
    assert (local / "renamed.txt").read_bytes() == b"a" and not (local / "skipped.log").exists()
    hf_cli("download", repo, "a.txt")
    hf_cli("cache", "verify", repo, "--local-dir", local)
    listed = hf_cli("models", "list", repo, "-R").stdout
    assert "deep/er/b.bin" in listed
    hf_cli("repos", "delete-files", repo, "*.txt")
    assert ".txt" not in hf_cli("models", "list", repo, "-R").stdout


def test_cp(hf_cli, tmp_path):
    (tmp_path / "x.txt").write_bytes(b"copied")
    hf_cli("repos", "create", "alice/cli-cp")
    hf_cli("cp", tmp_path / "x.txt", "hf://alice/cli-cp/in/x.txt")
    hf_cli("cp", "hf://alice/cli-cp/in/x.txt", "hf://alice/cli-cp/again.txt")
    hf_cli("cp", "hf://alice/cli-cp/again.txt", tmp_path / "back.txt")
    assert (tmp_path / "back.txt").read_bytes() == b"copied"


def test_a_missing_repository_says_so(hf_cli):
    done = hf_cli("download", "alice/never-was", check=False)
    assert done.returncode != 0 and re.search("not found", done.stdout + done.stderr, re.I), done.stderr
