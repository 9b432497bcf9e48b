"""A mail server of some lines on 127.0.0.1: keeps what it is given, or refuses it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """What was said to the server, and the e-mails that it took: (from, to, text)."""

    port: int = 0
    #: Said to MAIL instead of "250": such as "451 try later".
    refuses: str = ""
    said: list[str] = field(default_factory=list)
    taken: list[tuple[str, list[str], str]] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """The server for as long as the block lasts. It speaks HELO, EHLO, AUTH, MAIL, RCPT, DATA, QUIT (RFC 5321)."""
    told = MailServer()

    class Conversation(socketserver.StreamRequestHandler):
        def answer(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.answer("220 example")
            sender, to = "", []
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                told.said.append(line)
                verb = line[:4].upper()
                if verb == "EHLO":
                    self.answer("250-example\r\n250 AUTH PLAIN")
                elif verb == "AUTH":
                    self.answer("235 welcome")
                elif verb == "MAIL":
                    sender = line.partition("<")[2].partition(">")[0]
                    self.answer(told.refuses or "250 ok")
                elif verb == "RCPT":
                    to.append(line.partition("<")[2].partition(">")[0])
                    self.answer("250 ok")
                elif verb == "DATA":
                    self.answer("354 go on")
                    lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
                    told.taken.append((sender, to, "\n".join(lines)))
                    self.answer("250 taken")
                else:
                    self.answer("221 bye" if verb == "QUIT" else "250 ok")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        server.daemon_threads = True
        told.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield told
        finally:
            server.shutdown()
