"""kohub-cli against a hub that counts: what it prints is what happened, whoever asks, wherever it prints."""
import csv
import datetime
import io
import json
import os
import pty
import re
import struct
import subprocess
import termios
import time
from fcntl import ioctl

import pytest

from environment import client_environment, hf, run
from kit.server import BINARY, Server, free_port
from kit.upload import add, commit, must

KOHUB = BINARY.with_name("kohub-cli")
COLUMNS = ["date", "downloads", "authenticated", "anonymous", "files"]


def create(hub: Server, token: str, name: str, **more) -> None:
    hub.post("/api/repos/create", {"name": name, **more}, token)


def download(hub: Server, repo: str, path: str, token: str | None = None) -> None:
    answer = hub.request("GET", f"/{repo}/resolve/main/{path}", token=token)
    assert answer.status == 200, answer.body


@pytest.fixture(scope="module")
def hub():
    with Server() as hub:
        hub.user("alice"), hub.user("bob")
        yield hub


@pytest.fixture
def kohub(hub, tmp_path):
    """Calls kohub-cli as alice, or another. No call ever prints a token."""
    def call(*arguments, who: str | None = "alice", check=True, **variables: str) -> subprocess.CompletedProcess:
        token = hub.people[who].token if who else None
        environment = client_environment(hub, tmp_path, token, **variables)
        done = run([str(KOHUB), *map(str, arguments)], environment, check=check, cwd=tmp_path, timeout=60)
        for person in hub.people.values():
            assert person.token not in done.stdout + done.stderr
        return done
    return call


def fails(done: subprocess.CompletedProcess, status: int, sentence: str) -> str:
    assert (done.returncode, done.stdout) == (status, ""), done
    assert re.fullmatch(sentence, done.stderr.strip()), done.stderr
    return done.stderr


def wait_until_counted(kohub, kind: str, repo: str, downloads: int) -> dict:
    """Counting is no part of a download's answer: a moment may pass."""
    deadline = time.monotonic() + 20
    while True:
        stats = json.loads(kohub("stats", "get", kind, repo, "--json").stdout)
        if stats["downloads"] >= downloads or time.monotonic() > deadline:
            assert stats["downloads"] == downloads
            return stats
        time.sleep(0.2)


@pytest.fixture(scope="module")
def counted(hub):
    """A model of two files: alice took both, somebody unknown took one. bob likes it."""
    alice, bob = hub.people["alice"], hub.people["bob"]
    create(hub, alice.token, "counted")
    must(commit(hub, alice.token, "alice/counted", [add("a.txt", b"a"), add("b.txt", b"b")]))
    download(hub, "alice/counted", "a.txt", alice.token)
    download(hub, "alice/counted", "b.txt", alice.token)
    download(hub, "alice/counted", "a.txt")
    assert hub.request("POST", "/api/models/alice/counted/like", token=bob.token).status == 200
    return "alice/counted"


def test_get(kohub, counted):
    stats = wait_until_counted(kohub, "model", counted, 2)
    assert stats["likes"] == 1
    shown = kohub("stats", "get", "model", counted).stdout.splitlines()
    assert shown[0] == "alice/counted (model)" and shown[-2:] == ["Downloads  Likes", "        2      1"]
    assert kohub("stats", "get", "model", counted, "--csv").stdout.splitlines() == ["downloads,likes", "2,1"]


def test_recent_is_every_day_until_today(kohub, counted):
    wait_until_counted(kohub, "model", counted, 2)
    answer = json.loads(kohub("stats", "recent", "model", counted, "--days", 30, "--json").stdout)
    today = datetime.datetime.now(datetime.UTC).date()
    assert len(answer["stats"]) == 30 and answer["period"]["days"] == 30
    assert answer["period"]["end"] == answer["stats"][-1]["date"]
    assert today - datetime.date.fromisoformat(answer["period"]["end"]) <= datetime.timedelta(1)  # midnight passes
    totals = {name: sum(day[name] for day in answer["stats"]) for name in COLUMNS[1:]}
    assert totals == {"downloads": 2, "authenticated": 1, "anonymous": 1, "files": 3}

    table = kohub("stats", "recent", "model", counted).stdout.splitlines()
    assert re.fullmatch(r"alice/counted \(model\), [\d-]{10} to [\d-]{10}", table[0])
    assert len(table[2]) == 30 and set(table[2]) == set("▁█")
    assert table[-1].split() == ["Total", "2", "1", "1", "3"]
    assert len(table) == len(["heading", "", "sparkline", "caption", "", "titles", "total"]) + 30


