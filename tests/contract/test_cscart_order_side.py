"""The orders of a simulated store through our adapter: read, imported in three steps, changed, looked for."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cscart_zoho.cscart import probe
from cscart_zoho.cscart.order_mapper import total_of
from cscart_zoho.cscart.orders import CsCartOrders
from cscart_zoho.errors import NotFound, Unfit, UnknownOutcome
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.order import NOTHING, Address, Line, Order, from_text, to_text
from cscart_zoho.records import Record
from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.world import World
from tests.contract.wired import Wired
from tests.judged import Tell

HOME = Address(name="Gus Guest", street="1 Main", city="Salem", state="MA", zip="02125", country="US", phone="555")


class Shop:
    """A small store, and the adapter that looks at it."""

    def __init__(self, world: World | None = None, **setting: Any) -> None:
        clock = VirtualClock()
        self.world = world or World.empty(7, clock=clock, **setting)
        self.wired, self.clock = Wired(self.world, clock), clock
        self.store = self.world.cscart
        clock.advance(3600)

    def side(self, **choices: Any) -> CsCartOrders:
        return CsCartOrders(
            self.wired.store_wire,
            probe.probe(self.wired.store_wire),
            OrderChoices(**choices),
            company_id="",
            time_zone="Europe/Berlin",
            now=self.wired.now,
        )

    def products(self, *prices: str, amount: int = 30) -> list[int]:
        return [self.store.add_product(price=price, amount=amount, product_code=f"P-{price}") for price in prices]

    def place(self, *lines: tuple[int, int], **given: Any) -> int:
        return self.store.place_order(lines, guest={"email": "gus@example.com", "firstname": "Gus"}, **given)

    def amount(self, product_id: int) -> int:
        return int(self.store.product(product_id)["amount"])


def wanted(*lines: tuple[int, int, str], number: str = "SO-00012", **columns: Any) -> Order:
    """A sales order in the store's form; its total is that of its parts unless it is given."""
    order = Order(
        number=number,
        date="2026-01-05",
        email="gus@example.com",
        name="Gus Guest",
        lines=tuple(
            Line(product_id=str(id), sku=f"S-{id}", quantity=Decimal(count), price=Decimal(price))
            for id, count, price in lines
        ),
        billing=HOME,
        delivery=HOME,
        **columns,
    )
    return order if order.total else from_text(to_text(order).replace('"total":"0"', f'"total":"{total_of(order):f}"'))


def values(order: Order) -> dict[str, Any]:
    return {"document": to_text(order)}


def imported(side: CsCartOrders, order: Order) -> tuple[Record, Record]:
    made = side.create(values(order))
    return made, side.complete(made.id, values(order))


def document(record: Record) -> Order:
    return from_text(str(record.values["document"]))


def scanned(side: CsCartOrders) -> list[Record]:
    return [record for page in side.scan(None) for record in page.records]


def sold(order: Order) -> list[tuple[str, Decimal, Decimal]]:
    return sorted((line.product_id, line.quantity, line.price) for line in order.lines)


# Reading


@pytest.mark.parametrize("by_unit", [False, True])
@pytest.mark.parametrize("included", [False, True])
def test_the_money_of_every_kind_of_order_adds_up(by_unit: bool, included: bool) -> None:
    shop = Shop()
    shop.store.switches.tax_by_unit_price = by_unit
    shop.store.desk.set_tax(6, "19", included=included)
    shop.store.desk.set_tax(7, "7", included=included)
    ids = shop.products("10.01", "3.33", "0.99")
    for id, taxes in zip(ids, ("6", "7", "6,7"), strict=True):
        shop.store.edit_product(id, tax_ids=taxes)
    shop.store.switches.order_promotion_off, shop.store.switches.order_promotion_from = Decimal(2), Decimal(40)
    shop.place((ids[0], 1))
    shop.place((ids[0], 3), (ids[1], 7), (ids[2], 2))
    shop.place((ids[1], 3), (ids[2], 1), discount="1.11")
    shop.place((ids[0], 5), payment_id=2, discount="5.00")
    for record in scanned(shop.side()):
        order = document(record)
        assert total_of(order) == order.total == record.values["total"]
        assert {tax.included for tax in order.taxes} == {included}
        assert all(line.tax_ids for line in order.lines)


def test_the_recorded_store_is_told_as_it_was_recorded(shared: Path, tell: Tell) -> None:
    folder, clock = shared / "recordings/cscart/4.20.1-store", VirtualClock()
    shop = Shop(World.from_store(folder, 1, clock=clock))
    records = scanned(shop.side())
    assert len(records) == 64
    assert all(total_of(document(record)) == record.values["total"] for record in records)
    singles = shop.side().read([record.id for record in records])
    assert [singles[record.id] for record in records] == records
    tell(f"{len(records)} orders of the recorded store read through the simulator, lists and single reads alike")


