"""Both simulators as real HTTP servers on 127.0.0.1: for the demo, browsers, and processes of their own."""

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any

from cscart_zoho_sim.control import ROOT, Control
from cscart_zoho_sim.faults import FaultPlan, Unanswered
from cscart_zoho_sim.messages import Outbox
from cscart_zoho_sim.post import Post
from cscart_zoho_sim.transport import expiry, wire_request
from cscart_zoho_sim.wire import Request, Response, Simulator
from cscart_zoho_sim.world import Setting, World

HOST = "127.0.0.1"
#: How long a call with an ordered time-out is left without an answer.
HANG_S = 30.0
#: How often Zoho looks for web hooks to send again; new ones leave at once.
DELIVERY_S = 0.5
_BODY_LIMIT = 64 * 1024 * 1024


class Port(ThreadingHTTPServer):
    """One port of 127.0.0.1: bound at once, so that its address is known, and opened later.

    Raises OSError when the port is taken, OverflowError when it is no port at all.
    """

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, number: int = 0) -> None:
        super().__init__((HOST, number), _Conversation)
        self.url = f"http://{HOST}:{self.server_port}"
        self.faults = FaultPlan.none()
        #: Called after each request: what CS-Cart says by itself leaves before it answers.
        self.send_held: Callable[[], None] = lambda: None
        self.latency_s = 0.0
        self.hang_s = HANG_S
        self._sim: Simulator | None = None
        self._control: Control | None = None
        self._lock: AbstractContextManager[Any] = nullcontext()
        self._ended = threading.Event()

    def server_bind(self) -> None:
        """Without the library's question to the name service, which no loopback address needs."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def open(self, sim: Simulator, control: Control, lock: AbstractContextManager[Any]) -> None:
        """Answer from now on, each call to the simulator under `lock`."""
        self._sim, self._control, self._lock = sim, control, lock
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Take no more calls. Those under way are dropped."""
        self._ended.set()
        if self._sim is not None:
            self.shutdown()
        self.server_close()

    def answer(self, request: Request) -> Response:
        """The simulator's answer, or a control address's. Raises `Unanswered`."""
        sim, control = self._sim, self._control
        if sim is None or control is None:  # only an open port is listened to
            raise RuntimeError("the port is not open")
        try:
            if request.path.startswith(ROOT):
                return control.handle(request, self.faults)
            control.hear(request)
            if self.latency_s:
                time.sleep(self.latency_s)
            with self._lock:
                return self.faults.around(request, lambda: sim.handle(request), expiry(sim))
        finally:
            self.send_held()

    def hang(self) -> None:
        """Wait as long as an ordered time-out lasts, or until the port closes."""
        self._ended.wait(self.hang_s)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nothing to speak of; anything else is a fault of a simulator."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Conversation(BaseHTTPRequestHandler):
    """One connection, kept open between its requests."""

    protocol_version = "HTTP/1.1"
    server: Port
    wbufsize = 64 * 1024  # headers and body leave together
    disable_nagle_algorithm = True

    def _talk(self) -> None:
        body = self._body()
        if body is None:
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = wire_request(self.command, headers.get("host", ""), self.path, headers, body)
        try:
            self._send(self.server.answer(request))
        except Unanswered as lost:
            if lost.how != "reset":
                self.server.hang()
            self._hang_up()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _talk  # noqa: N815

    def _body(self) -> bytes | None:
        """The request's body; None when it cannot be read and the client was told so."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return b"".join(self._chunks())
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _BODY_LIMIT:
            self.close_connection = True
            self._send(Response(413 if length.isdecimal() else 400))
            return None
        return self.rfile.read(int(length))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        empty = response.status in (204, 304)
        if not empty:
            self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not empty and self.command != "HEAD":
            self.wfile.write(response.body)

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def version_string(self) -> str:
        return "simulator"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """Silence: stdout and stderr belong to the command line."""


class Servers:
    """The two ports of one world; leaving the context closes both.

    with Servers() as servers:
        servers.open(World.demo(1, clock=RealClock(), **servers.addresses()))
    """

    def __init__(self, cscart_port: int = 0, zoho_port: int = 0) -> None:
        self._ended = threading.Event()
        self.cscart = Port(cscart_port)
        try:
            self.zoho = Port(zoho_port)
        except BaseException:
            self.cscart.close()
            raise

    def open(self, world: World, *, latency_s: float = 0.0) -> None:
        """Answer from `world` from now on."""
        lock = threading.Lock()
        control = Control(world, lock)
        self.cscart.latency_s = self.zoho.latency_s = latency_s
        self._send_from(world.outbox)
        self.cscart.open(world.cscart, control, lock)
        # Zoho locks itself and counts the calls in flight, so it must get them all at once.
        self.zoho.open(world.zoho, control, nullcontext())

    def _send_from(self, outbox: Outbox) -> None:
        """Carry what the sides send: CS-Cart's inside its requests, Zoho's from a thread."""
        post = Post()
        self.cscart.send_held = self.zoho.send_held = post.send_held
        outbox.send, outbox.hold = post.send, post.hold

        def deliver() -> None:
            while not self._ended.is_set():
                outbox.wait(DELIVERY_S)
                outbox.deliver()

        threading.Thread(target=deliver, daemon=True).start()

    def addresses(self) -> Setting:
        """Where a world stands that is served here."""
        return Setting(cscart_url=self.cscart.url, accounts_url=self.zoho.url, api_url=self.zoho.url)

    def __enter__(self) -> "Servers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self.cscart.close()
        self.zoho.close()
