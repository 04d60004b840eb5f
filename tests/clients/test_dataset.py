"""A real table as a dataset, by Xet and by LFS: push_to_hub, load_dataset, streaming, pandas by hf:// paths."""
import pytest

from environment import client_environment, python, run
from transfer import form_of, sha256_of

pytestmark = pytest.mark.timeout(400)

PUSH = """
import sys, sklearn.datasets, datasets
wine = sklearn.datasets.load_wine(as_frame=True).frame
iris = sklearn.datasets.load_iris(as_frame=True).frame
table = datasets.DatasetDict({"train": datasets.Dataset.from_pandas(wine.iloc[:150]),
                              "test": datasets.Dataset.from_pandas(wine.iloc[150:], preserve_index=False)})
table.push_to_hub(sys.argv[1], private=False)
datasets.Dataset.from_pandas(iris).push_to_hub(sys.argv[1], config_name="iris", split="train")
print("pushed")
"""

LOAD = """
import sys, sklearn.datasets, datasets, pandas
wine = sklearn.datasets.load_wine(as_frame=True).frame
loaded = datasets.load_dataset(sys.argv[1], "default")
assert {name: split.num_rows for name, split in loaded.items()} == {"train": 150, "test": 28}, loaded
pandas.testing.assert_frame_equal(loaded["train"].to_pandas()[wine.columns.to_list()], wine.iloc[:150])
assert datasets.get_dataset_config_names(sys.argv[1]) == ["default", "iris"]
iris = datasets.load_dataset(sys.argv[1], "iris", split="train")
assert iris.num_rows == 150 and "petal length (cm)" in iris.column_names
streamed = list(datasets.load_dataset(sys.argv[1], "default", split="train", streaming=True))
assert len(streamed) == 150 and streamed[7]["alcohol"] == wine.iloc[7]["alcohol"]
assert [row["target"] for row in streamed] == wine.iloc[:150]["target"].to_list()
print("loaded")
"""

CSV = """
import sklearn.datasets, datasets, pandas
from huggingface_hub import HfApi
table = sklearn.datasets.load_iris(as_frame=True).frame
api = HfApi()
api.create_repo("alice/iris-csv", repo_type="dataset")
api.upload_file(path_or_fileobj=table.to_csv(index=False).encode(), path_in_repo="data/iris.csv",
                repo_id="alice/iris-csv", repo_type="dataset")
loaded = datasets.load_dataset("alice/iris-csv", split="train")
assert loaded.num_rows == 150 and loaded[0]["sepal length (cm)"] == 5.1
by_path = pandas.read_csv("hf://datasets/alice/iris-csv/data/iris.csv")
pandas.testing.assert_frame_equal(by_path, table)
assert next(iter(datasets.load_dataset("alice/iris-csv", split="train", streaming=True)))["target"] == 0
api.update_repo_settings("alice/iris-csv", private=True, repo_type="dataset")
print("loaded")
"""

PARQUET = """
import sys, datasets, pandas, numpy
from huggingface_hub import HfApi
repo, path = sys.argv[1:]
table = pandas.DataFrame({"number": numpy.arange(300_000), "noise": numpy.random.default_rng().random(300_000)})
table.to_parquet(path, row_group_size=50_000)
api = HfApi()
api.create_repo(repo, repo_type="dataset")
api.upload_file(path_or_fileobj=path, path_in_repo="data/train.parquet", repo_id=repo, repo_type="dataset")
total = rows = 0
for row in datasets.load_dataset(repo, split="train", streaming=True):
    total, rows = total + row["noise"], rows + 1
assert rows == 300_000 and abs(total - table["noise"].sum()) < 1e-6
column = pandas.read_parquet(f"hf://datasets/{repo}/data/train.parquet", columns=["number"])
assert column["number"].to_list() == list(range(300_000))
pandas.testing.assert_frame_equal(datasets.load_dataset(repo, split="train").to_pandas(), table)
print("loaded")
"""

PRIVATE = """
import datasets
try:
    datasets.load_dataset("alice/iris-csv", split="train")
except datasets.exceptions.DatasetNotFoundError:
    print("not found")
"""


@pytest.fixture(scope="module")
def pushed(server, way, tmp_path_factory) -> str:
    """The repository's name."""
    repo = f"alice/wine-{way}"
    environment = client_environment(server, tmp_path_factory.mktemp("push"), server.people["alice"].token, way)
    assert "pushed" in run([python("hub2"), "-c", PUSH, repo], environment).stdout
    return repo


def test_pushed_table_loads_whole_and_streaming(server, way, pushed, tmp_path):
    environment = client_environment(server, tmp_path, way=way)
    assert "loaded" in run([python("hub2"), "-c", LOAD, pushed], environment).stdout


def test_a_second_push_replaces_the_first(server, way, pushed, tmp_path):
    environment = client_environment(server, tmp_path, server.people["alice"].token, way)
    run([python("hub2"), "-c", PUSH, pushed], environment)
    files = [entry["path"] for entry in server.request(
        "GET", f"/api/datasets/{pushed}/tree/main?recursive=true").json() if entry["path"].endswith(".parquet")]
    assert len(files) == 3, files


def test_a_parquet_file_read_in_parts(server, way, tmp_path):
    environment = client_environment(server, tmp_path, server.people["alice"].token, way)
    printed = run([python("hub2"), "-c", PARQUET, f"alice/parquet-{way}", str(tmp_path / "train.parquet")], environment)
    assert "loaded" in printed.stdout
    assert form_of(server, sha256_of(tmp_path / "train.parquet")) == {"xet": "xet", "lfs": "whole"}[way]


def test_a_csv_file_and_then_private(server, tmp_path):
    environment = client_environment(server, tmp_path, server.people["alice"].token)
    assert "loaded" in run([python("hub2"), "-c", CSV], environment).stdout
    stranger = client_environment(server, tmp_path / "stranger", server.people["bob"].token)
    assert "not found" in run([python("hub2"), "-c", PRIVATE], stranger).stdout
