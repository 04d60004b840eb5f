"""A real sshd that asks the hub for keys, and people who connect to it. Needs root, as sshd does."""
import getpass
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from kit.gitwork import Git
from kit.server import Server, free_port


class Sshd:
    """As docs/ssh.md sets it up, on a port and with a host key of its own."""

    def __init__(self, hub: Server):
        # sshd trusts a command only where root alone may write, which is not so below /tmp.
        self.directory = Path(tempfile.mkdtemp(prefix="kohakuhub-sshd-", dir="/run"))
        self.directory.chmod(0o755)
        self.port, self.log = free_port(), self.directory / "sshd.log"
        asking = self.directory / "kohakuhub"
        asking.write_text(f"#!/bin/sh\nexec {hub.command()[0]} \"$@\"\n")
        asking.chmod(0o755)
        make_key(self.directory / "host")
        (self.directory / "sshd_config").write_text(f"""
            Port {self.port}
            ListenAddress 127.0.0.1
            HostKey {self.directory}/host
            PidFile none
            UsePAM no
            StrictModes no
            PermitRootLogin yes
            LogLevel VERBOSE
            AuthorizedKeysFile none
            AuthorizedKeysCommand {asking} ssh-keys --data-dir {hub.data_dir} %f %k
            AuthorizedKeysCommandUser {getpass.getuser()}
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            AcceptEnv GIT_PROTOCOL
            Subsystem sftp internal-sftp
            """)
        Path("/run/sshd").mkdir(exist_ok=True)
        program = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
        self.process = subprocess.Popen([program, "-D", "-f", self.directory / "sshd_config", "-E", self.log])
        deadline = time.monotonic() + 20
        while "listening on" not in (self.log.read_text() if self.log.exists() else ""):
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)
        kind, key = (self.directory / "host.pub").read_text().split()[:2]
        self.known_hosts = self.directory / "known_hosts"
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.directory)

    def options(self, key: Path) -> list[str]:
        return ["-F", "/dev/null", "-i", str(key), "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o",
                "BatchMode=yes", "-o", f"UserKnownHostsFile={self.known_hosts}", "-o", "StrictHostKeyChecking=yes"]

    def url(self, path: str) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}/{path}"


class SshGit(Git):
    """Git with one SSH key."""

    def __init__(self, home: Path, command: str, directory: Path | None = None):
        super().__init__(home, directory)
        self.command = command

    def at(self, directory: Path) -> "SshGit":
        return SshGit(self.home, self.command, directory)

    @property
    def environment(self):
        return {**super().environment, "GIT_SSH_COMMAND": self.command}


def make_key(path: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path], check=True)
    return path.with_name(path.name + ".pub").read_text()


class Connected:
    """A person with a key of their own."""

    def __init__(self, hub, sshd, person, directory: Path):
        self.hub, self.sshd, self.person = hub, sshd, person
        self.key = directory / f"{person.name}-key"
        self.id = hub.post("/api/user/keys", {"title": "test", "key": make_key(self.key)}, person.token)["id"]
        self.git = SshGit(directory / f"{person.name}-home", shlex.join(["ssh", *sshd.options(self.key)]))

    def ssh(self, *arguments, **options):
        return subprocess.run(self.command(*arguments), capture_output=True, check=False, timeout=60,
                              **{"stdin": subprocess.DEVNULL, **options})

    def command(self, *arguments):
        return ["ssh", *self.sshd.options(self.key), "-p", str(self.sshd.port), f"{getpass.getuser()}@127.0.0.1",
                *arguments]
