"""A mail server that keeps what it gets."""
import socketserver
import threading
import time


class MailServer:
    """Speaks enough SMTP to take messages; `with MailServer() as mail: … mail.wait_for(1)`."""

    def __init__(self):
        self.messages: list[tuple[str, list[str], str]] = []  # sender, recipients, text
        keep = self.messages

        class Session(socketserver.StreamRequestHandler):
            def say(self, text: str) -> None:
                self.wfile.write(text.encode() + b"\r\n")

            def handle(self) -> None:
                self.say("220 test")
                sender, recipients = "", []
                while line := self.rfile.readline():
                    text = line.decode(errors="replace").strip()
                    verb = text.split(" ")[0].split(":")[0].upper()
                    if verb == "EHLO":
                        self.say("250-test")
                        self.say("250 8BITMIME")
                    elif verb == "MAIL":
                        sender = text.split(":", 1)[1]
                        self.say("250 ok")
                    elif verb == "RCPT":
                        recipients.append(text.split(":", 1)[1])
                        self.say("250 ok")
                    elif verb == "DATA":
                        self.say("354 go on")
                        lines = []
                        while (line := self.rfile.readline()).rstrip(b"\r\n") != b".":
                            lines.append(line.decode(errors="replace").removeprefix("."))
                        keep.append((sender, recipients, "".join(lines)))
                        sender, recipients = "", []
                        self.say("250 kept")
                    elif verb == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    def __enter__(self) -> "MailServer":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.server.shutdown()
        self.server.server_close()

    def wait_for(self, count: int, seconds: float = 20) -> list[tuple[str, list[str], str]]:
        deadline = time.monotonic() + seconds
        while len(self.messages) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(self.messages) >= count, f"{len(self.messages)} mails after {seconds} s"
        return self.messages
