"""The request-level log, as publishers and operators read it: with pandas, pyarrow and DuckDB."""
import io
import re
import subprocess
import time
from pathlib import Path

import duckdb
import pandas
import pyarrow.parquet
import pytest

from kit.server import Server

COLUMNS = ["timestamp", "status", "method", "repoName", "repoType", "hashedUserId", "hashedIp", "country",
           "region", "userAgent", "path", "revision", "bytes", "durationMs"]
LOGS = "/organizations/{}/settings/publisher-analytics/access-logs"
ALWAYS = "from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z"
AGENT = 'reader/1.0 "quoted", with a comma'


@pytest.fixture
def hub():
    with Server() as server:
        alice, _ = server.user("alice"), server.user("bob")
        server.organization("lab", alice)
        for owner in ("lab", "alice"):
            server.post("/api/repos/create", {"name": "bird", "organization": owner}, alice.token)
        yield server


def export(hub: Server, namespace: str, format: str = "csv", query: str = ALWAYS) -> bytes:
    answer = hub.request("GET", f"{LOGS.format(namespace)}?format={format}&{query}",
                         token=hub.people["alice"].token)
    assert answer.status == 200, answer.body
    return answer.body


def log(hub: Server, namespace: str) -> pandas.DataFrame:
    table = pandas.read_csv(io.BytesIO(export(hub, namespace)))
    assert list(table.columns) == COLUMNS
    return table.sort_values("timestamp", ignore_index=True)


def ask(hub: Server, owner: str, method: str = "GET", path: str = ".gitattributes", token: str | None = None) -> int:
    return hub.request(method, f"/{owner}/bird/resolve/main/{path}", token=token,
                       headers={"User-Agent": AGENT}).status


def test_a_publisher_reads_the_log(hub: Server, tmp_path: Path):
    alice, bob = hub.people["alice"], hub.people["bob"]
    statuses = [ask(hub, "lab"), ask(hub, "lab", "HEAD"), ask(hub, "lab", token=bob.token),
                ask(hub, "lab", path="missing.bin"), ask(hub, "alice")]
    assert statuses == [200, 200, 200, 404, 200]

    table = log(hub, "lab")
    assert table["status"].tolist() == [200, 200, 200, 404]
    assert table["method"].tolist() == ["GET", "HEAD", "GET", "GET"]
    assert set(table["repoName"]) == {"lab/bird"} and set(table["repoType"]) == {"model"}
    assert set(table["userAgent"]) == {AGENT}
    assert table["path"].tolist() == [".gitattributes"] * 3 + ["missing.bin"]
    assert table["hashedUserId"].notna().tolist() == [False, False, True, False]
    assert table["hashedIp"].notna().tolist() == [True, True, False, True]
    assert table["hashedIp"].dropna().nunique() == 1
    assert pandas.to_datetime(table["timestamp"]).dt.tz is not None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", table["timestamp"][0])
    assert table["bytes"][0] > 0

    path = tmp_path / "log.parquet"
    path.write_bytes(export(hub, "lab", "parquet"))
    assert pyarrow.parquet.read_table(path).column_names == COLUMNS
    counted = duckdb.sql(f"SELECT status, count(*) FROM '{path}' GROUP BY ALL ORDER BY ALL").fetchall()
    assert counted == [(200, 3), (404, 1)]
    lines = pandas.read_json(io.BytesIO(export(hub, "lab", "ndjson")), lines=True)
    assert list(lines.columns) == COLUMNS and len(lines) == 4

    middle = table["timestamp"][1]
    assert len(pandas.read_csv(io.BytesIO(export(hub, "lab", query=f"from={middle}")))) == 3
    assert alice.name not in export(hub, "lab").decode() and b"127.0.0.1" not in export(hub, "lab")


def test_hashes_cannot_be_joined(hub: Server):
    alice = hub.people["alice"]
    for owner in ("lab", "alice"):
        ask(hub, owner)
        ask(hub, owner, token=alice.token)
    of_lab, of_alice = log(hub, "lab"), log(hub, "alice")

    def hashes(table: pandas.DataFrame) -> set[str]:
        found = set(table["hashedUserId"].dropna()) | set(table["hashedIp"].dropna())
        assert len(found) == 2 and all(re.fullmatch("[0-9a-f]{64}", text) for text in found)
        return found

    assert hashes(of_lab).isdisjoint(hashes(of_alice))
    assert hashes(log(hub, "lab")) == hashes(of_lab)
    hub.admin("logs", "rotate-key", "lab")
    rotated = hashes(log(hub, "lab"))
    assert rotated.isdisjoint(hashes(of_lab))
    hub.post(LOGS.format("lab") + "/rotate-key", {}, alice.token)
    assert hashes(log(hub, "lab")).isdisjoint(rotated)
    assert hashes(log(hub, "alice")) == hashes(of_alice)


def test_an_operator_asks_in_sql(hub: Server):
    for _ in range(3):
        ask(hub, "lab")
    sql = "SELECT repo_name, count(*) AS n FROM access_log GROUP BY ALL"
    assert hub.operate("logs", "query", sql).split() == ["repo_name", "n", "lab/bird", "3"]
    assert hub.operate("logs", "query", "--format", "csv", sql) == "repo_name,n\nlab/bird,3"
    assert "lab/bird" not in hub.operate("logs", "segments") and ".parquet" in hub.operate("logs", "segments")
    for hostile in ("SELECT * FROM read_text('/etc/passwd')", "COPY (SELECT 1) TO '/tmp/x'", "SELECT 1; SELECT 2"):
        with pytest.raises(AssertionError):
            hub.operate("logs", "query", hostile)
    assert hub.operate("stats", "recount").splitlines()[-1] == "0 differences"
    hub.stop()
    assert hub.operate("logs", "query", "--format", "csv", sql) == "repo_name,n\nlab/bird,3", "without a server"
    assert hub.operate("stats", "recount").splitlines()[-1] == "0 differences"
    hub.start()


@pytest.mark.timeout(300)
def test_kills_while_a_segment_is_written_lose_and_double_nothing(hub: Server):
    asked = 0
    for cycle in range(6):
        for _ in range(20):
            assert ask(hub, "lab") == 200
            asked += 1
        # The export makes a segment: the server dies somewhere in it.
        exporting = subprocess.Popen(
            ["curl", "--silent", "--output", "/dev/null", "-H", f"Authorization: Bearer {hub.people['alice'].token}",
             f"{hub.url}{LOGS.format('lab')}"])
        time.sleep(0.05 + 0.1 * cycle)
        hub.kill()
        exporting.wait()
        hub.start()
    table = log(hub, "lab")
    assert len(table) == asked
    assert hub.operate("logs", "query", "--format", "csv",
                       "SELECT count(*), count(DISTINCT position) FROM access_log WHERE door = 'resolve'"
                       ).splitlines()[1] == f"{asked},{asked}"
    listed = {line.split()[0] for line in hub.operate("logs", "segments").splitlines()[1:]}
    assert {path.name for path in (hub.data_dir / "access-logs").glob("*.parquet")} == listed
    assert hub.operate("stats", "recount").splitlines()[-1] == "0 differences"
