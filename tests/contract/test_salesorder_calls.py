"""What sales orders cost, and what the simulated Zoho makes of each call about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.errors import AlreadyThere, Refused, Unfit
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.order import Address, Line, Order, from_text, papers_from_text, to_text
from cscart_zoho.records import Record
from cscart_zoho.sync.ports import Change, Written
from cscart_zoho.zoho.salesorders import ZohoSalesOrders
from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.world import World
from tests.contract.wired import Wired

ALBANY = Address(
    name="Ann Example",
    street="1 Long Street",
    city="Albany",
    state="NY",
    zip="12207",
    country="US",
    phone="+1 555 0100",
)
OWN = {
    "attention": "Ann Example",
    "address": "1 Long Street",
    "city": "Albany",
    "state": "New York",
    "zip": "12207",
    "country": "U.S.A",
    "phone": "+1 555 0100",
}


@dataclass
class Desk:
    """One organisation with an item and a customer, and the side that writes its orders."""

    wired: Wired
    orders: ZohoSalesOrders
    item: str
    contact: str
    tax: str

    @property
    def zoho(self) -> Any:
        return self.wired.world.zoho

    def order(self, number: int = 97, **changes: Any) -> Order:
        """Two lamps at 49.95 with 20 % and 11.00 for shipping: 130.88."""
        order = Order(
            number=f"CS-{number}",
            date="2026-01-05",
            currency="USD",
            customer_id=self.contact,
            lines=(
                Line(
                    product_id=self.item,
                    name="A lamp",
                    quantity=Decimal(2),
                    price=Decimal("49.95"),
                    tax_ids=(self.tax,),
                ),
            ),
            shipping=Decimal(11),
            total=Decimal("130.88"),
        )
        return msgspec.structs.replace(order, **changes)

    def create(self, number: int = 97, **changes: Any) -> Record:
        return self.orders.create({"document": to_text(self.order(number, **changes))})

    @contextmanager
    def calls(self, count: int) -> Iterator[None]:
        """Exactly so many calls of Zoho."""
        before = self.wired.zoho_wire.calls
        yield
        assert self.wired.zoho_wire.calls - before == count

    def later(self) -> None:
        """Half an hour passes: the token lives on."""
        self.wired.clock.advance(1800)

    def listed(self, ago: timedelta | None = None) -> list[Record]:
        since = None if ago is None else self.wired.now() - ago
        return [record for page in self.orders.scan(since) for record in page.records]


def desk(choices: OrderChoices | None = None, **switches: Any) -> Desk:
    clock = VirtualClock()
    world = World.empty(3, clock=clock)
    for name, value in switches.items():
        assert hasattr(world.zoho.switches, name)
        setattr(world.zoho.switches, name, value)
    tax = world.zoho.organisation.add_tax("Twenty", 20.0)
    item = world.zoho.add_item(name="A lamp", sku="L-1", rate=49.95, stock_on_hand=1000)
    contact = world.zoho.add_contact(contact_name="Ann Example", billing_address=OWN)
    wired = Wired(world, clock)
    return Desk(wired, wired.salesorders(choices), item, contact, tax)


def document(record: Record) -> Order:
    return from_text(str(record.values["document"]))


# Creating


@pytest.mark.parametrize("described", [False, True], ids=["as seen live", "as described"])
def test_a_new_order_costs_one_call_and_is_what_was_sent(described: bool) -> None:
    at = desk(sales_order_envelope=described)
    with at.calls(1):
        made = at.create(notes="Ring twice")
    told = at.zoho.salesorder(made.id)
    assert (told["salesorder_number"], told["reference_number"], told["status"]) == ("CS-97", "CS-97", "draft")
    assert (told["total"], told["notes"], told["date"]) == (130.88, "Ring twice", "2026-01-05")
    assert made.values["total"] == Decimal("130.88")
    assert "problem" not in made.notes
    (tax,) = document(made).taxes
    assert (tax.id, tax.rate, tax.amount) == (at.tax, Decimal(20), Decimal("19.98"))


def test_the_answer_to_our_own_writes_is_no_news_afterwards() -> None:
    at = desk()
    made = at.create()
    (row,) = at.listed()
    assert (row.etag, row.key, row.partial) == (made.etag, made.key, True)
    assert {name: made.values[name] for name in row.values} == dict(row.values)
    at.later()
    changed = at.orders.update(made.id, {"document": to_text(at.order(notes="New"))})
    (row,) = at.listed()
    assert row.etag == changed.etag != made.etag


def test_a_second_order_with_the_same_number_is_refused_and_the_first_one_found() -> None:
    at = desk()
    made = at.create()
    with at.calls(1), pytest.raises(AlreadyThere):
        at.create()
    with at.calls(2):
        (found,) = at.orders.find("CS-97")
    assert (found.id, found.values) == (made.id, made.values)
    assert at.zoho.salesorder_count == 1


def test_a_line_without_a_tax_gets_none_though_its_item_has_one() -> None:
    at = desk()
    at.zoho.edit_item(at.item, tax_id=at.tax)
    (line,) = at.order().lines
    bare = msgspec.structs.replace(line, tax_ids=())
    with at.calls(1):
        made = at.create(lines=(bare,), total=Decimal("110.90"))
    assert not document(made).taxes
    with at.calls(2):
        changed = at.orders.update(made.id, {"document": to_text(at.order())})
    assert document(changed).total == Decimal("130.88")


def test_the_addresses_of_the_customer_cost_one_call_a_customer() -> None:
    at = desk()
    with at.calls(2):
        made = at.create(billing=ALBANY, delivery=ALBANY)
    assert document(made).billing == document(made).delivery == ALBANY
    with at.calls(1):
        at.create(98, billing=ALBANY, delivery=ALBANY)
    troy = msgspec.structs.replace(ALBANY, city="Troy")
    with at.calls(2):
        moved = at.create(99, billing=ALBANY, delivery=troy)
    assert (document(moved).billing, document(moved).delivery) == (ALBANY, troy)
    with at.calls(1):
        at.create(100, delivery=troy)
    again = at.wired.salesorders()
    with at.calls(2):
        again.create({"document": to_text(at.order(101, delivery=troy))})
    assert len(at.zoho.contact(at.contact)["addresses"]) == 1


def test_a_cent_costs_one_more_call_and_leaves_its_trace() -> None:
    at = desk()
    with at.calls(2):
        made = at.create(total=Decimal("130.87"))
    told = at.zoho.salesorder(made.id)
    assert (told["total"], told["adjustment"]) == (130.87, -0.01)
    assert told["adjustment_description"] == "Rounding -0.01"
    assert made.values["total"] == Decimal("130.87")
    assert "problem" not in made.notes


def test_a_total_that_cannot_be_reached_is_told() -> None:
    at = desk(OrderChoices(tolerance="0.01"))
    with at.calls(1):
        made = at.create(total=Decimal("130.80"))
    assert "130.88" in made.notes["problem"]
    assert at.zoho.salesorder(made.id)["status"] == "draft"


def test_an_order_in_the_currency_of_another_contact_is_told() -> None:
    at = desk()
    euros = at.zoho.organisation.add_currency("EUR", 1.1)
    at.contact = at.zoho.add_contact(contact_name="Bob Example", currency_id=euros)
    with at.calls(1):
        made = at.create()
    assert "EUR" in made.notes["problem"]


# Looking


def test_an_idle_look_costs_one_call_and_a_look_at_ten_changed_orders_eleven() -> None:
    at = desk()
    made = [at.create(number) for number in range(30)]
    at.later()
    with at.calls(1):
        assert at.listed(timedelta(minutes=15)) == []
    for record in made[:10]:
        at.zoho.edit_salesorder(record.id, notes="Changed")
    with at.calls(11):
        changed = at.listed(timedelta(minutes=15))
        read = at.orders.read([record.id for record in changed])
    assert {*read} == {record.id for record in made[:10]}
    assert all(document(record).notes == "Changed" for record in read.values())


def test_a_full_look_at_two_hundred_and_one_orders_costs_two_calls() -> None:
    at = desk()
    for _ in range(201):
        at.zoho.add_salesorder(at.contact, [(at.item, 1, 5)])
    with at.calls(2):
        assert len({record.id for record in at.listed()}) == 201


@pytest.mark.parametrize(("filters", "calls"), [(True, 3), (False, 2)])
def test_an_order_of_another_tool_is_found_whether_filters_are_heard_or_not(filters: bool, calls: int) -> None:
    at = desk(order_filters=filters)
    at.zoho.add_salesorder(at.contact, [(at.item, 1, 5)], reference_number="CS-9")
    wanted = at.zoho.add_salesorder(at.contact, [(at.item, 1, 5)], reference_number="CS-97")
    with at.calls(calls):
        assert [(record.id, record.key) for record in at.orders.find("CS-97")] == [(wanted, "CS-97")]
    assert at.orders.find("CS-970") == []


def test_an_order_that_is_gone_does_not_exist() -> None:
    at = desk()
    made = at.create()
    assert at.orders.exists(made.id)
    at.zoho.delete_salesorder(made.id)
    with at.calls(2):
        assert not at.orders.exists(made.id)
        assert at.orders.read([made.id]) == {}


# Statuses


def confirm(at: Desk, made: list[Record]) -> list[Written]:
    return at.orders.update_all([Change(record.id, {"status": "confirmed"}, record) for record in made])


@pytest.mark.parametrize("report", ["described", "live"])
@pytest.mark.parametrize("neutral", [False, True])
def test_thirty_orders_are_confirmed_in_two_calls_and_a_look_at_each(report: str, neutral: bool) -> None:
    """No more than 25 a call; of the answer nothing counts, the list shows what became of them."""
    at = desk(bulk_report=report, neutral_words=neutral)
    made = [at.create(number) for number in range(30)]
    with at.calls(4):
        written = confirm(at, made)
    assert all(isinstance(each, Record) for each in written)
    assert {order["status"] for order in at.zoho.salesorders().values()} == {"confirmed"}
    assert at.zoho.item(at.item)["committed_stock"] == 60
    with at.calls(45):
        again = confirm(at, [at.orders.read([record.id])[record.id] for record in made[:15]])
    assert all(isinstance(each, Record) for each in again), "confirmed already counts as done"


def test_a_bulk_call_that_is_refused_is_made_up_for_one_by_one() -> None:
    at = desk(bulk_ids_max=10)
    made = [at.create(number) for number in range(11)]
    with at.calls(13):
        assert all(isinstance(each, Record) for each in confirm(at, made))


def test_one_order_that_cannot_be_confirmed_fails_alone() -> None:
    at = desk()
    made = [at.create(number) for number in range(5)]
    at.zoho.void(made[2].id)
    with at.calls(4):  # the call for all, a look at them, and one more try with a look
        written = confirm(at, made)
    assert [isinstance(each, Refused) for each in written] == [False, False, True, False, False]


def test_what_waits_for_approval_is_told_and_what_is_approved_is_confirmed() -> None:
    at = desk(approvals=True)
    made = [at.create(number) for number in range(2)]
    at.zoho.approve(made[0].id, "submit")
    at.zoho.approve(made[0].id, "approve")
    assert at.orders.read([made[0].id])[made[0].id].values["status"] == "approved"
    done, waits = confirm(at, list(at.orders.read([record.id for record in made]).values()))
    assert isinstance(done, Record)
    assert isinstance(waits, Unfit)


def test_a_void_order_costs_one_call_and_draft_is_no_way_back() -> None:
    at = desk()
    made = at.create()
    confirm(at, [made])
    with at.calls(1):
        at.orders.update(made.id, {"status": "void"})
    with at.calls(2):
        at.orders.update(made.id, {"status": "void"})
    assert at.zoho.salesorder(made.id)["status"] == "void"
    with at.calls(0), pytest.raises(Unfit):
        at.orders.update(made.id, {"status": "draft"})


def test_lists_and_full_orders_tell_the_same_status() -> None:
    at = desk()
    made = [at.create(number) for number in range(6)]
    confirm(at, made[1:])
    at.zoho.void(made[1].id)
    at.zoho.ship(made[2].id, {at.item: 1})
    at.zoho.ship(made[3].id)
    at.zoho.deliver(made[3].id)
    at.zoho.invoice(made[4].id)
    at.zoho.close(made[5].id)
    listed = {record.id: record for record in at.listed()}
    read = at.orders.read([record.id for record in made])
    words = [read[record.id].values["status"] for record in made]
    assert words == ["draft", "void", "partially_shipped", "fulfilled", "invoiced", "closed"]
    assert words == [listed[record.id].values["status"] for record in made]
    assert all(listed[record.id].etag == read[record.id].etag for record in made)
    kinds = [[paper.kind for paper in papers_from_text(str(read[record.id].values["papers"]))] for record in made]
    assert kinds == [[], [], ["package", "shipment"], ["package", "shipment"], ["invoice"], []]


# Changing


def test_a_changed_order_costs_one_call_after_it_was_read_and_keeps_its_lines() -> None:
    at = desk()
    made = at.create()
    other = at.zoho.add_item(name="A shade", sku="S-1", rate=5)
    more = Line(product_id=other, name="A shade", quantity=Decimal(1), price=Decimal(5))
    (line,) = at.order().lines
    wanted = at.order(lines=(msgspec.structs.replace(line, quantity=Decimal(3)), more), total=Decimal("195.82"))
    at.orders.read([made.id])
    with at.calls(1):
        changed = at.orders.update(made.id, {"document": to_text(wanted)})
    first, second = document(changed).lines
    assert first.id == document(made).lines[0].id
    assert (first.quantity, second.product_id) == (Decimal(3), other)
    assert changed.values["total"] == Decimal("195.82")


def test_an_order_that_has_been_shipped_is_not_changed() -> None:
    at = desk()
    made = at.create()
    confirm(at, [made])
    at.zoho.ship(made.id)
    with pytest.raises(Refused):
        at.orders.update(made.id, {"document": to_text(at.order(notes="New"))})


def test_an_order_made_in_zoho_keeps_its_number_and_reference_when_it_is_changed() -> None:
    at = desk()
    id = at.zoho.add_salesorder(at.contact, [(at.item, 1, 5)], reference_number="PO 12", discount="10%")
    record = at.orders.read([id])[id]
    assert document(record).discount == Decimal("0.5")
    wanted = msgspec.structs.replace(document(record), notes="New", reference=record.key)
    with at.calls(1):
        changed = at.orders.update(id, {"document": to_text(wanted)})
    told = at.zoho.salesorder(id)
    assert (told["salesorder_number"], told["reference_number"], told["notes"]) == (record.key, "PO 12", "New")
    assert changed.values["total"] == record.values["total"] == Decimal("4.5")


# Any order


AMOUNTS = st.decimals(min_value=0, max_value=500, places=2)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Orders of one to four lines; discounts are of lines or, up to one half, of the order."""
    by_line = draw(st.booleans())
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        price, quantity = draw(AMOUNTS) + 1, Decimal(draw(st.integers(1, 9)))
        share = Decimal(draw(st.integers(0, 100))) / 100 if by_line else Decimal(0)
        discount = (price * quantity * share).quantize(Decimal("0.01"))
        lines.append(Line(price=price, quantity=quantity, discount=discount, tax_ids=("",) * draw(st.integers(0, 1))))
    goods = sum((line.price * line.quantity for line in lines), Decimal(0))
    share = Decimal(0 if by_line else draw(st.integers(0, 50))) / 100
    return Order(
        lines=tuple(lines),
        discount=(goods * share).quantize(Decimal("0.01")),
        discount_before_tax=draw(st.booleans()) or by_line,
        inclusive=draw(st.booleans()),
        shipping=draw(AMOUNTS),
        adjustment=draw(AMOUNTS),
        adjustment_note="Payment fee",
    )


