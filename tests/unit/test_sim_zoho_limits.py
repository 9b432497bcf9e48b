"""How many calls the simulated Zoho takes: per minute, per day, at the same time."""

import threading

import pytest

from cscart_zoho_sim.wire import Edit
from tests.unit.zoho_caller import Caller


def call(caller: Caller, times: int) -> list[tuple[int, int]]:
    return [caller.get("/items", per_page=1).code for _ in range(times)]


def test_the_call_after_the_hundredth_of_a_minute_blocks_the_organisation() -> None:
    caller = Caller.new(per_minute_limit=100)
    assert set(call(caller, 100)) == {(200, 0)}
    caller.clock.advance(30)
    refused = caller.get("/items")
    assert refused.code == (429, 44)
    assert "Retry-After" not in refused.headers
    caller.clock.advance(59)
    assert call(caller, 1) == [(429, 44)]
    caller.clock.advance(1)
    assert set(call(caller, 100)) == {(200, 0)}


def test_the_minute_slides() -> None:
    caller = Caller.new(per_minute_limit=10)
    call(caller, 5)
    caller.clock.advance(40)
    call(caller, 5)
    caller.clock.advance(21)
    assert call(caller, 6) == [(200, 0)] * 5 + [(429, 44)]


def test_the_minute_limit_can_be_lifted_in_the_middle_of_a_block() -> None:
    caller = Caller.new(per_minute_limit=2)
    assert call(caller, 3)[-1] == (429, 44)
    caller.zoho.lift_minute_limit()
    assert set(call(caller, 300)) == {(200, 0)}


@pytest.mark.parametrize(("plan", "limit"), [("free", 1000), ("Standard", 2000), ("premium", 10000)])
def test_the_plan_says_how_many_calls_a_day_has(plan: str, limit: int) -> None:
    caller = Caller.new(plan=plan)
    assert caller.zoho.limits.per_day == limit


def test_the_day_ends_at_midnight_of_the_organisation() -> None:
    caller = Caller.new(daily_limit=5)
    assert call(caller, 6) == [(200, 0)] * 5 + [(429, 45)]
    assert "rate limit of 5" in caller.get("/items").json["message"]
    caller.clock.advance(10.5 * 3600 - 1)  # 13:30 in Kolkata at the start
    caller.token = caller.zoho.issue_access_token()
    assert call(caller, 1) == [(429, 45)]
    caller.clock.advance(1)
    assert call(caller, 1) == [(200, 0)]


@pytest.mark.parametrize(("count", "calls"), [(False, 5), (True, 8)])
def test_refused_calls_count_or_not(count: bool, calls: int) -> None:
    caller = Caller.new(daily_limit=5)
    caller.zoho.switches.refused_calls_count = count
    call(caller, 8)
    assert caller.zoho.calls == calls


def test_token_calls_are_not_counted_against_the_day() -> None:
    caller = Caller.new(daily_limit=1)
    for _ in range(5):
        caller.token_request(grant_type="refresh_token", refresh_token="x")
    assert call(caller, 1) == [(200, 0)]


def test_too_many_calls_at_once_are_refused() -> None:
    caller = Caller.new(concurrency_limit=2)
    item_id = caller.zoho.add_item(name="A")
    inside, go_on = threading.Event(), threading.Event()

    def wait(edit: Edit) -> None:
        inside.set()
        go_on.wait(10)

    caller.zoho.watchers.append(wait)
    codes: list[tuple[int, int]] = []
    slow = threading.Thread(target=lambda: caller.send("POST", f"/items/{item_id}/inactive"))
    slow.start()
    assert inside.wait(10)
    crowd = [threading.Thread(target=lambda: codes.extend(call(caller, 1))) for _ in range(3)]
    for thread in crowd:
        thread.start()
    while caller.zoho.limits.in_flight < 4:
        threading.Event().wait(0.001)
    go_on.set()
    for thread in [slow, *crowd]:
        thread.join(10)
    assert (429, 1070) in codes
    assert call(caller, 1) == [(200, 0)]


def test_answers_carry_rate_limit_headers_unless_they_are_switched_off() -> None:
    caller = Caller.new(daily_limit=50)
    caller.zoho.switches.rate_limit_headers = False
    assert "X-Rate-Limit-Limit" not in caller.get("/items").headers
    caller.zoho.switches.rate_limit_headers = True
    headers = caller.get("/items").headers
    assert (headers["X-Rate-Limit-Limit"], headers["X-Rate-Limit-Remaining"]) == ("50", "48")
    assert headers["X-Rate-Limit-Reset"] == str(int(10.5 * 3600))