def test_export(kohub, counted, tmp_path):
    wait_until_counted(kohub, "model", counted, 2)
    done = kohub("stats", "export", "model", counted, "--days", 90, "--output", "stats.csv")
    assert done.stdout == "" and done.stderr.startswith("Wrote 90 days, ") and done.stderr.endswith("to stats.csv\n")
    text = (tmp_path / "stats.csv").read_bytes().decode()
    assert text.startswith(",".join(COLUMNS) + "\r\n") and text.count("\r\n") == 91
    rows = list(csv.DictReader(io.StringIO(text)))
    days = json.loads(kohub("stats", "recent", "model", counted, "--days", 90, "--json").stdout)["stats"]
    assert rows == [{name: str(day[name]) for name in COLUMNS} for day in days]

    kohub("stats", "export", "model", counted, "--days", 90, "--output", "stats.json")
    assert json.loads((tmp_path / "stats.json").read_text())["stats"] == days
    assert sorted(path.name for path in tmp_path.glob("stats*")) == ["stats.csv", "stats.json"]


def test_a_year_is_the_longest_export(kohub, counted, tmp_path):
    done = kohub("stats", "export", "model", counted, "--days", 366, "--output", "long.csv", check=False)
    fails(done, 1, r"Invalid Request: A hub tells at most 365 days at once, not 366: .*365.*")
    assert list(tmp_path.glob("long*")) == []
    kohub("stats", "export", "model", counted, "--days", 365, "--output", "long.csv")


def test_trending(hub, kohub, counted):
    alice = hub.people["alice"]
    create(hub, alice.token, "rare", type="dataset")
    download(hub, "datasets/alice/rare", ".gitattributes")
    wait_until_counted(kohub, "dataset", "alice/rare", 1)
    wait_until_counted(kohub, "model", counted, 2)
    table = kohub("trending", "--type", "model", "--days", 7, "--limit", 10).stdout
    assert re.search(r"^1  alice/counted +2 +2 +1$", table, re.MULTILINE), table
    assert "alice/rare" not in table
    rows = list(csv.DictReader(io.StringIO(kohub("trending", "--type", "dataset", "--csv").stdout)))
    assert rows == [{"id": "alice/rare", "type": "dataset", "downloads": "1", "likes": "0",
                     "recent_downloads": "1", "private": "false"}]
    fails(kohub("trending", "--days", 91, check=False), 1, "Invalid Request: .*90.*")
    fails(kohub("trending", "--limit", 101, check=False), 1, "Invalid Request: .*100.*")


def test_an_old_name_leads_to_the_new_one(hub, kohub):
    alice = hub.people["alice"]
    create(hub, alice.token, "before")
    hub.post("/api/repos/move", {"fromRepo": "alice/before", "toRepo": "alice/after", "type": "model"}, alice.token)
    assert json.loads(kohub("stats", "get", "model", "alice/before", "--json").stdout)["downloads"] == 0
    assert len(json.loads(kohub("stats", "recent", "model", "alice/before", "--days", 3, "--json").stdout)["stats"]) == 3


def test_a_private_repository_is_none_to_strangers(hub, kohub):
    create(hub, hub.people["alice"].token, "secret", private=True)
    kohub("stats", "get", "model", "alice/secret")
    for who in ["bob", None]:
        for command in [("get",), ("recent",), ("export",)]:
            secret, missing = (kohub("stats", *command, "model", name, who=who, check=False)
                               for name in ["alice/secret", "alice/never-was"])
            told = fails(secret, 1, r"Not Found: There is no model alice/secret at \S+, or it is private and .*\.")
            assert missing.stderr == told.replace("alice/secret", "alice/never-was")


