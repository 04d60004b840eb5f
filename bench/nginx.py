"""nginx as a reference, in its own directory and on its own port."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.kit.server import free_port

CONFIGURATION = """
worker_processes auto;
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  client_max_body_size 0;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  server {{
    listen 127.0.0.1:{port} reuseport;
    location = /fixed {{ default_type application/json; return 200 '{{"status":"ok"}}'; }}
    location /files/ {{ alias {directory}/files/; }}
    location /put/ {{ alias {directory}/put/; dav_methods PUT; }}
    location ~ ^/git(/.*)$ {{
      fastcgi_pass unix:{directory}/sockets/git;
      fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
      fastcgi_param GIT_PROJECT_ROOT {directory}/git;
      fastcgi_param GIT_HTTP_EXPORT_ALL "";
      fastcgi_param PATH_INFO $1;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param GIT_PROTOCOL $http_git_protocol;
    }}
  }}
}}
"""


class Nginx:
    """Serves `files/` below `directory` with sendfile, takes PUTs into `put/`, and serves the git
    repositories in `git/` through git's own http-backend once start_git() was called."""

    def __init__(self, parent: Path):
        self.directory = Path(tempfile.mkdtemp(prefix="nginx-", dir=parent))
        self.port = free_port()
        self.fcgiwrap = None

    def __enter__(self) -> "Nginx":
        self.directory.chmod(0o755)
        for name in ("files", "put", "body", "git", "sockets"):
            (self.directory / name).mkdir(mode=0o777)
            (self.directory / name).chmod(0o777)
        configuration = self.directory / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(directory=self.directory, port=self.port))
        self.process = subprocess.Popen(["nginx", "-c", str(configuration)], stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                urllib.request.urlopen(self.url + "/fixed", timeout=1).read()
                return self
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("nginx does not answer: " + (self.directory / "error.log").read_text())

    def start_git(self, processes: int = 2) -> None:
        """http-backend, for so many requests at once."""
        socket = self.directory / "sockets" / "git"
        anywhere = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        self.fcgiwrap = subprocess.Popen(
            ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups",
             "fcgiwrap", "-c", str(processes), "-s", f"unix:{socket}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, umask=0,
            env={"HOME": str(self.directory), "PATH": os.environ["PATH"], **anywhere})
        for _ in range(100):
            if socket.exists():
                return
            time.sleep(0.02)
        raise RuntimeError("fcgiwrap does not listen")

    def __exit__(self, *_):
        if self.fcgiwrap:
            os.killpg(self.fcgiwrap.pid, signal.SIGTERM)  # its children would outlive it
            self.fcgiwrap.wait(20)
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"
