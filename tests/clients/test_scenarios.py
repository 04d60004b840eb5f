"""Every method of the clients on repositories, files, upload and download: huggingface_hub 2, 1 and 0.36.

The scenarios are in scenarios/; each runs in a process with the client's own Python, and those that move
large files run by Xet and by LFS.
"""
import importlib
import json

import pytest

import scenario_runner
from environment import VERSIONS, WAYS, client_environment, python, run

MODULES = ["people", "repositories", "files", "upload", "download", "access"]
CASES = [(client, way, module, f"{name}-{kind}")
         for client, version in VERSIONS.items() for way in WAYS for module in MODULES
         for name, kind in scenario_runner.cases_of(importlib.import_module(f"scenarios.{module}"), version, way)]


@pytest.fixture(scope="session")
def results(server, tmp_path_factory, request):
    """Runs a client through a module once, and keeps what each case gave."""
    wanted = {}
    for item in request.session.items:
        if item.originalname == "test_scenario":
            case = item.callspec.params
            wanted.setdefault((case["client"], case["way"], case["module"]), []).append(case["case"])
    kept = {}

    def results_of(*run: str) -> dict:
        if run not in kept:
            kept[run] = run_module(server, tmp_path_factory.mktemp("-".join(run)), *run, wanted[run])
        return kept[run]
    return results_of


def run_module(server, directory, client: str, way: str, module: str, only: list[str]) -> dict:
    tokens = {name: person.token for name, person in server.people.items()}
    settings = {"endpoint": server.url, "client": client, "way": way, "only": only,
                "tokens": {**tokens, "alice_read": server.people["alice"].read_token}}
    output = directory / "results.jsonl"
    done = run([python(client), str(scenario_runner.__file__), module, str(output)],
               client_environment(server, directory, way=way), input=json.dumps(settings), timeout=900, check=False)
    lines = output.read_text().splitlines() if output.exists() else []
    found = {result["case"]: result for result in map(json.loads, lines)}
    return {**found, "": f"status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("client,way,module,case", CASES, ids=[":".join(case) for case in CASES])
def test_scenario(results, client, way, module, case):
    found = results(client, way, module)
    if case not in found:
        pytest.fail(f"did not run: {found['']}", pytrace=False)
    if found[case]["error"]:
        pytest.fail(found[case]["error"], pytrace=False)