def test_news_are_told_by_their_change(tell: Tell) -> None:
    shop = Shop()
    (id,) = shop.products("10.00")
    orders = [shop.place((id, 1)) for _ in range(3)]
    shop.clock.advance(600)
    since = shop.wired.now()
    shop.store.set_order_status(orders[1], "P")
    side = shop.side()
    before = shop.wired.store_wire.calls
    changed = [record.id for page in side.scan(since) for record in page.records]
    assert changed == [str(orders[1])]
    assert shop.wired.store_wire.calls - before == 1
    tell("changed orders of a store, in full: 1 call for up to 100")


# Three steps of an import

counts, prices = st.integers(1, 9), st.decimals(0, 900, places=2).map(str)
sales = st.lists(st.tuples(st.integers(0, 2), counts, prices), min_size=1, max_size=6)


@given(sales, st.decimals(0, 50, places=2), st.sampled_from(["0", "0.01", "3.50"]), st.sampled_from(["0", "1.25"]))
@settings(max_examples=60)
def test_an_imported_order_is_equal_to_the_cent(
    lines: list[tuple[int, int, str]], shipping: Decimal, discount: str, surcharge: str
) -> None:
    shop = Shop()
    ids = shop.products("10.00", "20.00", "30.00", amount=100)
    parts: dict[str, Any] = {"shipping": shipping, "surcharge": Decimal(surcharge)}
    bare = wanted(*((ids[place], count, price) for place, count, price in lines), **parts)
    order = wanted(
        *((ids[place], count, price) for place, count, price in lines),
        discount=min(Decimal(discount), total_of(bare)),
        **parts,
    )
    side = shop.side()
    _, done = imported(side, order)
    shown = document(done)
    assert (done.notes, done.key, done.answered) == ({}, "SO-00012", True)
    assert shown.total == order.total == done.values["total"]
    assert (shown.shipping, shown.discount, shown.surcharge) == (order.shipping, order.discount, order.surcharge)
    assert sold(shown) == sold(order)
    assert (shown.billing, shown.delivery, shown.email) == (HOME, HOME, "gus@example.com")
    assert [record.id for record in side.find("SO-00012")] == [done.id]


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("opens", [False, True])
def test_an_import_bears_what_nobody_has_settled(behind: bool, opens: bool) -> None:
    shop = Shop()
    shop.store.switches.totals_behind, shop.store.switches.put_opens_orders = behind, opens
    shop.store.switches.order_promotion_off, shop.store.switches.order_promotion_from = Decimal(8), Decimal(1)
    a, b = shop.products("10.00", "20.00")
    order = wanted((a, 2, "9.99"), (b, 1, "0.01"), (a, 1, "4.00"), shipping=Decimal("5.55"), notes="Ring twice")
    side = shop.side()
    _, done = imported(side, order)
    assert (done.notes, done.values["total"]) == ({}, order.total)
    paid = side.update(done.id, {"status": "P"})
    assert (paid.values["status"], paid.values["total"], paid.notes) == ("P", order.total, {})
    dearer = wanted((a, 2, "9.99"), (b, 2, "0.02"), shipping=Decimal("5.55"))
    changed = side.update(done.id, values(dearer))
    assert (changed.values["status"], changed.values["total"], changed.notes) == ("P", dearer.total, {})
    assert sold(document(changed)) == sold(dearer)
    assert (shop.amount(a), shop.amount(b)) == (28, 28)


def test_the_steps_of_an_import_cost_five_calls_and_a_second_completion_one(tell: Tell) -> None:
    shop = Shop()
    (a,) = shop.products("10.00")
    side, order = shop.side(), wanted((a, 2, "9.00"))
    writes, calls = shop.store.writes, shop.wired.store_wire.calls
    made, _ = imported(side, order)
    assert (shop.store.writes - writes, shop.wired.store_wire.calls - calls) == (2, 4)
    side.update(made.id, {"status": "P"})
    assert (shop.store.writes - writes, shop.wired.store_wire.calls - calls) == (3, 6)
    side.complete(made.id, values(order))
    assert (shop.store.writes - writes, shop.wired.store_wire.calls - calls) == (3, 7)
    tell("an import of an order: 3 writes and 3 reads of the store, besides the look for its marker")


def test_what_is_out_of_stock_is_told_and_put_in_by_the_completion() -> None:
    shop = Shop()
    a, b = shop.products("10.00", "20.00", amount=3)
    shop.store.edit_product(b, amount=0)
    side = shop.side()
    made = side.create(values(wanted((a, 5, "10.00"), (b, 1, "20.00"))))
    assert made.notes["problem"] == (
        f"The store took 3 of 5 pieces of S-{a}, because no more are in stock. "
        f"The store left out 1 piece of S-{b}: none is in stock, or it is not sold any more."
    )
    done = side.complete(made.id, values(wanted((a, 5, "10.00"), (b, 1, "20.00"))))
    assert sold(document(done)) == sold(wanted((a, 5, "10.00"), (b, 1, "20.00")))
    assert done.values["status"] == "B"
    assert "B (Backordered) instead of O (Open). Most likely too few pieces" in done.notes["problem"]


