"""Requests of an HTTP client, answered in the same process: the seam for tests and for the simulation."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, unquote

import httpx2

from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.wire import Request, Response, Simulator

#: Sees each request as a simulator gets it, and the answer as the simulator gives it.
Watch = Callable[[Request, Response], None]


class SimTransport(httpx2.BaseTransport):
    """Sends each request to the simulator of its host, through the fault plan."""

    def __init__(
        self, sims: Mapping[str, Simulator], faults: FaultPlan | None = None, watch: Watch | None = None
    ) -> None:
        self.sims = dict(sims)
        self.faults = faults or FaultPlan.none()
        self.watch = watch

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises what a real connection would: `ConnectError`, `ReadTimeout`, `ReadError`."""
        asked = _asked(request)
        sim = self.sims.get(asked.host)
        if sim is None:
            raise httpx2.ConnectError(f"there is no host {asked.host}", request=request)
        try:
            answer = self.faults.around(asked, lambda: self._answer(sim, asked))
        except httpx2.RequestError as error:
            error.request = request
            raise
        return httpx2.Response(answer.status, headers=answer.headers, content=answer.body, request=request)

    def _answer(self, sim: Simulator, asked: Request) -> Response:
        answer = sim.handle(asked)
        if self.watch is not None:
            self.watch(asked, answer)
        return answer


def _asked(request: httpx2.Request) -> Request:
    raw_path, _, raw_query = request.url.raw_path.decode("ascii").partition("?")
    return Request(
        method=request.method,
        host=request.url.netloc.decode("ascii"),
        path=unquote(raw_path),
        query=tuple(parse_qsl(raw_query, keep_blank_values=True)),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.raw},
        body=request.read(),
    )
