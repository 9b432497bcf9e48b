"""What goes wrong on the way: one seeded plan for a whole story (reliability plan, part 4).

Each kind of fault is on for a story with its own chance ("weather") and then
fires with its own rate. `people` do something between two calls.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx2

from cscart_zoho_sim.wire import Request, Response

HTML_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"

#: How often each kind fires in a story in which it is on, of all calls or commits that it can hit.
RATES: Mapping[str, float] = {
    "timeout_before": 0.04,
    "timeout_after": 0.05,
    "reset": 0.02,
    "truncated": 0.02,
    "html_200": 0.02,
    "error_500_before": 0.02,
    "error_500_after": 0.02,
    "throttle_429": 0.02,
    "token_expired": 0.02,
    "kill_before": 0.01,
    "kill_after": 0.01,
    "kill_commit": 0.005,
    "people": 0.06,
}


class Killed(BaseException):
    """The process is gone, here and now. Nothing may catch it but the story itself."""


@dataclass
class FaultPlan:
    """Decides for each call and each commit what goes wrong. `fired` counts what did."""

    rng: random.Random
    rates: Mapping[str, float] = field(default_factory=dict)
    people: Callable[[], None] = lambda: None
    expire_tokens: Callable[[], None] = lambda: None
    fired: Counter[str] = field(default_factory=Counter)
    _calm: bool = False

    @classmethod
    def none(cls) -> "FaultPlan":
        return cls(random.Random(0))

    @classmethod
    def weather(cls, rng: random.Random, people: Callable[[], None] = lambda: None) -> "FaultPlan":
        """Each kind is on with a chance of 25 to 50 percent; people are always there."""
        chance = rng.uniform(0.25, 0.5)
        rates = {kind: rate for kind, rate in RATES.items() if kind == "people" or rng.random() < chance}
        return cls(rng, rates, people)

    def calm(self) -> None:
        """From here on nothing goes wrong."""
        self._calm = True

    def storm(self) -> None:
        """From here on things go wrong."""
        self._calm = False

    def _fires(self, kind: str) -> bool:
        rate = self.rates.get(kind, 0.0)
        if self._calm or not rate or self.rng.random() >= rate:
            return False
        if kind != "people":
            self.fired[kind] += 1
        return True

    def at_commit(self) -> None:
        """Called around each commit of the ledger."""
        if self._fires("kill_commit"):
            raise Killed

    def around(self, request: Request, answer: Callable[[], Response]) -> Response:
        """One call, and what goes wrong with it."""
        if self._fires("people"):
            self.people()
        if self._fires("token_expired"):
            self.expire_tokens()
        self._before(request)
        told = self._instead(request)
        if told is not None:
            return told
        return self._after(request, answer())

    def _before(self, request: Request) -> None:
        if self._fires("kill_before"):
            raise Killed
        if self._fires("timeout_before"):
            raise httpx2.ReadTimeout("the answer did not come in time (nothing was done)")
        if self._fires("reset"):
            raise httpx2.ReadError("the connection was reset (nothing was done)")

    def _instead(self, request: Request) -> Response | None:
        if self._fires("error_500_before"):
            return Response(502, HTML_PAGE, {"content-type": "text/html"})
        if self._fires("throttle_429"):
            headers = {"retry-after": "30"} if self.rng.random() < 0.5 else {}
            words = {"code": 44, "message": "For security reasons you have been blocked for some time."}
            return Response.of_json(words, 429, headers)
        return None

    def _after(self, request: Request, answer: Response) -> Response:
        if self._fires("kill_after"):
            raise Killed
        if self._fires("timeout_after"):
            raise httpx2.ReadTimeout("the answer did not come in time (the work was done)")
        if self._fires("error_500_after"):
            return Response(500, HTML_PAGE, {"content-type": "text/html"})
        if self._fires("html_200"):
            return Response(200, HTML_PAGE, {"content-type": "text/html"})
        if self._fires("truncated") and len(answer.body) > 10:
            return Response(answer.status, answer.body[: len(answer.body) // 2], answer.headers)
        return answer
