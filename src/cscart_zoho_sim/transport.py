"""The simulators behind the HTTP client's own seam: no socket, no thread, no waiting."""

from collections.abc import Callable, Mapping
from typing import ClassVar
from urllib.parse import parse_qsl, unquote

import httpx2

from cscart_zoho_sim.faults import FaultPlan, Unanswered
from cscart_zoho_sim.wire import Request, Response, Simulator

Watch = Callable[[Request, Response], None]

_RAISED: Mapping[str, tuple[type[httpx2.TransportError], str]] = {
    "connect": (httpx2.ConnectTimeout, "no connection in time"),
    "timeout": (httpx2.ReadTimeout, "no answer in time"),
    "reset": (httpx2.ReadError, "connection reset by peer"),
}


class SimTransport(httpx2.BaseTransport):
    """Answers a client's requests from simulators, by host or host:port.

    `watch` hears of every request that reaches a simulator, with the answer the
    simulator gave, before a fault can damage or lose it.
    """

    #: Hear of the requests of every transport in this process, as `watch` does of those of one.
    witnesses: ClassVar[list[Watch]] = []

    def __init__(
        self, sims: Mapping[str, Simulator], faults: FaultPlan | None = None, watch: Watch | None = None
    ) -> None:
        self._sims = sims
        self._faults = faults or FaultPlan.none()
        self._watch = watch

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One call. Raises the client's own errors: ConnectError for an unknown host, time-outs, resets."""
        asked = as_wire(request)
        sim = self._sims.get(asked.host) or self._sims.get(request.url.host)
        if sim is None:
            raise httpx2.ConnectError(f"there is no simulated host {asked.host}", request=request)

        def act() -> Response:
            response = sim.handle(asked)
            for watch in (*self.witnesses, self._watch):
                if watch is not None:
                    watch(asked, response)
            return response

        try:
            response = self._faults.around(asked, act, expiry(sim))
        except Unanswered as lost:
            error, words = _RAISED[lost.how]
            raise error(words, request=request) from None
        return httpx2.Response(response.status, headers=response.headers, content=response.body, request=request)


def expiry(sim: Simulator) -> Callable[[], None] | None:
    """How this simulator's access tokens are ended; None when it has none."""
    found: Callable[[], None] | None = getattr(sim, "expire_tokens", None)
    return found


def as_wire(request: httpx2.Request) -> Request:
    """A client's request as a server would see it."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.raw}
    target = request.url.raw_path.decode("ascii")
    return wire_request(request.method, request.url.netloc.decode("ascii"), target, headers, request.read())


def wire_request(method: str, host: str, target: str, headers: dict[str, str], body: bytes) -> Request:
    """A request from the parts of its first line, its headers (names in lower case) and its body."""
    path, _, query = target.partition("?")
    return Request(method, host, unquote(path), tuple(parse_qsl(query, keep_blank_values=True)), headers, body)
