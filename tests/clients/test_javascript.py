"""npm @huggingface/hub: the calls of javascript/client.mjs, for every repository type, by Xet; those that move
large files by LFS too."""
import json
import re
from pathlib import Path

import pytest

from environment import client_environment, run
from kit.server import CLIENTS
from transfer import packed_bytes

SCRIPT = Path(__file__).parent / "javascript" / "client.mjs"
NAMES = re.findall(r"^  async (\w+)\(\) \{", SCRIPT.read_text(), re.MULTILINE)
LARGE = ["uploadAndDownload", "uploadOneFileAndDelete", "anEmptyFile", "listFilesRecursively", "fileExistsAndInfo",
         "snapshot"]
CASES = [("xet", name) for name in NAMES] + [("lfs", name) for name in LARGE]


@pytest.fixture(scope="session")
def results(server, tmp_path_factory):
    kept = {}

    def results_of(kind: str, way: str) -> dict:
        if (kind, way) not in kept:
            environment = client_environment(server, tmp_path_factory.mktemp("javascript"), way=way,
                                             NODE_CLIENT=str(CLIENTS / "npm"),
                                             ALICE_TOKEN=server.people["alice"].token,
                                             BOB_TOKEN=server.people["bob"].token)
            before = packed_bytes(server)
            done = run(["node", str(SCRIPT), kind, way, *(NAMES if way == "xet" else LARGE)], environment,
                       check=False)
            lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
            kept[kind, way] = {**{line["case"]: line for line in lines}, "": done.stderr[-4000:],
                               "sent by Xet": packed_bytes(server) - before}
        return kept[kind, way]
    return results_of


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["model", "dataset", "space"])
@pytest.mark.parametrize("way,case", CASES)
def test_javascript(results, kind, way, case):
    found = results(kind, way)
    if case not in found:
        pytest.fail(f"did not run: {found['']}", pytrace=False)
    if found[case]["error"]:
        pytest.fail(found[case]["error"], pytrace=False)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["model", "dataset", "space"])
def test_it_went_the_way_that_is_meant(results, kind):
    assert results(kind, "xet")["sent by Xet"] > 11_000_000 and results(kind, "lfs")["sent by Xet"] == 0
