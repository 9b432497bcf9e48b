"""The fault plan, and the transport that it stands in."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx2
import pytest

from cscart_zoho_sim.faults import KILL_AT_COMMIT, KINDS, FaultPlan, Killed
from cscart_zoho_sim.transport import SimTransport
from cscart_zoho_sim.wire import Request, Response

SHOP = "https://shop.example.com"
ANSWER = {"message": "here you are", "numbers": list(range(20))}


@dataclass
class Echo:
    """A simulator that only counts what reaches it."""

    requests: list[Request] = field(default_factory=list)
    expired: int = 0

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        return Response.of_json(ANSWER)

    def expire_tokens(self) -> None:
        self.expired += 1


@dataclass
class Scene:
    """One simulator behind one plan, and a client in front."""

    plan: FaultPlan
    sim: Echo = field(default_factory=Echo)
    watched: list[tuple[Request, Response]] = field(default_factory=list)

    def call(self, method: str = "GET", url: str = f"{SHOP}/api/products", content: bytes = b"") -> httpx2.Response:
        transport = SimTransport(
            {"shop.example.com": self.sim},
            self.plan,
            lambda request, response: self.watched.append((request, response)),
        )
        with httpx2.Client(transport=transport) as client:
            return client.request(method, url, content=content)

    def outcomes(self, calls: int) -> list[str]:
        return [self.outcome() for _ in range(calls)]

    def outcome(self) -> str:
        try:
            return str(self.call().status_code)
        except (httpx2.TransportError, Killed) as error:
            return type(error).__name__


def ordered(kind: str, times: int = 1) -> Scene:
    plan = FaultPlan.none()
    plan.order(kind, times)
    return Scene(plan)


def test_in_fair_weather_every_call_arrives() -> None:
    scene = Scene(FaultPlan.none())
    assert scene.outcomes(200) == ["200"] * 200
    assert not scene.plan.fired


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_a_time_out_before_leaves_the_simulator_alone(method: str) -> None:
    scene = ordered("timeout_before")
    with pytest.raises(httpx2.TimeoutException):
        scene.call(method)
    assert scene.sim.requests == []
    assert scene.watched == []


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_a_time_out_after_commits_and_is_watched(method: str) -> None:
    scene = ordered("timeout_after")
    with pytest.raises(httpx2.ReadTimeout):
        scene.call(method)
    assert [request.method for request in scene.sim.requests] == [method]
    assert [response.status for _, response in scene.watched] == [200]


@pytest.mark.parametrize("kind", ["reset", "html_200"])
def test_a_lost_connection_or_a_proxys_page_may_hide_either(kind: str) -> None:
    scene = ordered(kind, times=60)
    scene.outcomes(60)
    assert scene.plan.fired == {kind: 60}
    assert 10 < len(scene.sim.requests) < 50


def test_a_reset_is_a_read_error() -> None:
    with pytest.raises(httpx2.ReadError):
        ordered("reset").call()


def test_a_truncated_answer_is_broken_json() -> None:
    for _ in range(20):
        answer = ordered("truncated").call()
        assert answer.status_code == 200
        with pytest.raises(json.JSONDecodeError):
            answer.json()


def test_a_page_for_people_has_status_200_and_no_json() -> None:
    answer = ordered("html_200").call()
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(("kind", "arrives"), [("error_500_before", 0), ("error_500_after", 1)])
def test_a_server_error_comes_before_or_after_the_commit(kind: str, arrives: int) -> None:
    scene = ordered(kind)
    assert scene.call("POST").status_code in {500, 502, 503}
    assert len(scene.sim.requests) == arrives


def test_too_many_calls_come_with_and_without_a_time_to_wait() -> None:
    scene = ordered("throttle_429", times=30)
    answers = [scene.call() for _ in range(30)]
    assert {answer.status_code for answer in answers} == {429}
    assert {answer.headers.get("retry-after") for answer in answers} == {None, "1", "30"}
    assert scene.sim.requests == []


def test_zoho_words_too_many_calls_as_code_44() -> None:
    assert ordered("throttle_429").call(url=f"{SHOP}/inventory/v1/items").json()["code"] == 44


def test_refusals_come_in_bursts_for_one_host() -> None:
    scene = Scene(FaultPlan(random.Random(1), rates={"throttle_429": 0.02}))
    outcomes = scene.outcomes(3000)
    assert scene.plan.fired["throttle_429"] == outcomes.count("429")
    longest = max(map(len, "".join("x" if one == "429" else " " for one in outcomes).split()))
    assert longest > 3


def test_expired_tokens_are_a_fault_of_the_next_call_itself() -> None:
    scene = ordered("token_expired")
    assert scene.call().status_code == 200
    assert (scene.sim.expired, len(scene.sim.requests)) == (1, 1)
    assert scene.plan.fired == {"token_expired": 1}


@pytest.mark.parametrize(("kind", "arrives"), [("kill_before", 0), ("kill_after", 1)])
def test_a_kill_is_no_exception_that_a_client_could_catch(kind: str, arrives: int) -> None:
    scene = ordered(kind)
    with pytest.raises(Killed) as killed:
        scene.call("POST")
    assert not isinstance(killed.value, Exception)
    assert len(scene.sim.requests) == arrives


def test_a_commit_kills_at_its_own_rate() -> None:
    plan = FaultPlan(random.Random(2), rates={KILL_AT_COMMIT: 0.1})
    for _ in range(1000):
        try:
            plan.at_commit()
        except Killed:
            continue
    assert 60 < plan.fired[KILL_AT_COMMIT] < 140


def test_people_work_between_calls_and_rest_when_it_is_calm() -> None:
    at_work: list[int] = []
    plan = FaultPlan(random.Random(3), rates={}, people=lambda: at_work.append(1))
    scene = Scene(plan)
    scene.outcomes(2000)
    assert 70 < len(at_work) < 170
    plan.calm()
    before = len(at_work)
    scene.outcomes(500)
    assert len(at_work) == before
    assert not plan.fired


def everything() -> Mapping[str, float]:
    return {**dict.fromkeys(KINDS, 0.05), KILL_AT_COMMIT: 0.05}


def test_calm_ends_every_fault_and_storm_brings_them_back() -> None:
    scene = Scene(FaultPlan(random.Random(4), rates=everything()))
    scene.outcomes(500)
    assert set(scene.plan.fired) == set(KINDS)
    scene.plan.order("reset", 5)
    scene.plan.calm()
    assert scene.outcomes(200) == ["200"] * 200
    scene.plan.at_commit()
    scene.plan.storm()
    assert set(scene.outcomes(200)) != {"200"}


def story(make: Callable[[], FaultPlan]) -> tuple[list[str], dict[str, int]]:
    scene = Scene(make())
    return scene.outcomes(300), dict(scene.plan.fired)


def test_a_seed_is_one_story() -> None:
    first = story(lambda: FaultPlan.weather(random.Random(5)))
    assert first == story(lambda: FaultPlan.weather(random.Random(5)))
    assert first != story(lambda: FaultPlan.weather(random.Random(6)))


def test_each_kind_is_on_in_a_quarter_to_a_half_of_all_runs_and_at_its_rate() -> None:
    plans = [FaultPlan.weather(random.Random(seed)) for seed in range(600)]
    for kind, (lowest, highest) in KINDS.items():
        rates = [plan.rates[kind] for plan in plans if kind in plan.rates]
        assert 0.28 < len(rates) / len(plans) < 0.47
        assert lowest <= min(rates) <= max(rates) <= highest


def test_watchers_hear_of_each_fault() -> None:
    scene, heard = ordered("error_500_before", 2), list[str]()
    scene.plan.watchers.append(heard.append)
    scene.outcomes(3)
    assert heard == ["error_500_before"] * 2


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="no fault named 'earthquake'"):
        FaultPlan.none().order("earthquake")
    with pytest.raises(ValueError, match="earthquake"):
        FaultPlan(random.Random(1), rates={"earthquake": 0.1})
    with pytest.raises(ValueError, match="more than every call"):
        FaultPlan(random.Random(1), rates={"reset": 0.6, "truncated": 0.6})


def test_a_request_arrives_as_a_server_would_see_it() -> None:
    scene = Scene(FaultPlan.none())
    scene.call("PUT", f"{SHOP}/api/a%20b?extend[]=x&extend[]=y&q=%C3%A9+1&empty=", content=b"body")
    (seen,) = scene.sim.requests
    assert (seen.method, seen.host, seen.path, seen.body) == ("PUT", "shop.example.com", "/api/a b", b"body")
    assert seen.query == (
        ("extend[]", "x"),
        ("extend[]", "y"),
        ("q", "\N{LATIN SMALL LETTER E WITH ACUTE} 1"),
        ("empty", ""),
    )
    assert seen.headers["content-length"] == "4"
    assert all(name == name.lower() for name in seen.headers)


def test_an_unknown_host_cannot_be_reached() -> None:
    with pytest.raises(httpx2.ConnectError, match=r"elsewhere\.example\.com"):
        Scene(FaultPlan.none()).call(url="https://elsewhere.example.com/")
