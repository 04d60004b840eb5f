"""A real table as a dataset: push_to_hub, load_dataset, streaming, pandas by hf:// paths."""
import pytest

from environment import client_environment, python, run

pytestmark = pytest.mark.timeout(400)

PUSH = """
import sklearn.datasets, datasets
wine = sklearn.datasets.load_wine(as_frame=True).frame
iris = sklearn.datasets.load_iris(as_frame=True).frame
table = datasets.DatasetDict({"train": datasets.Dataset.from_pandas(wine.iloc[:150]),
                              "test": datasets.Dataset.from_pandas(wine.iloc[150:], preserve_index=False)})
table.push_to_hub("alice/wine", private=False)
datasets.Dataset.from_pandas(iris).push_to_hub("alice/wine", config_name="iris", split="train")
print("pushed")
"""

LOAD = """
import sklearn.datasets, datasets, pandas
wine = sklearn.datasets.load_wine(as_frame=True).frame
loaded = datasets.load_dataset("alice/wine", "default")
assert {name: split.num_rows for name, split in loaded.items()} == {"train": 150, "test": 28}, loaded
pandas.testing.assert_frame_equal(loaded["train"].to_pandas()[wine.columns.to_list()], wine.iloc[:150])
assert datasets.get_dataset_config_names("alice/wine") == ["default", "iris"]
iris = datasets.load_dataset("alice/wine", "iris", split="train")
assert iris.num_rows == 150 and "petal length (cm)" in iris.column_names
streamed = list(datasets.load_dataset("alice/wine", "default", split="train", streaming=True))
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

PRIVATE = """
import datasets
try:
    datasets.load_dataset("alice/iris-csv", split="train")
except datasets.exceptions.DatasetNotFoundError:
    print("not found")
"""


@pytest.fixture(scope="module")
def pushed(server, tmp_path_factory):
    environment = client_environment(server, tmp_path_factory.mktemp("push"), server.people["alice"].token)
    assert "pushed" in run([python("hub2"), "-c", PUSH], environment).stdout


def test_pushed_table_loads_whole_and_streaming(server, pushed, tmp_path):
    assert "loaded" in run([python("hub2"), "-c", LOAD], client_environment(server, tmp_path)).stdout


def test_a_second_push_replaces_the_first(server, pushed, tmp_path):
    environment = client_environment(server, tmp_path, server.people["alice"].token)
    run([python("hub2"), "-c", PUSH], environment)
    files = [entry["path"] for entry in server.request(
        "GET", "/api/datasets/alice/wine/tree/main?recursive=true").json() if entry["path"].endswith(".parquet")]
    assert len(files) == 3, files


def test_a_csv_file_and_then_private(server, tmp_path):
    environment = client_environment(server, tmp_path, server.people["alice"].token)
    assert "loaded" in run([python("hub2"), "-c", CSV], environment).stdout
    stranger = client_environment(server, tmp_path / "stranger", server.people["bob"].token)
    assert "not found" in run([python("hub2"), "-c", PRIVATE], stranger).stdout
