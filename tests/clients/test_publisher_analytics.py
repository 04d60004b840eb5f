"""The publisher's CSV as pandas reads it, beside what the API tells of the same numbers."""
import io
import random
import time
from datetime import datetime, timezone

import pandas
import pyarrow.parquet
import pytest

from kit.statistics import add_day, repo_id, today

URL = "/organizations/press/settings/publisher-analytics"
REPOS = [("model", "bert"), ("model", "gpt-2.1"), ("model", "quiet"), ("dataset", "corpus"), ("space", "demo")]


@pytest.fixture(scope="module")
def numbers(server):
    """(type, name) → day → downloads, in an organization of alice's."""
    alice = server.people["alice"]
    server.organization("press", alice, carol="member")
    choose = random.Random(7)
    made = {}
    for kind, name in REPOS:
        server.post("/api/repos/create", {"name": name, "organization": "press", "type": kind, "sdk": "static",
                                          "private": name == "corpus"}, alice.token)
        days = {} if name == "quiet" else {today() - ago: choose.randrange(1, 500)
                                           for ago in choose.sample(range(400), 120)}
        made[kind, f"press/{name}"] = days
        with server.database() as database:
            row = repo_id(database, f"press/{name}", kind)
            for day, downloads in days.items():
                people = downloads // 2
                add_day(database, row, day, people, authenticated=people // 3)
                add_day(database, row, day, downloads - people, "ci")
    server.stop()  # what was written past the server is seen from the next start on
    server.start()
    return made


def breakdown(server, query: str = "") -> pandas.DataFrame:
    answer = server.request("GET", f"{URL}/download-breakdown{query}", None, server.people["alice"].token)
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return pandas.read_csv(io.BytesIO(answer.body), parse_dates=["timestamp"])


def test_csv_equals_what_was_counted(server, numbers):
    frame = breakdown(server)
    assert list(frame.columns) == ["repoType", "repoName", "total", "timestamp", "downloads"]
    assert str(frame["timestamp"].dt.tz) == "UTC"
    expected = [(kind, name, sum(days.values()), datetime.fromtimestamp(day * 86_400, timezone.utc), days[day])
                for (kind, name), days in numbers.items() if kind != "space" for day in sorted(days)]
    assert [tuple(row) for row in frame.itertuples(index=False)] == expected


def test_csv_equals_the_api(server, numbers):
    alice = server.people["alice"]
    frame = breakdown(server)
    analytics = server.request("GET", f"{URL}?period=all&limit=100", None, alice.token).json()
    for item in analytics["repositories"]["items"]:
        rows = frame[(frame.repoType == item["repoType"]) & (frame.repoName == item["repoName"])]
        if item["repoType"] != "space":
            assert rows.downloads.sum() == item["downloads"] == item["total"]
        assert sum(item["sparkline"]) == item["downloads"]
        stats = server.request("GET", f"/api/{item['repoType']}s/{item['repoName']}/stats", None, alice.token).json()
        assert stats["downloads"] == item["total"]
    assert sum(day["downloads"] for day in analytics["series"]) == analytics["totals"]["downloads"]
    by_day = frame.groupby(frame.timestamp.dt.strftime("%Y-%m-%d")).downloads.sum()
    recent = {}
    for kind, name in numbers:
        if kind == "space":
            continue
        answer = server.request("GET", f"/{kind}s/{name}/stats/recent?days=365", None, alice.token).json()
        assert len(answer["stats"]) == 365
        for day in answer["stats"]:
            recent[day["date"]] = recent.get(day["date"], 0) + day["downloads"]
    assert {date: count for date, count in recent.items() if count} == \
        {date: count for date, count in by_day.items() if date in recent}


def test_month_and_the_one_before(server, numbers):
    alice = server.people["alice"]
    month = server.request("GET", f"{URL}?limit=100", None, alice.token).json()
    assert month["period"]["days"] == 30 and len(month["series"]) == 30
    for item in month["repositories"]["items"]:
        days = numbers[item["repoType"], item["repoName"]]
        ago = {today() - day: downloads for day, downloads in days.items()}
        assert item["downloads"] == sum(count for day, count in ago.items() if day < 30)
        assert item["previousDownloads"] == sum(count for day, count in ago.items() if 30 <= day < 60)
        assert item["change"] == item["downloads"] - item["previousDownloads"]


def test_without_ci(server, numbers):
    alice = server.people["alice"]
    frame = breakdown(server, "?ci=exclude")
    people = {name: sum(count // 2 for count in days.values()) for name, days in numbers.items()}
    for kind, name in numbers:
        rows = frame[(frame.repoType == kind) & (frame.repoName == name)]
        if kind != "space" and len(rows):
            assert rows.downloads.sum() == rows.total.iloc[0] == people[kind, name]
    answer = server.request("GET", f"{URL}?period=all&ci=exclude&fields=totals,traffic", None, alice.token).json()
    assert answer["totals"]["downloads"] == sum(people.values())
    traffic = {row["traffic"]: row["downloads"] for row in answer["traffic"]}
    assert traffic["people"] == sum(people.values()) and traffic["ci"] > 0 and traffic["bots"] == 0


def test_objects_equal_the_csv(server, numbers):
    answer = server.request("GET", f"{URL}/download-breakdown?format=json", None, server.people["alice"].token)
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    frame = pandas.read_json(io.BytesIO(answer.body), lines=True, dtype=False)
    csv = breakdown(server)
    assert frame.drop(columns="timestamp").equals(csv.drop(columns="timestamp"))
    assert list(frame.timestamp) == list(csv.timestamp.dt.strftime("%Y-%m-%dT00:00:00.000Z"))


def test_parquet_equals_the_csv(server, numbers):
    answer = server.request("GET", f"{URL}/download-breakdown?format=parquet", None, server.people["alice"].token)
    assert answer.status == 200, answer.body
    table = pyarrow.parquet.read_table(io.BytesIO(answer.body))
    assert list(map(str, table.schema.types)) == ["string", "string", "int64", "timestamp[us]", "int64"]
    frame = table.to_pandas()
    frame["timestamp"] = frame["timestamp"].dt.tz_localize("UTC")
    expected = breakdown(server)
    assert list(frame.itertuples(index=False, name=None)) == list(expected.itertuples(index=False, name=None))


def test_every_page_of_every_order(server, numbers):
    alice = server.people["alice"]
    for sort in ("repoName", "total", "downloads", "previousDownloads", "change", "uniqueDownloaders",
                 "authenticated", "anonymous", "files", "bytes", "likes"):
        for direction in (1, -1):
            url = f"{URL}?fields=repositories&sort={sort}&direction={direction}"
            whole = server.request("GET", f"{url}&limit=100", None, alice.token).json()["repositories"]
            values = [item[sort] for item in whole["items"]]
            assert values == sorted(values, reverse=direction == -1), (sort, direction)
            paged, next_page = [], f"{url}&limit=2"
            while next_page:
                answer = server.request("GET", next_page, None, alice.token)
                paged += answer.json()["repositories"]["items"]
                link = answer.headers["Link"]
                next_page = link[1:link.index(">")] if link else None
            assert paged == whole["items"], (sort, direction)


def told_of(server, method: str, path: str, name: str, token: str | None) -> tuple:
    """All that an answer tells, but for the name that was asked for."""
    answer = server.request(method, path.format(name), None, token)
    headers = sorted((key, value.replace(name, "?")) for key, value in answer.headers.items()
                     if key not in ("X-Request-Id", "Date"))
    return answer.status, answer.body.replace(name.encode(), b"?"), headers


def test_statistics_of_a_namespace_of_others_are_those_of_none(server, numbers):
    """Neither its existence nor one's role shows, whatever is asked and how."""
    bob, carol = server.people["bob"], server.people["carol"]  # nobody there, and a member
    settings = "/organizations/{}/settings/publisher-analytics"
    routes = [("GET", prefix + settings + rest) for prefix in ("/api", "")
              for rest in ("", "?sort=x", "/download-breakdown", "/download-breakdown?format=x")]
    routes += [("GET", settings + "/access-logs"), ("GET", settings + "/access-logs?format=x"),
               ("POST", settings + "/access-logs/rotate-key")]
    routes += [("HEAD", path) for method, path in routes if method == "GET"]
    for method, path in routes:
        for token in (None, "hf_wrong", bob.token, carol.token, bob.read_token):
            told = {name: told_of(server, method, path, name, token) for name in ("press", "alice", "presz")}
            assert told["press"] == told["alice"] == told["presz"], (method, path, told)
            status = 401 if token in (None, "hf_wrong") else 403 if method == "POST" and token == bob.read_token else 404
            assert told["press"][0] == status, (method, path, told)
    # A repository everybody may see has no analytics for others, either.
    for token in (None, bob.token, carol.token):
        told = [told_of(server, "GET", "/api/models/{}/analytics", name, token) for name in ("press/bert", "press/bart")]
        assert told[0] == told[1] and told[0][0] == 404, told


def test_who_has_no_rights_learns_nothing(server, numbers):
    """A private repository's answers are those of one that does not exist, byte for byte."""
    hidden, missing = "press/corpus", "press/corpsu"
    for token in (None, server.people["bob"].token):
        for route in ("stats", "stats/recent", "stats/recent?days=0", "analytics", "analytics?sort=x", "like", "likers"):
            for prefix in ("/api", ""):
                for method in ("GET", "HEAD"):
                    told = [told_of(server, method, f"{prefix}/datasets/{{}}/{route}", name, token)
                            for name in (hidden, missing)]
                    assert told[0] == told[1] and told[0][0] == 404, (route, told)
        listed = server.request("GET", "/api/trending?repo_type=dataset&days=90&limit=100", None, token).json()
        assert hidden not in [item["id"] for item in listed["trending"]]
    for name in ("alice", "carol"):  # admin and member of the organization
        listed = server.request("GET", "/api/trending?repo_type=dataset&days=90&limit=100", None,
                                server.people[name].token).json()
        assert hidden in [item["id"] for item in listed["trending"]], name


def test_trending_is_the_sum_of_its_days(server, numbers):
    alice = server.people["alice"]
    for days in (1, 2, 7, 30, 90):
        answer = server.request("GET", f"/api/trending?days={days}&limit=100", None, alice.token).json()
        told = {item["id"]: item["recent_downloads"] for item in answer["trending"]}
        for (kind, name), counted in numbers.items():
            if kind == "model":
                assert told[name] == sum(count for day, count in counted.items() if day > today() - days), (name, days)
        keys = [(-item["recent_downloads"], -item["downloads"], item["id"]) for item in answer["trending"]]
        assert keys == sorted(keys)


def test_downloaders_follow_the_repositories(server):
    """What is deleted or given away takes its downloaders along: at once, and in the sketches soon after."""
    alice = server.people["alice"]
    for name in ("press2", "press3"):
        server.organization(name, alice)
    for name in ("kept", "given", "gone"):
        server.post("/api/repos/create", {"name": name, "organization": "press2"}, alice.token)
        for agent in ("curl/8", f"{name}/1"):
            path = f"/press2/{name}/resolve/main/.gitattributes"
            assert server.request("GET", path, headers={"User-Agent": agent}).status == 200

    def unique(namespace: str) -> int:
        answer = server.request("GET", f"/organizations/{namespace}/settings/publisher-analytics"
                                       "?fields=uniqueDownloaders", None, alice.token)
        return answer.json()["uniqueDownloaders"]["range"]

    def wait(what, condition):
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, what
            time.sleep(0.05)

    wait("counted", lambda: unique("press2") == 4)
    server.request("DELETE", "/api/repos/delete", {"name": "gone", "organization": "press2"}, alice.token)
    assert unique("press2") == 3
    server.post("/api/repos/move", {"fromRepo": "press2/given", "toRepo": "press3/given", "type": "model"},
                alice.token)

    def stale() -> int:
        with server.database() as database:
            return database.execute("SELECT COUNT(*) FROM namespace_sketch WHERE LENGTH(sketch) = 0").fetchone()[0]

    assert (unique("press2"), unique("press3")) == (2, 2)
    wait("made anew", lambda: stale() == 0)
    assert (unique("press2"), unique("press3")) == (2, 2)
