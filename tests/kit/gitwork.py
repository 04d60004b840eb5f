"""Real git and git-lfs for a test: a home of their own, a fixed identity, nobody to ask for passwords."""
import os
import subprocess
from pathlib import Path


class GitError(AssertionError):
    """git ended with another status than 0; its words are the message."""


class Git:
    """`git` in a directory: git("add", "."), git.at(directory), git.text("rev-parse", "HEAD")."""

    def __init__(self, home: Path, directory: Path | None = None):
        self.home, self.directory = home, directory or home
        if not (home / ".gitconfig").exists():
            home.mkdir(parents=True, exist_ok=True)
            (home / ".gitconfig").write_text(
                "[user]\n\tname = Test\n\temail = test@example.org\n[init]\n\tdefaultBranch = main\n"
                "[advice]\n\tdetachedHead = false\n[gc]\n\tauto = 0\n"
                "[filter \"lfs\"]\n\tclean = git-lfs clean -- %f\n\tsmudge = git-lfs smudge -- %f\n"
                "\tprocess = git-lfs filter-process\n\trequired = true\n")

    def at(self, directory: Path) -> "Git":
        return Git(self.home, directory)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("GIT_", "HF_")) and "proxy" not in name.lower()}
        return {**kept, "HOME": str(self.home), "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
                "GIT_ASKPASS": "true", "LC_ALL": "C"}

    def __call__(self, *arguments, check: bool = True, input: str | bytes | None = None, timeout: float = 300,
                 **environment: str) -> subprocess.CompletedProcess:
        done = subprocess.run(["git", *map(str, arguments)], cwd=self.directory, capture_output=True, timeout=timeout,
                              input=input.encode() if isinstance(input, str) else input,
                              env={**self.environment, **environment})
        done.out, done.err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        if check and done.returncode != 0:
            raise GitError(f"git {' '.join(map(str, arguments))}: {done.returncode}\n{done.out[-2000:]}\n{done.err[-4000:]}")
        return done

    def text(self, *arguments, **options) -> str:
        return self(*arguments, **options).out.strip()

    def refuses(self, *arguments, **options) -> str:
        """What git said (both outputs) to something that must fail."""
        done = self(*arguments, check=False, **options)
        if done.returncode == 0:
            raise GitError(f"git {' '.join(map(str, arguments))} should have failed\n{done.out}\n{done.err}")
        return done.out + done.err

    def init(self, directory: Path, *arguments) -> "Git":
        self("init", "-q", *arguments, directory)
        return self.at(directory)

    def clone(self, url: str, directory: Path, *arguments, **options) -> "Git":
        self("clone", "-q", *arguments, url, directory, **options)
        return self.at(directory)

    def commit(self, message: str = "Commit", files: dict[str, bytes] | None = None) -> str:
        for path, content in (files or {}).items():
            target = self.directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        self("add", "-A")
        self("commit", "-q", "--allow-empty", "-m", message)
        return self.head()

    def head(self, revision: str = "HEAD") -> str:
        return self.text("rev-parse", revision)

    def fsck(self) -> None:
        done = self("fsck", "--full", "--strict", "--no-dangling")
        noise = [line for line in (done.out + done.err).splitlines()
                 if not line.startswith(("Checking ", "notice: "))]
        if noise:
            raise GitError("\n".join(noise[:20]))


def with_token(server, person, path: str) -> str:
    """A repository's URL with a person's name and token in it."""
    return f"http://{person.name}:{person.token}@127.0.0.1:{server.port}/{path}"
