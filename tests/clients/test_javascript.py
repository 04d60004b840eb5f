"""npm @huggingface/hub: the calls of javascript/client.mjs, for every repository type."""
import json
import re
from pathlib import Path

import pytest

from environment import client_environment, run
from kit.server import CLIENTS

SCRIPT = Path(__file__).parent / "javascript" / "client.mjs"
CASES = re.findall(r"^  async (\w+)\(\) \{", SCRIPT.read_text(), re.MULTILINE)


@pytest.fixture(scope="session")
def results(server, tmp_path_factory):
    kept = {}

    def results_of(kind: str) -> dict:
        if kind not in kept:
            environment = client_environment(server, tmp_path_factory.mktemp("javascript"),
                                             NODE_CLIENT=str(CLIENTS / "npm"),
                                             ALICE_TOKEN=server.people["alice"].token,
                                             BOB_TOKEN=server.people["bob"].token)
            done = run(["node", str(SCRIPT), kind], environment, check=False)
            lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
            kept[kind] = {**{line["case"]: line for line in lines}, "": done.stderr[-4000:]}
        return kept[kind]
    return results_of


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["model", "dataset", "space"])
@pytest.mark.parametrize("case", CASES)
def test_javascript(results, kind, case):
    found = results(kind)
    if case not in found:
        pytest.fail(f"did not run: {found['']}", pytrace=False)
    if found[case]["error"]:
        pytest.fail(found[case]["error"], pytrace=False)
