"""Looks at a Zoho that is large for the calls of its plan: they go on where they were, and come more seldom."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cscart_zoho import app
from cscart_zoho.app.organisation import is_due, read_at
from cscart_zoho.jobs import runner
from cscart_zoho.jobs.execution import carry_out
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.store.models import Cursor, Observation, Run, RunState, Store, ZohoOrganisation
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.catalogue import Mix
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect

pytestmark = pytest.mark.django_db

#: Two of them are made by the first run.
ITEMS = 2_050
PAGES = 11


class Shop:
    """Few products, and many items that concern nobody; the pages of Zoho's list are written down."""

    def __init__(self) -> None:
        self.world = World.synthetic(5, 1, mix=Mix(5, 3, ITEMS - 5))
        self.world.zoho.lift_minute_limit()
        self.pages: list[int] = []
        self.store: Store

    def watch(self, request: Request, response: Response) -> None:
        query = dict(request.query)
        if request.path.endswith("/items") and query.get("sort_column") == "created_time" and response.status == 200:
            self.pages.append(int(query["page"]))

    def work(self) -> Run:
        """Let the worker do what it may do now; the run as it is left."""
        run, _ = ask_for_run(self.store, Asked(), trigger="schedule")
        while (claimed := runner.claim("test", app.now())) is not None:
            carry_out(claimed, worker="test")
        run.refresh_from_db()
        return run

    def a_day_later(self) -> None:
        self.world.clock.advance(86_400)  # type: ignore[attr-defined]

    def calls_a_day(self, limit: int) -> None:
        ZohoOrganisation.objects.update(daily_limit=limit, reserved_for_orders=0, set_by_hand=["daily_limit"])


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    with app.using_transport(made.world.transport(watch=made.watch), made.world.clock):
        made.world.zoho.switches.rate_limit_headers = False  # they would tell more calls than `calls_a_day`
        made.store = connect(made.world, ProductChoices(default_tax_id="6", create_in_cscart=False))
        made.a_day_later()
        yield made


def seen(store: Store) -> int:
    return Observation.objects.filter(store=store, entity="products", side="zoho", gone_at=None).count()


def test_a_look_that_a_days_calls_are_too_few_for_goes_on_the_next_day(shop: Shop) -> None:
    shop.calls_a_day(6)
    began, run = app.now(), shop.work()
    days = 1
    while run.state == RunState.WAITING and days < 10:
        assert "calls" in run.message
        shop.a_day_later()
        run = shop.work()
        days += 1
    assert run.state == RunState.DONE, f"{run.message} {shop.pages}"
    assert days >= 3
    assert shop.pages == sorted(shop.pages), "it never begins anew"
    assert set(shop.pages) == set(range(1, PAGES + 1))
    assert len(shop.pages) <= PAGES + days, "a page comes again where it was cut off"
    assert seen(shop.store) == ITEMS
    full = Cursor.objects.get(entity="products", side="zoho", kind="full")
    assert full.moment == began, "what changed since then is looked at again"
    assert not Cursor.objects.filter(kind="look").exists()


def test_what_is_edited_and_deleted_while_a_look_rests_is_found(shop: Shop) -> None:
    shop.calls_a_day(6)
    shop.work()
    assert len(set(shop.pages)) >= 3, "some pages have been seen"
    ids = list(shop.world.zoho.items())
    edited, gone, last = ids[50], ids[60:90], ids[-1]
    shop.world.zoho.edit_item(edited, name="Example that was edited meanwhile")
    for id in gone:
        shop.world.zoho.delete_item(id)
    shop.calls_a_day(1_000)
    shop.a_day_later()
    assert shop.work().state == RunState.DONE
    shop.a_day_later()
    assert shop.work().state == RunState.DONE

    known = Observation.objects.filter(store=shop.store, entity="products", side="zoho")
    assert known.get(remote_id=edited).name == "Example that was edited meanwhile"
    assert known.get(remote_id=last).gone_at is None
    assert set(known.exclude(gone_at=None).values_list("remote_id", flat=True)) <= set(gone)
    assert seen(shop.store) == ITEMS - len(gone)


def test_a_large_zoho_is_looked_at_more_seldom(shop: Shop) -> None:
    """A quarter of 16 calls reads 800 rows a day: of 2,050 items every third day."""
    shop.calls_a_day(1_000)
    assert shop.work().state == RunState.DONE
    shop.calls_a_day(16)
    looked = []
    for _ in range(7):
        shop.a_day_later()
        shop.pages.clear()
        assert shop.work().state == RunState.DONE
        looked.append(len(shop.pages) >= PAGES)
    assert looked == [False, False, True, False, False, True, False]


@pytest.mark.parametrize(("calls", "days"), [(1_000, 1), (80, 1), (40, 2), (16, 5), (8, 10)])
def test_an_organisation_with_few_calls_is_read_again_more_seldom(shop: Shop, calls: int, days: int) -> None:
    assert shop.work().state == RunState.DONE
    shop.calls_a_day(calls)
    org = ZohoOrganisation.objects.get()
    read = read_at(org)
    assert read is not None
    shop.world.clock.advance((read - app.now()).total_seconds() + days * 86_400 - 60)  # type: ignore[attr-defined]
    assert not is_due(org)
    shop.world.clock.advance(60)  # type: ignore[attr-defined]
    assert is_due(org)


def test_the_merchants_hours_count_where_calls_are_many(shop: Shop) -> None:
    shop.calls_a_day(1_000)
    assert shop.work().state == RunState.DONE
    shop.pages.clear()
    shop.world.clock.advance(timedelta(hours=25).total_seconds())  # type: ignore[attr-defined]
    assert shop.work().state == RunState.DONE
    assert shop.pages == list(range(1, PAGES + 1))