def test_it_is_signed_in_by_hf_auth_login(hub, kohub, tmp_path):
    alice = hub.people["alice"]
    create(hub, alice.token, "known", private=True)
    fails(kohub("stats", "get", "model", "alice/known", who=None, check=False), 1, "Not Found: .*no token was given.*")
    run([hf(), "auth", "login", "--token", alice.token], client_environment(hub, tmp_path))
    kohub("stats", "get", "model", "alice/known", who=None)


def test_the_options_win_over_variables_over_the_configuration(hub, kohub, tmp_path):
    alice = hub.people["alice"]
    create(hub, alice.token, "options", private=True)
    question = ("stats", "get", "model", "alice/options")
    nowhere = f"http://127.0.0.1:{free_port()}"
    (tmp_path / ".kohub").mkdir()
    (tmp_path / ".kohub" / "config.json").write_text(json.dumps({"endpoint": hub.url, "token": alice.token}))
    kohub(*question, who=None, HF_ENDPOINT="")
    fails(kohub(*question, who=None, check=False, HF_ENDPOINT=nowhere), 1,
          rf"Connection Error: No hub at {nowhere} \(Connection refused\)\. .*HF_ENDPOINT\.")
    kohub("--endpoint", hub.url, *question, who=None, HF_ENDPOINT=nowhere)
    fails(kohub(*question, who="bob", check=False), 1, "Not Found: .*the token from HF_TOKEN may not read it.*")
    kohub("--token", alice.token, *question, who="bob")


def test_wrong_words_are_a_usage_error(kohub):
    for words in [(), ("stats",), ("stats", "get", "model"), ("stats", "get", "model", "no-owner"),
                  ("trending", "--type", "models"), ("--endpoint", "nonsense", "trending")]:
        fails(kohub(*words, check=False), 2, "Usage Error: .*")


def test_failures_for_programs(kohub):
    done = kohub("--output", "json", "stats", "get", "model", "alice/never-was", check=False)
    error = json.loads(done.stderr)
    assert (done.returncode, done.stdout) == (1, "")
    assert (error["type"], error["status_code"]) == ("NotFound", 404) and "alice/never-was" in error["error"]


def in_terminal(command: list[str], environment: dict[str, str], columns: int) -> str:
    """What the command prints when standard output and error are a terminal of so many columns."""
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(command, env=environment, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    printed = b""
    try:
        while chunk := os.read(master, 65536):
            printed += chunk
    except OSError:  # what Linux says when the other end is closed
        pass
    os.close(master)
    assert process.wait(60) == 0, printed
    return printed.decode().replace("\r\n", "\n")


def test_in_a_terminal(hub, kohub, counted, tmp_path):
    wait_until_counted(kohub, "model", counted, 2)
    environment = client_environment(hub, tmp_path, hub.people["alice"].token, TERM="xterm")
    command = [str(KOHUB), "stats", "recent", "model", counted, "--days", "90"]
    plain = in_terminal(command, environment, 40)  # NO_COLOR is set for all clients
    assert "\x1b" not in plain and max(map(len, plain.splitlines()[2:3])) == 40
    coloured = in_terminal(command, {**environment, "NO_COLOR": ""}, 40)
    assert "\x1b[1m" in coloured and re.sub(r"\x1b\[\d*m", "", coloured) == plain
    export = [str(KOHUB), "stats", "export", "model", counted, "--output", str(tmp_path / "t.csv")]
    progress = in_terminal(export, environment, 60)
    assert "Exporting alice/counted" in progress and progress.splitlines()[-1].split("\x1b[K")[-1].startswith("Wrote 30")


def test_help_needs_no_hub(kohub, tmp_path):
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:1"}
    assert re.fullmatch(r"kohub-cli \d+\.\d+\.\d+\n", kohub("--version", **nowhere).stdout)
    for words in [(), ("stats",), ("stats", "get"), ("stats", "recent"), ("stats", "export"), ("trending",)]:
        assert "Usage: kohub-cli" in kohub(*words, "--help", **nowhere).stdout
