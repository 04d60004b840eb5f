"""nginx as a reference, in its own directory and on its own port."""
import shutil
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
  }}
}}
"""


class Nginx:
    """Serves `files/` below `directory` with sendfile and takes PUTs into `put/`."""

    def __init__(self, parent: Path):
        self.directory = Path(tempfile.mkdtemp(prefix="nginx-", dir=parent))
        self.port = free_port()

    def __enter__(self) -> "Nginx":
        self.directory.chmod(0o755)
        for name in ("files", "put", "body"):
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

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"
