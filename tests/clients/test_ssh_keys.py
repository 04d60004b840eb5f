"""SSH keys made by ssh-keygen, and the two commands that sshd runs."""
import json
import os
import subprocess

import pytest

from kit.server import Server, free_port
from kit.upload import add_large, commit, must, send_large

KINDS = {"ssh-ed25519": ["-t", "ed25519"], "ssh-rsa": ["-t", "rsa", "-b", "2048"],
         "ecdsa-sha2-nistp256": ["-t", "ecdsa", "-b", "256"], "ecdsa-sha2-nistp384": ["-t", "ecdsa", "-b", "384"],
         "ecdsa-sha2-nistp521": ["-t", "ecdsa", "-b", "521"]}


@pytest.fixture(scope="module")
def hub():
    port = free_port()
    with Server(port=port, KOHAKU_HUB_BASE_URL=f"http://127.0.0.1:{port}") as server:
        server.user("alice"), server.user("bob")
        yield server


def make_key(directory, arguments, comment="alice@laptop"):
    path = directory / f"key-{len(list(directory.iterdir()))}"
    subprocess.run(["ssh-keygen", "-q", *arguments, "-N", "", "-C", comment, "-f", path], check=True)
    shown = subprocess.run(["ssh-keygen", "-lf", f"{path}.pub"], capture_output=True, text=True, check=True).stdout
    return path.with_name(path.name + ".pub").read_text(), shown.split()[1]


def add_key(hub, person, text):
    return hub.post("/api/user/keys", {"title": "test", "key": text}, person.token)


def ssh_keys(hub, *arguments):
    return subprocess.run(hub.command("ssh-keys", "--data-dir", str(hub.data_dir), *arguments),
                          capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})


def ssh_serve(hub, key, command):
    return subprocess.run(hub.command("ssh-serve", "--data-dir", str(hub.data_dir), str(key)), text=True,
                          capture_output=True, check=False,
                          env={"PATH": os.environ["PATH"], "SSH_ORIGINAL_COMMAND": command})


@pytest.mark.parametrize("kind", KINDS)
def test_keys_of_every_kind(hub, tmp_path, kind):
    text, fingerprint = make_key(tmp_path, KINDS[kind])
    key = add_key(hub, hub.people["alice"], text)
    assert (key["key_type"], key["fingerprint"]) == (kind, fingerprint) and "warning" not in key
    blob = text.split()[1]
    line = ssh_keys(hub, fingerprint, blob)
    assert line.returncode == 0
    assert line.stdout == (f'restrict,command="{hub.command()[0]} ssh-serve --data-dir {hub.data_dir} {key["id"]}" '
                           f"{kind} {blob}\n")
    (tmp_path / "authorized").write_text(line.stdout)
    checked = subprocess.run(["ssh-keygen", "-lf", tmp_path / "authorized"], capture_output=True, text=True, check=True)
    assert fingerprint in checked.stdout  # OpenSSH reads the line with its options
    assert ssh_keys(hub, fingerprint, "AAAA" + blob[4:-4] + "AAAA").stdout == ""


def test_unknown_keys_and_bad_questions(hub, tmp_path):
    _, fingerprint = make_key(tmp_path, KINDS["ssh-ed25519"])
    unknown = ssh_keys(hub, fingerprint)
    assert (unknown.returncode, unknown.stdout) == (0, "")
    assert ssh_keys(hub, "MD5:00").returncode != 0
    assert ssh_keys(hub).returncode != 0


def test_removed_keys_are_unknown_at_once(hub, tmp_path):
    text, fingerprint = make_key(tmp_path, KINDS["ssh-ed25519"])
    alice = hub.people["alice"]
    key = add_key(hub, alice, text)
    assert ssh_keys(hub, fingerprint).stdout
    assert hub.request("DELETE", f"/api/user/keys/{key['id']}", token=alice.token).status == 200
    assert ssh_keys(hub, fingerprint).stdout == ""
    gone = ssh_serve(hub, key["id"], "git-upload-pack 'alice/x'")
    assert gone.returncode == 1 and "not known" in gone.stderr


def test_without_a_server_nobody_comes_in(hub, tmp_path):
    alone = subprocess.run(hub.command("ssh-keys", "--data-dir", str(tmp_path), "SHA256:x"), capture_output=True,
                           text=True, check=False)
    assert alone.returncode == 1 and alone.stdout == "" and "not running" in alone.stderr
    assert not (tmp_path / "hub.db").exists()


def test_git_lfs_authenticate(hub, tmp_path):
    alice, bob = hub.people["alice"], hub.people["bob"]
    for name in ("lfs-by-ssh", "other"):
        hub.post("/api/repos/create", {"name": name, "private": True}, alice.token)
    repo, weights = "alice/lfs-by-ssh", b"\0weights" * 100
    must(send_large(hub, alice.token, repo, weights))
    must(commit(hub, alice.token, repo, [add_large("w.bin", weights)]))
    key = add_key(hub, alice, make_key(tmp_path, KINDS["ssh-ed25519"])[0])["id"]

    answer = ssh_serve(hub, key, f"git-lfs-authenticate {repo}.git download")
    assert answer.returncode == 0, answer.stderr
    grant = json.loads(answer.stdout)
    assert grant["href"] == f"{hub.url}/{repo}.git/info/lfs" and 0 < grant["expires_in"] <= 3600
    oid = hub.request("GET", f"/api/models/{repo}/tree/main", token=alice.token).json()
    objects = [{"oid": file["lfs"]["oid"], "size": file["size"]} for file in oid if "lfs" in file]
    headers = {**grant["header"], "Content-Type": "application/vnd.git-lfs+json"}

    def batch(operation, url=grant["href"]):
        body = json.dumps({"operation": operation, "transfers": ["basic"], "objects": objects}).encode()
        return hub.request("POST", f"{url}/objects/batch", body, headers=headers)
    download = batch("download").json()["objects"][0]["actions"]["download"]
    assert hub.request("GET", download["href"], headers=download.get("header")).body == weights
    assert batch("upload").status == 403
    assert batch("download", f"{hub.url}/alice/other.git/info/lfs").status in (401, 404)
    assert hub.request("GET", "/api/whoami-v2", headers=grant["header"]).status == 401
    assert hub.request("GET", f"/api/user/keys/{key}", token=alice.token).json()["last_used"]

    headers.update(json.loads(ssh_serve(hub, key, f"git-lfs-authenticate {repo} upload").stdout)["header"])
    assert batch("upload").status == 200

    stranger = add_key(hub, bob, make_key(tmp_path, KINDS["ssh-ed25519"])[0])["id"]
    for name in (repo, "alice/none"):
        refused = ssh_serve(hub, stranger, f"git-lfs-authenticate {name} download")
        assert refused.returncode == 1 and refused.stdout == "" and "was not found" in refused.stderr


@pytest.mark.parametrize("command", ["", "sh", "id; git-upload-pack 'a/b'", "git-upload-pack '../../etc'"])
def test_there_is_no_shell(hub, tmp_path, command):
    key = add_key(hub, hub.people["alice"], make_key(tmp_path, KINDS["ssh-ed25519"])[0])["id"]
    refused = ssh_serve(hub, key, command)
    assert refused.returncode == 1 and refused.stdout == "" and refused.stderr.startswith("kohakuhub: ")
