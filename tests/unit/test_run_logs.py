"""What the log tells of a run: by whom, about what, how it ended - and no secret in any line."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from cscart_zoho import app
from cscart_zoho.jobs import runner
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.logs import JsonLines
from cscart_zoho.store.models import Run, RunState, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.world import World
from tests.connected import connect, sync

pytestmark = pytest.mark.django_db
FORGED = "The name is taken.\n2026-03-04T12:00:00.000Z INFO cscart_zoho: all is well"


class Refusing(httpx2.BaseTransport):
    """A world whose Zoho refuses every new item, and repeats the token that it was given."""

    def __init__(self, world: World) -> None:
        self.world = world.transport()
        self.refuses = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.refuses and request.method == "POST" and request.url.path.endswith("/items"):
            words = f"{FORGED} ({request.headers['authorization']})"
            return httpx2.Response(400, json={"code": 1001, "message": words})
        return self.world.handle_request(request)


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """Every line of ours that is logged, as a machine reads it."""
    written, told = io.StringIO(), []
    handler, ours = logging.StreamHandler(written), logging.getLogger("cscart_zoho")
    handler.setFormatter(JsonLines())
    ours.addHandler(handler)
    before, level = ours.level, logging.INFO
    ours.setLevel(level)

    class Lines(list[dict[str, Any]]):
        def __iter__(self) -> Iterator[dict[str, Any]]:
            return iter([json.loads(line) for line in written.getvalue().splitlines()])

    told = Lines()
    yield told
    ours.removeHandler(handler)
    ours.setLevel(before)


@pytest.fixture
def world() -> Iterator[tuple[World, Refusing, Store]]:
    world = World.empty(1, plan="premium", per_minute_limit=None)
    wall = Refusing(world)
    with app.using_transport(wall, world.clock):
        yield world, wall, connect(world)


def test_a_run_is_told_from_its_request_to_its_end(
    world: tuple[World, Refusing, Store], lines: list[dict[str, Any]]
) -> None:
    sim, wall, store = world
    product = sim.cscart.add_product(product="Example", product_code="EX-1", price="3", amount="2")
    wall.refuses = True
    asked, _ = ask_for_run(store, Asked(), trigger="button")
    Run.objects.filter(pk=asked.pk).delete()
    run = sync(store)
    about = {"store": store.pk, "entity": "products"}
    told = list(lines)
    first = next(line for line in told if line["message"] == "asked for by the button")
    assert first.items() >= {"run": asked.pk, **about}.items()
    ours = [line for line in told if line.get("run") == run.pk]
    assert all(line.items() >= about.items() for line in ours)
    assert ours[0]["message"] == "begun by test"
    assert ours[-1]["message"].startswith("needs attention: ")
    assert ours[-1]["calls_zoho"] == run.calls_zoho > 0
    assert ours[-1]["counts"]["failed"] == 1
    (refused,) = [line for line in ours if line["message"].startswith("failed: ")]
    assert refused["cscart_id"] == str(product)
    assert "The name is taken." in refused["message"]
    assert "all is well" in refused["message"]
    tokens = (store.zoho.access_token, store.zoho.refresh_token, store.zoho.client_secret)  # type: ignore[union-attr]
    everything = json.dumps(told)
    for secret in (*tokens, store.api_key):
        assert secret
        assert secret not in everything


def test_a_run_that_is_taken_over_says_so(world: tuple[World, Refusing, Store], lines: list[dict[str, Any]]) -> None:
    _, _, store = world
    run = sync(store)
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, heartbeat_at=None)
    assert runner.claim_this(run.pk, "other", app.now()) is not None
    assert f"Run {run.pk} is taken over: its worker has fallen silent." in [line["message"] for line in lines]
