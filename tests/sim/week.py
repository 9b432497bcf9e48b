"""A week of a large shop: a first load of many days, hourly runs, orders all the time, and few calls a day.

The schedule and the shoppers do not wait for the connector: they act whenever the
clock, which the connector's own pauses move, passes their moment. So orders come
and runs are asked for in the middle of other runs.
"""

import json
import logging
import random
import re
import resource
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cscart_zoho import app
from cscart_zoho.jobs import runner
from cscart_zoho.jobs.execution import carry_out
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home, customer_choices_to_json
from cscart_zoho.mapping.order_choices import OrderChoices, order_choices_to_json
from cscart_zoho.records import Entity
from cscart_zoho.store.budget import budget_of
from cscart_zoho.store.call_report import call_report, calls_now, items_in_zoho
from cscart_zoho.store.forecast import Forecast, Waiting, forecast, in_words
from cscart_zoho.store.lanes import Lane
from cscart_zoho.store.models import CallWindow, Run, RunState, Store, ZohoOrganisation
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.catalogue import Mix
from cscart_zoho_sim.cscart.catalogue import Refused
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect
from tests.sim.story import forget

log = logging.getLogger(__name__)

HOUR_S, DAY_S = 3600, 86_400
ALL = (Entity.ORDERS, Entity.CUSTOMERS, Entity.PRODUCTS)
ORDER_NUMBER = re.compile(r'"salesorder_number":\s*"[^"]*?(\d+)"')


@dataclass(frozen=True)
class Shop:
    """How large everything is."""

    products: int = 272_028
    paired: int = 55
    only_zoho: int = 90
    orders_a_day: int = 40
    calls_a_day: int = 2_000
    days: float = 7
    tick_hours: int = 1
    #: Of the orders so many of a hundred are for products that Zoho has.
    of_what_zoho_has: int = 50


@dataclass
class WeekTold:
    """What happened. Waits are in seconds from the tick that should take an order to its creation in Zoho."""

    refusals: list[str] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    unsent_orders: int = 0
    created: int = 0
    #: Items made since the forecast, and as many as it promised for that time.
    made_since: int = 0
    promised: int = 0
    forecast: Forecast | None = None
    forecast_at: datetime | None = None
    done_at: datetime | None = None
    calls_by_lane: dict[str, int] = field(default_factory=dict)
    calls_by_day: list[int] = field(default_factory=list)
    runs: Counter[str] = field(default_factory=Counter)
    room_made: int = 0
    words: str = ""
    wall_s: float = 0.0
    slowest_routine_s: float = 0.0

    @property
    def longest_wait_s(self) -> float:
        return max(self.waits_s, default=0.0)

    def figures(self) -> dict[str, object]:
        """For people and for a report."""
        return {
            "forecast": self.words,
            "items_made": self.created,
            "made_since_forecast": self.made_since,
            "promised": self.promised,
            "done_at": str(self.done_at or ""),
            "forecast_done_at": str(self.forecast.done_at if self.forecast else ""),
            "orders": len(self.waits_s),
            "unsent_orders": self.unsent_orders,
            "longest_order_wait_s": round(self.longest_wait_s),
            "refusals": self.refusals,
            "calls_by_lane": self.calls_by_lane,
            "calls_by_day": self.calls_by_day,
            "runs": dict(self.runs),
            "room_made": self.room_made,
            "slowest_routine_run_s": round(self.slowest_routine_s, 1),
            "wall_s": round(self.wall_s),
        }


