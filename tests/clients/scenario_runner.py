"""Runs the scenarios of one module with the huggingface_hub of the Python that runs this file.

  python scenario_runner.py MODULE RESULTS < settings.json

Started by test_scenarios.py, once for each client and module. Writes a JSON line for each case to
RESULTS. A scenario is a function `name(hub)`; a decorator tells for which repository types and
client releases it is, and whether it moves large files: then it runs by Xet and by LFS. No pytest here:
the environments of the older clients hold nothing but them.
"""
import importlib
import json
import sys
import tempfile
import time
import traceback
from pathlib import Path

ALL_TYPES = ("model", "dataset", "space")


def scenario(types=ALL_TYPES, since=(0,), before=(99,), large=False):
    def mark(function):
        function.scenario = {"types": types, "since": since, "before": before, "large": large}
        return function
    return mark


def cases_of(module, version: tuple, way: str) -> list[tuple[str, str]]:
    """(function, repository type) of every scenario that is for this client version and way."""
    return [(name, kind) for name, function in vars(module).items()
            if (marks := getattr(function, "scenario", None))
            and marks["since"] <= version < marks["before"]
            and (way == "xet" or marks["large"]) for kind in marks["types"]]


def raises(kind, call, *arguments, **options):
    """The exception of this very kind (or a derived one) that the call must end with."""
    try:
        got = call(*arguments, **options)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}, but {got!r}")


class Hub:
    """What a scenario works with: the server's people, and repositories of one type."""

    def __init__(self, settings: dict, kind: str, case: str):
        from huggingface_hub import HfApi, __version__
        self.version = tuple(int(part) for part in __version__.split(".")[:2])
        self.endpoint = settings["endpoint"]
        self.tokens = settings["tokens"]
        self.type = kind
        self.plural = kind + "s"
        self.prefix = "" if kind == "model" else self.plural + "/"
        self.alice = HfApi(token=self.tokens["alice"])
        self.alice_reading = HfApi(token=self.tokens["alice_read"])
        self.bob = HfApi(token=self.tokens["bob"])
        self.nobody = HfApi(token=False)
        self.case = case
        self.made = 0
        self.directory = Path(tempfile.mkdtemp())

    def name(self) -> str:
        self.made += 1
        return f"alice/{self.case}-{self.made}"

    def create(self, repo_id: str, api=None, **options) -> str:
        sdk = {"space_sdk": "static"} if self.type == "space" else {}
        url = (api or self.alice).create_repo(repo_id, repo_type=self.type, **sdk, **options)
        assert str(url) == f"{self.endpoint}/{self.prefix}{repo_id}", url
        return repo_id

    def repo(self, files: dict[str, bytes] | None = None, **options) -> str:
        """A new repository of alice with these files in one commit."""
        repo_id = self.create(self.name(), **options)
        if files:
            self.commit(repo_id, files)
        return repo_id

    def commit(self, repo_id: str, files: dict[str, bytes], message="Add files", api=None, **options):
        from huggingface_hub import CommitOperationAdd
        return (api or self.alice).create_commit(
            repo_id, [CommitOperationAdd(path, content) for path, content in files.items()],
            commit_message=message, repo_type=self.type, **options)

    def read(self, repo_id: str, path: str, api=None, **options) -> bytes:
        """The file as hf_hub_download brings it, into a cache of its own."""
        cache = tempfile.mkdtemp(dir=self.directory)
        return Path((api or self.alice).hf_hub_download(
            repo_id, path, repo_type=self.type, cache_dir=cache, **options)).read_bytes()

    def files(self, repo_id: str, **options) -> set[str]:
        """The paths, without those every repository starts with."""
        return set(self.alice.list_repo_files(repo_id, repo_type=self.type, **options)) - {".gitattributes"}


def main() -> int:
    import huggingface_hub
    settings = json.load(sys.stdin)
    version = tuple(int(part) for part in huggingface_hub.__version__.split(".")[:2])
    module = importlib.import_module(f"scenarios.{sys.argv[1]}")
    with open(sys.argv[2], "w") as results:
        for name, kind in cases_of(module, version, settings["way"]):
            if settings["only"] and f"{name}-{kind}" not in settings["only"]:
                continue
            started, error = time.monotonic(), None
            try:
                case = f"{settings['client']}-{settings['way']}-{sys.argv[1]}-{name}-{kind}".replace("_", "-")
                getattr(module, name)(Hub(settings, kind, case))
            except Exception:
                error = traceback.format_exc()
            results.write(json.dumps({"case": f"{name}-{kind}", "error": error,
                                      "seconds": time.monotonic() - started}) + "\n")
            results.flush()
    return 0


if __name__ == "__main__":
    sys.modules["scenario_runner"] = sys.modules["__main__"]
    sys.exit(main())