def test_an_order_whose_answer_was_lost_is_found_and_completed() -> None:
    shop = Shop()
    (a,) = shop.products("10.00")
    side, order = shop.side(), wanted((a, 1, "9.00"))
    shop.wired.faults.order("timeout_after")
    with pytest.raises(UnknownOutcome):
        side.create(values(order))
    later = shop.side()
    (found,) = later.find("SO-00012")
    assert later.complete(found.id, values(order)).values["total"] == order.total
    assert later.find("SO-0001") == later.find("SO-000123") == []
    assert len(shop.store.orders()) == 1


def test_a_completion_after_a_status_whose_answer_was_lost_leaves_that_status() -> None:
    shop = Shop()
    (a,) = shop.products("10.00")
    side, order = shop.side(), wanted((a, 4, "9.00"))
    made = side.create(values(order))
    shop.wired.faults.order("timeout_after")
    with pytest.raises(UnknownOutcome):
        side.update(made.id, {"status": "P"})
    done = side.complete(made.id, values(order))
    assert (done.values["status"], done.values["total"], done.notes) == ("P", order.total, {})
    assert shop.amount(a) == 26


# Statuses and changes


def test_too_little_stock_for_a_status_is_told() -> None:
    shop = Shop()
    (a,) = shop.products("10.00", amount=5)
    id = str(shop.place((a, 4)))
    side = shop.side()
    assert side.update(id, {"status": "I"}).values["status"] == "I"
    shop.place((a, 3))
    record = side.update(id, {"status": "P"})
    assert record.values["status"] == "B"
    assert "B (Backordered) instead of P (Paid)" in record.notes["problem"]
    assert shop.amount(a) == 2


def test_a_status_that_somebody_sets_right_after_ours_is_left_to_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were it taken for the answer to our write, a cancellation would count as agreed on."""
    shop = Shop()
    (a,) = shop.products("10.00")
    id, side = str(shop.place((a, 1))), shop.side()
    side.read([id])
    put = CsCartOrders._put

    def put_and_cancel(self: CsCartOrders, id: str, body: Any) -> None:
        put(self, id, body)
        shop.store.desk.set_status(int(id), "I")

    monkeypatch.setattr(CsCartOrders, "_put", put_and_cancel)
    record = side.update(id, {"status": "P"})
    assert (record.values["status"], record.notes) == ("P", {})
    assert side.read([id])[id].values["status"] == "I"


def test_the_status_of_no_order_was_not_changed() -> None:
    with pytest.raises(NotFound):
        Shop().side().update("999", {"status": "P"})


def test_the_line_of_a_deleted_product_is_never_lost() -> None:
    shop = Shop()
    a, b = shop.products("10.00", "20.00")
    id = str(shop.place((a, 1), (b, 1)))
    shop.store.delete_product(b)
    side = shop.side()
    order = document(side.read([id])[id])
    assert [line.product_id for line in order.lines] == [str(a), ""]
    with pytest.raises(Unfit, match="deleted in the store"):
        side.update(id, values(order))
    assert side.update(id, {"status": "P"}).values["status"] == "P"
    assert len(document(side.read([id])[id]).lines) == 2


# Other stores


@pytest.mark.parametrize("version", ["4.9.1", "4.11.5", "4.12.1", "4.14.2", "4.18.2"])
def test_older_stores_are_read_and_written_too(version: str) -> None:
    shop = Shop(version=version)
    (a,) = shop.products("10.00")
    ids = [str(shop.place((a, 1))) for _ in range(3)]
    side = shop.side()
    heads = scanned(side)
    assert [record.partial for record in heads] == [version == "4.9.1"] * 3
    read = side.read(ids)
    assert [read[record.id].partial for record in heads] == [False] * 3
    order = wanted((a, 2, "9.00"))
    made, done = imported(side, order)
    assert (done.values["total"], done.notes) == (order.total, {})
    assert [record.id for record in shop.side().find("SO-00012")] == [made.id]


def test_an_order_of_several_vendors_is_read_by_its_parts_and_never_made() -> None:
    shop = Shop(edition="multivendor")
    a, b = shop.products("10.00", "20.00")
    vendors = [str(row["company_id"]) for row in shop.store.tables["vendors"].rows]
    for id, vendor in zip((a, b), vendors, strict=True):
        shop.store.edit_product(id, company_id=vendor)
    parent = shop.place((a, 1), (b, 1))
    side = shop.side()
    assert {record.id for record in scanned(side)} == {str(parent + 1), str(parent + 2)}
    assert side.read([str(parent)]) == {}
    assert side.exists(str(parent))
    with pytest.raises(Unfit, match="several vendors"):
        side.create(values(wanted((a, 1, "1.00"), (b, 1, "1.00"))))
    _, done = imported(side, wanted((a, 1, "1.00"), (a, 2, "2.00")))
    assert (done.values["total"], done.notes) == (Decimal(5), {})


def test_a_free_order_is_imported_too() -> None:
    shop = Shop()
    (a,) = shop.products("10.00")
    _, done = imported(shop.side(), wanted((a, 1, "0")))
    assert (done.values["total"], done.notes) == (NOTHING, {})
