"""The one way out: what is tried again, what is waited for, what is refused, and what is never told."""

import gzip
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from cscart_zoho import http
from cscart_zoho.errors import (
    ConnectorError,
    NotConnected,
    QuotaGone,
    RemoteFault,
    Throttled,
    Unfit,
    UnknownOutcome,
    Unreachable,
    WrongSetting,
)
from cscart_zoho.http import Answer, StaleToken, Wire, redact
from cscart_zoho.sync.ports import LostLease

CANARY = "canary-secret-of-the-example"

Handler = Callable[[httpx2.Request], httpx2.Response]


class Remote:
    """A remote that does what it is told, call by call; the last answer stays."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, type):
            raise answer("it broke", request=request)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return httpx2.Response(answer, json={})
        assert isinstance(answer, httpx2.Response)
        return answer


def wire(remote: Handler, slept: list[float] | None = None, **options: Any) -> Wire:
    slept = slept if slept is not None else []
    return Wire(
        name="CS-Cart",
        base_url="https://store.example.com/",
        client=httpx2.Client(transport=httpx2.MockTransport(remote)),
        sleep=slept.append,
        **options,
    )


def of_json(value: Any, status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, json=value)


def stream(*parts: bytes, **headers: str) -> httpx2.Response:
    def told() -> Iterator[bytes]:
        yield from parts

    return httpx2.Response(200, content=told(), headers={k.replace("_", "-"): v for k, v in headers.items()})


# Reads and writes


def test_a_read_brings_the_answer_and_is_counted() -> None:
    remote = Remote(of_json({"products": []}))
    asking = wire(remote, constant_params=(("organization_id", "7"),))
    assert asking.get("/api/products", (("extend[]", "a"), ("extend[]", "b"))).json() == {"products": []}
    assert asking.calls == 1
    (request,) = remote.requests
    assert request.url.path == "/api/products"
    assert request.url.params.multi_items() == [("organization_id", "7"), ("extend[]", "a"), ("extend[]", "b")]
    assert request.headers["accept"] == "application/json"


def test_a_write_carries_json() -> None:
    remote = Remote(200)
    wire(remote).send("PUT", "/api/products/1", {"product": "Käse"})
    (request,) = remote.requests
    assert json.loads(request.content) == {"product": "Käse"}
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("trouble", [500, 503, httpx2.ReadTimeout, httpx2.ReadError, httpx2.ConnectError])
def test_a_read_is_tried_three_times(trouble: Any) -> None:
    remote, slept = Remote(trouble, trouble, of_json({})), list[float]()
    assert wire(remote, slept).get("/").status == 200
    assert len(remote.requests) == 3
    assert slept == [1.0, 2.0]


@pytest.mark.parametrize("trouble", [500, httpx2.ReadTimeout, httpx2.RemoteProtocolError])
def test_a_read_that_fails_three_times_is_a_fault_of_the_remote(trouble: Any) -> None:
    remote = Remote(trouble)
    with pytest.raises(RemoteFault, match="CS-Cart"):
        wire(remote).get("/")
    assert len(remote.requests) == 3


@pytest.mark.parametrize(
    "trouble",
    [
        500,
        502,
        httpx2.ReadTimeout,
        httpx2.ReadError,
        httpx2.WriteError,
        httpx2.WriteTimeout,
        httpx2.RemoteProtocolError,
    ],
)
def test_a_write_without_a_clear_answer_is_never_sent_again(trouble: Any) -> None:
    remote = Remote(trouble)
    with pytest.raises(UnknownOutcome, match="it may have done"):
        wire(remote).send("POST", "/")
    assert len(remote.requests) == 1


@pytest.mark.parametrize("trouble", [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout])
def test_a_write_that_never_left_is_unreachable_and_not_sent_again(trouble: Any) -> None:
    remote = Remote(trouble)
    with pytest.raises(Unreachable):
        wire(remote).send("POST", "/")
    assert len(remote.requests) == 1


def test_a_header_that_cannot_be_sent_is_told_without_it() -> None:
    remote = Remote(httpx2.LocalProtocolError(f"Illegal header value b'{CANARY}'"))
    with pytest.raises(Unreachable) as caught:
        wire(remote).send("POST", "/")
    assert CANARY not in caught.value.for_people()


def test_answers_below_500_are_judged_by_the_adapter() -> None:
    assert [wire(Remote(status)).get("/").status for status in (200, 400, 401, 403, 404, 405)] == [
        200,
        400,
        401,
        403,
        404,
        405,
    ]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    remote = Remote(httpx2.Response(status, headers={"location": "http://169.254.169.254/latest"}))
    with pytest.raises(WrongSetting, match="elsewhere"):
        wire(remote).get("/")
    assert len(remote.requests) == 1


# Odd answers


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>One moment</body></html>",
        b'{"products": [',
        b'{"price": NaN}',
        b'{"price": 1e400}',
        b"[" * 100_000,
        b'{"a": "\xff\xfe"}',
    ],
    ids=["empty", "HTML", "cut", "NaN", "1e400", "deep", "no UTF-8"],
)
def test_what_is_no_json_is_a_fault_after_a_read_and_unknown_after_a_write(body: bytes) -> None:
    asking = wire(Remote(httpx2.Response(200, content=body)))
    with pytest.raises(RemoteFault, match=r"CS-Cart (gave an (empty )?answer|answered with a web page)"):
        asking.get("/").json()
    with pytest.raises(UnknownOutcome):
        asking.send("POST", "/").json()


@pytest.mark.parametrize("body", [b"<html></html>", b'{"products": ['], ids=["HTML", "cut"])
def test_a_read_that_brings_no_json_is_tried_again(body: bytes) -> None:
    odd = httpx2.Response(200, content=body)
    remote = Remote(odd, odd, of_json({"products": []}))
    assert wire(remote).get("/").json() == {"products": []}
    assert wire(Remote(odd)).get("/").body == body, "the last answer is the adapter's to judge"


def test_of_duplicate_keys_the_last_counts() -> None:
    assert Answer(200, b'{"a": 1, "a": 2}', {}).json() == {"a": 2}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 10_000)


@pytest.mark.usefixtures("small")
def test_an_answer_that_is_too_large_is_not_read_to_its_end() -> None:
    read = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(1)
            assert len(read) < 1_000
            yield b"x" * 1_000

    def remote(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=endless())

    with pytest.raises(UnknownOutcome, match="more than"):
        wire(remote).send("POST", "/")
    assert len(read) == 11


@pytest.mark.usefixtures("small")
def test_a_packed_answer_is_measured_unpacked() -> None:
    packed = gzip.compress(b"0" * 1_000_000)
    assert len(packed) < 10_000
    with pytest.raises(UnknownOutcome, match="more than"):
        wire(Remote(stream(packed, content_encoding="gzip"))).send("POST", "/")


def test_an_answer_that_is_packed_twice_is_not_unpacked() -> None:
    bomb = gzip.compress(gzip.compress(b"0" * 1_000_000))
    with pytest.raises(UnknownOutcome, match="packed several times"):
        wire(Remote(stream(bomb, content_encoding="gzip, gzip"))).send("POST", "/")


def test_an_answer_that_is_packed_wrongly_is_odd() -> None:
    with pytest.raises(UnknownOutcome):
        wire(Remote(stream(b"not packed", content_encoding="gzip"))).send("POST", "/")


def test_the_words_of_a_page_come_without_its_markup() -> None:
    page = b"<html><body><h1>Not\n found</h1><script>x</script></body></html>"
    assert Answer(404, page, {}).words() == "Not found"


# Waiting


def refusing(times: int, wait_s: float) -> Callable[[Answer, bool], None]:
    """An `examine` that asks so many times for a pause."""
    left = [times]

    def examine(answer: Answer, write: bool) -> None:
        if left[0]:
            left[0] -= 1
            raise Throttled("a pause, please", wait_s=wait_s)

    return examine


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_short_pause_is_spent_in_place_and_renews_the_lease(method: str) -> None:
    remote, slept, renewed = Remote(200), list[float](), []
    asking = wire(remote, slept, examine=refusing(1, 65), on_wait=lambda: renewed.append(1))
    answer = asking.get("/") if method == "GET" else asking.send(method, "/")
    assert answer.status == 200
    assert slept == [10, 10, 10, 10, 10, 10, 5]
    assert len(renewed) == 7, "the lease is renewed after each slice"
    assert len(remote.requests) == 2


def test_a_process_that_was_stopped_looks_at_its_lease_before_it_writes() -> None:
    """It may have been given to another worker meanwhile: then nothing is sent."""
    clock, remote, looked = [0.0], Remote(200), list[float]()

    def look() -> None:
        looked.append(clock[0])
        if clock[0] > 60:
            raise LostLease("taken over")

    asking = wire(remote, clock=lambda: clock[0], on_wait=look)
    for clock[0] in (0.5, 0.9, 1.0, 1.5, 2.0):
        asking.send("POST", "/")
    asking.get("/")
    assert looked == [1.0, 2.0], "once a second is enough, and reads harm nobody"
    clock[0] = 61.0
    with pytest.raises(LostLease):
        asking.send("PUT", "/")
    assert len(remote.requests) == 6


def test_a_long_pause_is_not_spent_in_place() -> None:
    slept = list[float]()
    with pytest.raises(Throttled) as caught:
        wire(Remote(200), slept, examine=refusing(1, 71)).get("/")
    assert (caught.value.wait_s, slept) == (71, [])


def test_five_pauses_in_a_row_are_enough() -> None:
    remote = Remote(200)
    with pytest.raises(Throttled):
        wire(remote, examine=refusing(99, 1)).send("POST", "/")
    assert len(remote.requests) == 6
    assert wire(Remote(200), examine=refusing(5, 1)).send("POST", "/").status == 200


def test_without_budget_no_call_is_made() -> None:
    def spend() -> None:
        raise QuotaGone("none left", wait_s=40_000)

    remote = Remote(200)
    asking = wire(remote, spend=spend)
    with pytest.raises(QuotaGone):
        asking.get("/")
    assert (remote.requests, asking.calls) == ([], 0)


def test_each_call_is_spent_also_those_that_are_tried_again() -> None:
    spent: list[int] = []
    asking = wire(Remote(500, 500, 200), spend=lambda: spent.append(1))
    asking.get("/")
    assert len(spent) == asking.calls == 3


# The token


def stale(times: int) -> Callable[[Answer, bool], None]:
    left = [times]

    def examine(answer: Answer, write: bool) -> None:
        if left[0]:
            left[0] -= 1
            raise StaleToken("the token is old")

    return examine


def test_a_stale_token_is_renewed_once_and_the_write_repeated() -> None:
    tokens, remote = ["old"], Remote(200)
    asking = wire(
        remote, examine=stale(1), renew=lambda: tokens.append("new"), headers=lambda: {"authorization": tokens[-1]}
    )
    asking.send("POST", "/")
    assert [request.headers["authorization"] for request in remote.requests] == ["old", "new"]


def test_a_fresh_token_that_is_refused_too_ends_it() -> None:
    remote, renewed = Remote(200), []
    with pytest.raises(NotConnected, match="the token is old"):
        wire(remote, examine=stale(99), renew=lambda: renewed.append(1)).get("/")
    assert (len(remote.requests), len(renewed)) == (2, 1)


# Secrets


def test_of_overlapping_secrets_the_longest_goes_first() -> None:
    assert redact("key-1234 and key", ["key", "key-1234", ""]) == "*** and ***"


ECHOES: list[Any] = [
    httpx2.ConnectError(f"no route with {CANARY}"),
    httpx2.ReadTimeout(f"late, {CANARY}"),
    httpx2.Response(500, text=f"trace: {CANARY}"),
    httpx2.Response(302, headers={"location": f"https://evil.example/{CANARY}"}),
    httpx2.Response(200, text=f"<html>{CANARY}</html>"),
    httpx2.Response(400, json={"message": f"bad key {CANARY}"}),
    httpx2.Response(401, text=f"authorization: {CANARY}"),
]


@pytest.mark.parametrize("echo", ECHOES, ids=repr)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_remote_repeats_of_our_secrets_is_told_nowhere(
    echo: Any, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asking = wire(Remote(echo), secrets=lambda: (CANARY,), headers=lambda: {"authorization": CANARY})
    told = []
    try:
        answer = asking.get("/") if method == "GET" else asking.send(method, "/")
        told.append(answer.words())
        told.append(str(answer.json()))
    except ConnectorError as error:
        told += [error.for_people(), repr(error)]
    told += [repr(asking), caplog.text, *(str(vars(record)) for record in caplog.records)]
    assert told[0]
    assert not re.search(CANARY, " ".join(told))


@pytest.mark.parametrize("body", [{"name": "half \ud83d"}, {"name": object()}])
def test_what_cannot_be_written_down_is_refused_before_it_is_sent(body: dict[str, object]) -> None:
    asked: list[httpx2.Request] = []
    way = wire(lambda request: asked.append(request) or httpx2.Response(200, json={}))
    with pytest.raises(Unfit, match="nothing was sent"):
        way.send("PUT", "/things/1", body)
    with pytest.raises(Unfit, match="nothing was sent"):
        way.get("/things", (("name", "half \ud83d"),))
    assert (asked, way.writes) == ([], 0)


def test_see_other_may_follow_what_was_done() -> None:
    with pytest.raises(UnknownOutcome):
        wire(lambda request: httpx2.Response(303, headers={"location": "/"})).send("POST", "/things", {})
    with pytest.raises(WrongSetting, match="so nothing was done"):
        wire(lambda request: httpx2.Response(308, headers={"location": "/"})).send("POST", "/things", {})
