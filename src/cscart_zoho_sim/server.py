"""The simulators as real HTTP servers on 127.0.0.1, with control addresses under `/__sim__/`.

`GET /__sim__/state` tells what both sides hold and have counted. `POST
/__sim__/<edit>` with a JSON object does what a person would do.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

from cscart_zoho_sim.wire import Request, Response, Simulator
from cscart_zoho_sim.world import World

CONTROL = "/__sim__/"
LARGEST_BODY = 32 * 1024 * 1024


class Controls:
    """What `/__sim__/` can do: people's edits, switches, and a look at the state."""

    def __init__(self, world: World, turn: AbstractContextManager[object]) -> None:
        self.world = world
        self.turn = turn
        cscart, zoho = world.cscart, world.zoho
        self._edits: Mapping[str, Callable[..., Any]] = {
            "add_product": cscart.add_product,
            "edit_product": cscart.edit_product,
            "plant": cscart.plant,
            "order": cscart.order,
            "delete_product": cscart.delete_product,
            "products": lambda: [{"product_id": str(id), **row} for id, row in cscart.products().items()],
            "break_store": lambda answers: setattr(cscart, "broken", answers),
            "add_item": zoho.add_item,
            "edit_item": zoho.edit_item,
            "move_stock": zoho.move_stock,
            "delete_item": zoho.delete_item,
            "items": lambda: list(zoho.items().values()),
            "expire_tokens": zoho.expire_tokens,
            "revoke_everything": zoho.revoke_everything,
            "lift_minute_limit": zoho.lift_minute_limit,
            "self_client_code": zoho.self_client_code,
            "issue_refresh_token": zoho.issue_refresh_token,
        }

    def handle(self, request: Request) -> Response:
        name = request.path.removeprefix(CONTROL)
        if request.method == "GET" and name == "state":
            return Response.of_json(self.state())
        edit = self._edits.get(name)
        if edit is None or request.method != "POST":
            return Response.of_json({"error": f"there is no control {request.method} {name}"}, 404)
        try:
            fields = json.loads(request.body or b"{}")
            with self.turn:
                return Response.of_json(edit(**fields))
        except (KeyError, TypeError, ValueError) as error:
            return Response.of_json({"error": f"{type(error).__name__}: {error}"}, 400)

    def state(self) -> dict[str, Any]:
        """Counts of both sides."""
        cscart, zoho = self.world.cscart, self.world.zoho
        return {
            "cscart": {"products": len(cscart.catalogue.products.rows), "writes": cscart.writes, "calls": cscart.calls},
            "zoho": {"items": len(zoho.items()), "writes": zoho.writes, "calls": zoho.calls},
        }


class SimServer(ThreadingHTTPServer):
    """One simulator on one port. `turn` is held while it works; waiting happens outside."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, latency_s: float = 0.0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.latency_s = latency_s
        self.sim: Simulator | None = None
        self.controls: Controls | None = None
        self.turn: AbstractContextManager[object] = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, request: Request) -> Response:
        assert self.sim is not None
        assert self.controls is not None
        if request.path.startswith(CONTROL):
            return self.controls.handle(request)
        if self.latency_s:
            time.sleep(self.latency_s)
        with self.turn:
            return self.sim.handle(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SimServer

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle_any(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        if length > LARGEST_BODY:
            self.send_error(413)
            return
        path, _, query = self.path.partition("?")
        answer = self.server.answer(
            Request(
                method=self.command,
                host=self.headers.get("host", ""),
                path=unquote(path),
                query=tuple(parse_qsl(query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
        )
        self._send(answer)

    def _send(self, answer: Response) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = handle_any  # noqa: N815 (the library's names)

    def log_message(self, *_: Any) -> None:
        """Say nothing: keys and codes are in addresses and headers."""


def serve(cscart_port: int, zoho_port: int, build: Callable[[str, str], World], latency_s: float) -> "Serving":
    """Open both ports, build the world that stands at their addresses, and serve it.

    `build` gets the two addresses. Raises `OSError` when a port is taken.
    """
    cscart, zoho = SimServer(cscart_port, latency_s), SimServer(zoho_port, latency_s)
    world = build(cscart.url, zoho.url)
    cscart.sim, zoho.sim = world.cscart, world.zoho
    cscart.controls = zoho.controls = Controls(world, cscart.turn)
    zoho.turn = nullcontext()  # the simulated Zoho minds itself, and counts who is in it at once
    return Serving(world, (cscart, zoho))


class Serving:
    """Two servers at work, each in a thread, until `close`."""

    def __init__(self, world: World, servers: tuple[SimServer, SimServer]) -> None:
        self.world = world
        self._servers = servers
        self._threads = [threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True) for server in servers]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join(5)
