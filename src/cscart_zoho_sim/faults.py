"""What goes wrong on the way, and when: one seeded plan for each run.

A plan stands between a client and a simulator (`around`). Each run has its own
weather: every kind of fault is on or off for the whole run, and a kind that is
on has a rate of its own. A fault "before" leaves the simulator untouched, one
"after" lets it commit first: for a write, that is the difference between
nothing and an unknown outcome.
"""

import contextlib
import random
from collections import Counter, deque
from collections.abc import Callable, Mapping

from cscart_zoho_sim.wire import Request, Response

#: Kind -> the lowest and the highest rate (share of all calls) when it is on.
KINDS: Mapping[str, tuple[float, float]] = {
    "timeout_before": (0.02, 0.08),
    "timeout_after": (0.02, 0.08),
    "reset": (0.01, 0.03),
    "truncated": (0.01, 0.03),
    "html_200": (0.01, 0.03),
    "error_500_before": (0.01, 0.03),
    "error_500_after": (0.01, 0.03),
    "throttle_429": (0.005, 0.02),
    "token_expired": (0.005, 0.05),
    "kill_before": (0.005, 0.02),
    "kill_after": (0.005, 0.02),
}
#: The same for `at_commit`, as a share of all commits.
KILL_AT_COMMIT = "kill_at_commit"
KILL_AT_COMMIT_RATE = (0.005, 0.02)
#: How often people do something between two calls.
PEOPLE_RATE = 0.06
LONGEST_BURST = 20

_HTML = {"content-type": "text/html; charset=utf-8"}
_ZOHO_JSON = {"content-type": "application/json;charset=UTF-8"}


class Killed(BaseException):
    """The process ends here, as by kill -9: nothing may catch this and go on."""