def _money(order: Order) -> tuple[object, ...]:
    lines = [(line.product_id, line.price, line.quantity, line.discount, line.tax_ids) for line in order.lines]
    return (lines, order.discount, order.inclusive, order.shipping, order.adjustment, order.number, order.customer_id)


@given(orders(), orders())
def test_what_is_read_is_what_was_sent_for_new_and_for_changed_orders(first: Order, second: Order) -> None:
    at = desk(OrderChoices(tolerance="0"))
    made: Record | None = None
    for drawn in (first, second):
        lines = tuple(
            msgspec.structs.replace(line, product_id=at.item, tax_ids=(at.tax,) if line.tax_ids else ())
            for line in drawn.lines
        )
        sent = msgspec.structs.replace(drawn, lines=lines, number="CS-97", customer_id=at.contact, date="2026-01-05")
        values = {"document": to_text(sent)}
        made = at.orders.create(values) if made is None else at.orders.update(made.id, values)
        assert _money(document(made)) == _money(sent)
        assert at.orders.read([made.id])[made.id].values["document"] == made.values["document"]


# What is asked when Zoho is connected


def test_taxes_their_groups_currencies_and_rounding_are_told() -> None:
    at = desk()
    at.zoho.switches.preferences_told = False
    organisation = at.zoho.organisation
    five, six = organisation.add_tax("Five", 5.0), organisation.add_tax("Six", 6.5)
    group = organisation.add_tax_group("Eleven and a half", [five, six])
    organisation.add_currency("JPY")
    organisation.tax_rounding = "item_level"
    told = at.wired.organisation()
    assert {"id": group, "name": "Eleven and a half", "percentage": "11.5"} in told["taxes"]
    assert told["tax_groups"] == {
        group: [{"id": five, "name": "Five", "percentage": "5.0"}, {"id": six, "name": "Six", "percentage": "6.5"}]
    }
    assert told["currencies"] == [{"code": "USD", "price_precision": 2}, {"code": "JPY", "price_precision": 0}]
    assert told["tax_rounding"] == "", "nobody has told it yet"
    at.create()
    assert at.wired.organisation()["tax_rounding"] == "item_level"


def test_the_rounding_of_taxes_is_told_with_the_preferences_where_zoho_tells_them() -> None:
    at = desk()
    at.zoho.organisation.tax_rounding = "item_level"
    assert at.wired.organisation()["tax_rounding"] == "item_level"
