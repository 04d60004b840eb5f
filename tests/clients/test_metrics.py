"""/metrics as Prometheus reads it, by the parser of its own client library."""
import re
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kit.server import ROOT, Server
from kit.upload import add, commit, must

STANDARD = {"process_cpu_seconds", "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds",
            "process_max_fds", "process_start_time_seconds"}


@pytest.fixture(scope="module")
def hub():
    with Server() as server:
        alice = server.user("alice")
        server.post("/api/repos/create", {"name": "hidden-name"}, alice.token)
        must(commit(server, alice.token, "alice/hidden-name", [add("secret-path.txt", b"x" * 5000)]))
        yield server


def scrape(hub: Server) -> dict:
    answer = hub.request("GET", "/metrics")
    assert answer.status == 200, answer.body
    families = list(text_string_to_metric_families(answer.body.decode()))
    names = [family.name for family in families]
    assert len(names) == len(set(names)), "each family in one piece"
    return {family.name: family for family in families}


def settled(hub: Server) -> dict:
    """Once the store was measured and a job has had its turn."""
    deadline = time.monotonic() + 20
    while True:
        families = scrape(hub)
        if "kohakuhub_store_large_objects" in families and "kohakuhub_job_runs" in families:
            return families
        assert time.monotonic() < deadline, sorted(families)
        time.sleep(0.1)


def value(families: dict, family: str, suffix: str = "", **labels: str) -> float:
    found = [sample.value for sample in families[family].samples
             if sample.name == family + suffix and labels.items() <= sample.labels.items()]
    assert len(found) == 1, (family, suffix, labels, found)
    return found[0]


def test_documentation_and_answer_name_the_same_metrics(hub):
    families = settled(hub)
    documented = set(re.findall(r"^\| `(kohakuhub_\w+)`", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE))
    told = {name + ("_total" if family.type == "counter" else "") for name, family in families.items()
            if name.startswith("kohakuhub_")}
    assert told == documented
    assert STANDARD == {name for name in families if name.startswith("process_")}
    for family in families.values():
        assert family.documentation and family.type in ("counter", "gauge", "histogram"), family.name


def test_no_name_is_told(hub):
    must(hub.request("GET", "/alice/hidden-name/resolve/main/secret-path.txt"))
    hub.request("GET", "/alice/never-was/resolve/main/a")
    hub.request("GET", "/a/b/c/d/e/f/never-was")
    text = hub.request("GET", "/metrics").body.decode()
    for name in ("alice", "hidden-name", "secret-path", "never-was"):
        assert name not in text


def test_every_request_is_counted_once(hub):
    route = "/{repo}/resolve/{path...}"
    path = "/alice/hidden-name/resolve/main/secret-path.txt"

    def read() -> tuple[float, float, float, float]:
        families = scrape(hub)
        return (value(families, "kohakuhub_http_requests", "_total", route=route, method="GET", status="200"),
                value(families, "kohakuhub_http_response_bytes", "_total", route=route),
                value(families, "kohakuhub_http_request_duration_seconds", "_count", route=route),
                value(families, "kohakuhub_http_request_duration_seconds", "_sum", route=route))

    must(hub.request("GET", path))
    time.sleep(0.2)  # a request is counted after its last byte
    before = read()
    for _ in range(20):
        must(hub.request("GET", path))
    assert hub.request("HEAD", path).status == 200
    assert hub.request("GET", path + ".not").status == 404
    time.sleep(0.2)
    after = read()
    assert after[0] - before[0] == 20
    assert 20 * 5000 < after[1] - before[1] < 20 * 5000 + 22 * 2000, "bodies and headers"
    assert after[2] - before[2] == 22
    assert 0 < after[3] - before[3] < 22


def test_a_histogram_is_one(hub):
    for sample_route in {sample.labels["route"] for sample
                         in scrape(hub)["kohakuhub_http_request_duration_seconds"].samples}:
        family = scrape(hub)["kohakuhub_http_request_duration_seconds"]
        buckets = [(float(sample.labels["le"]), sample.value) for sample in family.samples
                   if sample.name.endswith("_bucket") and sample.labels["route"] == sample_route]
        assert buckets == sorted(buckets) and buckets[-1][0] == float("inf")
        assert [bound for bound, _ in buckets[:-1]] == [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
        counts = [count for _, count in buckets]
        assert counts == sorted(counts)


def test_the_numbers_are_true(hub):
    families = settled(hub)
    assert abs(value(families, "process_start_time_seconds") - time.time()) < 600
    assert value(families, "process_cpu_seconds", "_total") > 0
    pid = hub.process.pid
    assert abs(value(families, "process_open_fds") - len(list(Path(f"/proc/{pid}/fd").iterdir()))) <= 3
    assert value(families, "kohakuhub_http_requests_in_flight") == 1
    assert value(families, "kohakuhub_http_connections") >= 1
    assert value(families, "kohakuhub_database_file_bytes") == (hub.data_dir / "hub.db").stat().st_size
    assert value(families, "kohakuhub_database_commits", "_total") > 0
    assert value(families, "kohakuhub_database_failed_commits", "_total") == 0
    assert value(families, "kohakuhub_git_running", work="fetch") == 0
    assert value(families, "kohakuhub_log_lines", "_total", level="error") == 0
    assert value(families, "kohakuhub_data_free_bytes") > 0
    assert value(families, "kohakuhub_job_failures", "_total", name="identify_objects") == 0