class Unanswered(Exception):
    """The client gets no answer; `how` is "connect", "timeout" or "reset"."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class FaultPlan:
    """Which faults happen, decided by `rng` alone.

    `rates` gives the share of calls for any of `KINDS`, and of commits for
    `kill_at_commit`. `people` is called between calls, with 6 %. `fired` counts
    the faults by kind (not the people); `watchers` hear the kind of each.
    """

    def __init__(
        self, rng: random.Random, *, rates: Mapping[str, float], people: Callable[[], None] | None = None
    ) -> None:
        unknown = sorted(rates.keys() - KINDS.keys() - {KILL_AT_COMMIT})
        if unknown:
            raise ValueError(f"there is no fault named {', '.join(unknown)}")
        if sum(rate for kind, rate in rates.items() if kind in KINDS) > 1:
            raise ValueError("the rates of all kinds add up to more than every call")
        self.rates = dict(rates)
        self.fired: Counter[str] = Counter()
        self.watchers: list[Callable[[str], None]] = []
        self._rng = rng
        self._people = people
        self._stormy = True
        self._ordered: deque[str] = deque()
        self._burst: Counter[str] = Counter()

    @classmethod
    def weather(cls, rng: random.Random, *, people: Callable[[], None] | None = None) -> "FaultPlan":
        """A run's own weather: each kind is on with a chance of 25 to 50 %, then at its own rate."""
        rates = {}
        for kind, (lowest, highest) in {**KINDS, KILL_AT_COMMIT: KILL_AT_COMMIT_RATE}.items():
            rate = rng.uniform(lowest, highest)
            if rng.random() < rng.uniform(0.25, 0.5):
                rates[kind] = rate
        return cls(rng, rates=rates, people=people)

    @classmethod
    def none(cls) -> "FaultPlan":
        """Fair weather: only what is `order`ed happens."""
        return cls(random.Random(0), rates={})

    def calm(self) -> None:
        """Switch everything off, people too, and forget what was ordered."""
        self._stormy = False
        self._ordered.clear()
        self._burst.clear()

    def storm(self) -> None:
        """Switch the weather on again."""
        self._stormy = True

    @property
    def stormy(self) -> bool:
        """Whether the weather is on."""
        return self._stormy

    def order(self, kind: str, times: int = 1) -> None:
        """The next calls go wrong in this way, whatever the weather. Raises ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"there is no fault named {kind!r}; there are {', '.join(KINDS)}")
        self._ordered.extend([kind] * times)

    def at_commit(self) -> None:
        """Called at each commit of the ledger. Raises `Killed` at its rate."""
        rate = self.rates.get(KILL_AT_COMMIT, 0.0)
        if self._stormy and rate and self._rng.random() < rate:
            self._fire(KILL_AT_COMMIT)
            raise Killed(KILL_AT_COMMIT)

    def around(
        self, request: Request, act: Callable[[], Response], expire: Callable[[], None] | None = None
    ) -> Response:
        """Pass one call on, unless a fault has it.

        `act` lets the simulator answer; `expire` ends its access tokens, if it
        has any. Raises `Unanswered` and `Killed`.
        """
        self._let_people_work()
        kind = self._next(request.host)
        if kind is None or (kind == "token_expired" and expire is None):
            return act()
        self._fire(kind)
        if kind == "token_expired" and expire is not None:
            expire()
            return act()
        if self._comes_before(kind):
            return self._instead(kind, request)
        return self._after(kind, request, act())

    def _let_people_work(self) -> None:
        if self._stormy and self._people is not None and self._rng.random() < PEOPLE_RATE:
            self._people()

    def _next(self, host: str) -> str | None:
        with contextlib.suppress(IndexError):  # a server asks from several threads
            return self._ordered.popleft()
        if self._burst[host]:
            self._burst[host] -= 1
            return "throttle_429"
        if not self._stormy or not self.rates:
            return None
        kind = self._drawn(self._rng.random())
        if kind == "throttle_429":
            # Most bursts are short, a few are long.
            self._burst[host] = int(LONGEST_BURST ** self._rng.random()) - 1
        return kind

    def _drawn(self, chance: float) -> str | None:
        for kind in KINDS:
            chance -= self.rates.get(kind, 0.0)
            if chance < 0:
                return kind
        return None

    def _fire(self, kind: str) -> None:
        self.fired[kind] += 1
        for watch in self.watchers:
            watch(kind)

    def _comes_before(self, kind: str) -> bool:
        if kind in ("timeout_before", "error_500_before", "throttle_429", "kill_before"):
            return True
        # A lost connection or a proxy's page says nothing about what happened behind it.
        return kind in ("reset", "html_200") and self._rng.random() < 0.5

    def _instead(self, kind: str, request: Request) -> Response:
        """The simulator never hears of the call."""
        if kind == "kill_before":
            raise Killed(kind)
        if kind == "timeout_before":
            raise Unanswered(self._rng.choice(("connect", "timeout")))
        if kind == "throttle_429":
            return throttled(request, wait_s=self._rng.choice((None, 1, 30)))
        return self._answer_lost(kind)

    def _after(self, kind: str, request: Request, response: Response) -> Response:
        """The simulator has done it, and the client does not learn so."""
        if kind == "kill_after":
            raise Killed(kind)
        if kind == "timeout_after":
            raise Unanswered("timeout")
        if kind == "truncated":
            return cut(response, self._rng.random())
        return self._answer_lost(kind)

    def _answer_lost(self, kind: str) -> Response:
        if kind == "reset":
            raise Unanswered("reset")
        if kind == "html_200":
            return html_page(200)
        return html_page(self._rng.choice((500, 502, 503)))


def html_page(status: int) -> Response:
    """A page for people where an API's answer was expected."""
    body = b"<!DOCTYPE html><html><head><title>One moment</title></head><body><h1>One moment, please</h1></body></html>"
    return Response(status, body, dict(_HTML))


def cut(response: Response, share: float) -> Response:
    """The beginning of an answer, never all of it: JSON that breaks off."""
    return Response(response.status, response.body[: int(len(response.body) * share)], dict(response.headers))


def throttled(request: Request, *, wait_s: int | None) -> Response:
    """A refusal for too many calls, as Zoho (code 44) or a web server before CS-Cart words it."""
    headers = {} if wait_s is None else {"retry-after": str(wait_s)}
    if "/inventory/" in request.path:
        said = b'{"code":44,"message":"Your organization has exceeded the number of requests per minute."}'
        return Response(429, said, {**_ZOHO_JSON, **headers})
    return Response(429, b"<html><body><h1>429 Too Many Requests</h1></body></html>", {**_HTML, **headers})