class Week:
    """The world, the shoppers, the schedule and one worker."""

    def __init__(self, shop: Shop, seed: int = 1) -> None:
        self.shop = shop
        self.rng = random.Random(f"week {seed}")
        self.told = WeekTold()
        mix = Mix(shop.products, shop.paired, shop.only_zoho)
        self.world = World.synthetic(shop.products, seed, mix=mix, plan="standard", daily_limit=shop.calls_a_day)
        self.users = [
            self.world.cscart.add_user(firstname="Ann", lastname=f"Example {n}", email=f"u{n}@example.com")
            for n in range(20)
        ]
        self.world.clock.advance(DAY_S)  # type: ignore[attr-defined]
        self.sold_here = self._untaxed()
        self.placed: dict[int, float] = {}
        self.order_times: list[float] = []
        self.first_tick = self.next_tick = self.now_s + HOUR_S
        self._inside = False
        self.tick_s = shop.tick_hours * HOUR_S

    @property
    def now_s(self) -> float:
        return self.world.clock.now()

    def tell(self) -> WeekTold:
        forget()
        began, wall = self.now_s, time.perf_counter()
        with app.using_transport(self.world.transport(watch=self._watch), self.world.clock):
            self._connect()
            self._plan_the_week(began)
            while self.now_s < began + self.shop.days * DAY_S:
                self._what_is_due()
                if not self._work():
                    self._wait()
            self._sum_up()
        self.told.wall_s = time.perf_counter() - wall
        return self.told

    def _untaxed(self) -> tuple[list[int], list[int]]:
        """Goods that need no map of taxes: those that Zoho has, and all of them."""
        rows = self.world.cscart.catalogue.products.rows
        ids = sorted(id for id, row in rows.items() if not row["tax_ids"] and row["status"] == "A")
        first = min(rows)
        return [id for id in ids if id < first + self.shop.paired], ids

    def _connect(self) -> None:
        self.store = connect(self.world, ProductChoices(default_tax_id="6", create_in_cscart=False))
        ZohoOrganisation.objects.update(daily_limit=self.shop.calls_a_day)
        self.store.customer_choices = customer_choices_to_json(CustomerChoices(home=Home.INVENTORY))
        self.store.order_choices = order_choices_to_json(OrderChoices(tolerance="0.05"))
        self.store.save()

    def _plan_the_week(self, began: float) -> None:
        number = round(self.shop.orders_a_day * self.shop.days)
        length = self.shop.days * DAY_S - 2 * self.tick_s  # the last ones have the time to arrive
        self.order_times = sorted(began + HOUR_S + self.rng.random() * (length - HOUR_S) for _ in range(number))

    # Shoppers and the schedule, whatever the connector does

    def _watch(self, request: Request, response: Response) -> None:
        if response.status == 429:
            self.told.refusals.append(f"{datetime.fromtimestamp(self.now_s, UTC)}: {response.body[:100]!r}")
        if request.method == "POST" and request.path.endswith("/salesorders") and response.status < 300:
            found = ORDER_NUMBER.search(response.body.decode())
            if found and int(found.group(1)) in self.placed:
                self._arrived(self.placed.pop(int(found.group(1))))
        if not self._inside:
            self._what_is_due()

    def _arrived(self, placed_s: float) -> None:
        tick = self.first_tick + -(-(placed_s - self.first_tick) // self.tick_s) * self.tick_s
        self.told.waits_s.append(self.now_s - tick)

    def _what_is_due(self) -> None:
        self._inside = True
        try:
            while self.order_times and self.order_times[0] <= self.now_s:
                self._place(self.order_times.pop(0))
            while self.next_tick <= self.now_s:
                for entity in ALL:
                    ask_for_run(self.store, Asked(), trigger="schedule", entity=entity)
                self.next_tick += self.tick_s
        finally:
            self._inside = False

    def _place(self, at: float) -> None:
        zoho_has, all_ids = self.sold_here
        ids = zoho_has if self.rng.random() * 100 < self.shop.of_what_zoho_has else all_ids
        lines = [(self.rng.choice(ids), 1) for _ in range(self.rng.randint(1, 2))]
        try:
            order = self.world.cscart.place_order(user_id=self.rng.choice(self.users), lines=lines)
        except Refused:
            return  # sold out: the shopper leaves
        self.placed[order] = at

    # The worker

    def _work(self) -> bool:
        run = runner.claim("week", app.now())
        if run is None:
            return False
        wall = time.perf_counter()
        carry_out(run, worker="week")
        run.refresh_from_db()
        log.info(
            "%s %s %s %s: %s, %.1f s", app.now(), run.pk, run.entity, run.state, run.message, time.perf_counter() - wall
        )
        self.told.runs[f"{Lane(run.lane).title}: {run.state}"] += 1
        self.told.room_made += "makes room" in run.message
        if self.told.forecast is not None and run.lane != Lane.BACKFILL:
            self.told.slowest_routine_s = max(self.told.slowest_routine_s, time.perf_counter() - wall)
        if self.told.forecast is None and run.entity == Entity.PRODUCTS and run.state == RunState.DONE:
            self._foretell()
        elif self.told.done_at is None and run.lane == Lane.BACKFILL and run.state == RunState.DONE:
            self.told.done_at = app.now()
        return True

    def _foretell(self) -> None:
        """The forecast of the first day, as the Overview shows it once the first run has ended."""
        organisation = ZohoOrganisation.objects.get()
        rounds, store, now = 24 // self.shop.tick_hours, Store.objects.get(), app.now()
        report = call_report(organisation, store, now, rounds=rounds)
        assert report.forecast is not None
        assert report.limit is not None
        self.told.forecast, self.told.forecast_at = report.forecast, now
        self._foretold = (
            report.routine,
            calls_now(budget_of(organisation, lambda: now), report.limit, items_in_zoho(store), now),
        )
        self.told.words = in_words(report.forecast, report.limit)
        self._items_then = self.world.zoho.item_count

    def _wait(self) -> None:
        """Nothing is to be done: on to the next moment at which something may be."""
        paused = Run.objects.filter(state=RunState.WAITING, not_before__gt=app.now()).order_by("not_before").first()
        ends = [paused.not_before.timestamp()] if paused is not None and paused.not_before is not None else []
        moments = [self.next_tick, *self.order_times[:1], *ends]
        self.world.clock.advance(max(1.0, min(moments) - self.now_s))  # type: ignore[attr-defined]

    def _sum_up(self) -> None:
        told, foretold = self.told, self.told.forecast
        told.unsent_orders = len(self.placed)
        told.created = self.world.zoho.item_count - self.shop.paired - self.shop.only_zoho
        days = CallWindow.objects.filter(kind="day", remote__startswith="zoho:", lane=0).order_by("starts_at")
        told.calls_by_day = list(days.values_list("used", flat=True))
        for lane in Lane:
            counted = CallWindow.objects.filter(kind="day", remote__startswith="zoho:", lane=lane)
            told.calls_by_lane[lane.title] = sum(counted.values_list("used", flat=True))
        if foretold is None or foretold.done_at is None or told.forecast_at is None:
            return
        told.made_since = self.world.zoho.item_count - self._items_then
        told.promised = self._promised_by(min(app.now(), told.done_at or app.now()))

    def _promised_by(self, end: datetime) -> int:
        """How many items the forecast promised by then: as many as it would have seen done, had no more waited."""
        routine, calls = self._foretold

        def in_time(number: int) -> bool:
            done_at = forecast([Waiting("items", number)], routine, calls).done_at
            return done_at is not None and done_at <= end

        assert self.told.forecast is not None
        return bisect_left(range(1, self.told.forecast.items + 1), True, key=lambda number: not in_time(number))


def tell(shop: Shop, seed: int = 1) -> WeekTold:
    return Week(shop, seed).tell()


def main(shop: dict[str, float]) -> None:
    """`python -m tests.sim --about week`: the reference shop in full size, or another one."""
    told = tell(Shop(**shop))  # type: ignore[arg-type]
    print(json.dumps({**told.figures(), "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
