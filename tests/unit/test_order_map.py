"""How orders of one side look on the other, and what may go over by itself."""

from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.mapping.order_map import CLOSED, OrderMap
from cscart_zoho.mapping.order_money import MoneyRules
from cscart_zoho.mapping.record_map import Consent
from cscart_zoho.order import Address, Line, Order, from_text, to_text
from cscart_zoho.records import Side
from cscart_zoho.sync.merge import Halves, Merged, merge

STATUSES = {"O": "Open", "P": "Paid", "C": "Complete", "I": "Canceled", "B": "Backordered"}


def the_map(**chosen: Any) -> OrderMap:
    return OrderMap(
        OrderChoices(**chosen),
        MoneyRules(currency="USD"),
        item_of=lambda line: f"item-{line.product_id}",
        product_of=lambda line: line.product_id.removeprefix("item-"),
        contact_of=lambda order: "contact-7",
        user_of=lambda order: ("7", order.email or "someone@example.com"),
        statuses=STATUSES,
    )


def order(number: str = "CS-97", **changed: Any) -> Order:
    given: dict[str, Any] = {
        "number": number,
        "date": "2026-01-05",
        "currency": "USD",
        "customer_id": "7",
        "lines": (Line(id="1", product_id="12", sku="A", name="Apple", quantity=Decimal(2), price=Decimal("1.50")),),
        "total": Decimal("3.00"),
        "billing": Address(street="1 Example Road", city="Sampleton", country="US"),
    }
    return Order(**{**given, **changed})


def test_an_order_becomes_a_sales_order_with_our_number_and_the_ids_of_zoho() -> None:
    made = the_map().for_zoho(order()).order
    assert (made.number, made.reference, made.customer_id) == ("CS-97", "CS-97", "contact-7")
    assert [(line.product_id, line.quantity, line.price) for line in made.lines] == [("item-12", 2, Decimal("1.50"))]
    assert made.total == 3
    assert made.delivery == made.billing


def test_a_sales_order_becomes_an_order_of_the_partner_of_its_contact() -> None:
    theirs = order("SO-00012", customer_id="contact-7", lines=(Line(product_id="item-12", sku="A", price=Decimal(3)),))
    made = the_map().for_store(theirs).order
    assert (made.customer_id, made.email, made.lines[0].product_id) == ("7", "someone@example.com", "12")
    assert made.total == 3


# Statuses


@pytest.mark.parametrize(
    ("letter", "status", "same"),
    [
        ("O", "draft", True),
        ("P", "confirmed", True),
        ("C", "confirmed", True),  # Zoho lets us set no more than that
        ("C", "fulfilled", True),
        ("C", "partially_shipped", True),
        ("P", "partially_shipped", True),
        ("P", "fulfilled", False),  # Zoho went on: the store follows
        ("I", "void", True),
        ("F", "void", True),
        ("I", "confirmed", False),
        ("O", "confirmed", False),
        ("B", "draft", False),
    ],
)
def test_two_statuses_agree_when_either_stands_for_the_other(letter: str, status: str, same: bool) -> None:
    assert the_map().agree("status", letter, status) is same


def decided(letter: str, status: str, *, changed: Side, **chosen: Any) -> Merged:
    """The merge of two statuses of which one side's has changed since they agreed."""
    here, there = {"status": letter}, {"status": status}
    base = ({"status": "?"}, there) if changed is Side.CSCART else (here, {"status": "?"})
    return merge(the_map(**chosen), Halves(here, there, *base))


def test_a_paid_order_confirms_the_draft() -> None:
    assert decided("P", "draft", changed=Side.CSCART).writes[Side.ZOHO] == {"status": ("draft", "confirmed")}


def test_a_cancelled_order_voids_what_is_not_shipped() -> None:
    assert decided("I", "confirmed", changed=Side.CSCART).writes[Side.ZOHO] == {"status": ("confirmed", "void")}


@pytest.mark.parametrize(("letter", "status"), [("I", "shipped"), ("I", "invoiced"), ("P", "void"), ("O", "confirmed")])
def test_what_zoho_does_not_allow_becomes_a_task(letter: str, status: str) -> None:
    merged = decided(letter, status, changed=Side.CSCART, when_it_comes_back="ask")
    assert not merged.writes[Side.ZOHO]
    (unfit,) = merged.unfit
    assert "by hand" in unfit.for_people()


def test_an_order_that_comes_back_is_made_anew() -> None:
    assert decided("P", "void", changed=Side.CSCART).writes[Side.ZOHO] == {"status": ("void", "confirmed")}
    assert "a new one takes its place" in the_map().anew({"status": "void"}, {"status": "confirmed"})
    assert the_map().anew({"status": "draft"}, {"status": "confirmed"}) == ""
    assert the_map().anew({"status": "void"}, {"document": "{}"}) == ""


def test_a_sales_order_that_is_made_anew_has_a_number_of_its_own() -> None:
    sent = {"document": to_text(Order(number="CS-97", reference="CS-97")), "status": "confirmed"}
    named = the_map().named_anew(sent, "CS-97", 2)
    assert named is not None
    order = from_text(str(named[0]["document"]))
    assert (order.number, order.reference, named[1], named[0]["status"]) == ("CS-97-2", "CS-97", "CS-97-2", "confirmed")
    assert the_map().named_anew(sent, "CS-97", 51) is None


def test_a_draft_may_stay_one_until_it_is_paid() -> None:
    kept = {"draft_until_paid": ["F"]}
    merged = decided("F", "draft", changed=Side.CSCART, **kept)
    assert (merged.agreed, merged.writes[Side.ZOHO]) == (["status"], {})
    assert decided("F", "confirmed", changed=Side.CSCART, **kept).writes[Side.ZOHO]["status"] == ("confirmed", "void")
    assert decided("I", "draft", changed=Side.CSCART, **kept).writes[Side.ZOHO]["status"] == ("draft", "void")


def test_a_backorder_of_an_import_is_told_and_no_decision() -> None:
    zoho = {"status": "confirmed", "document": to_text(Order(number="SO-5"))}
    assert "too few pieces" in the_map().notice({"status": "B"}, zoho)
    assert the_map().notice({"status": "P"}, zoho) == ""
    assert the_map().notice({"status": "B"}, {**zoho, "status": "void"}) == ""
    assert the_map().notice({"status": "B"}, {**zoho, "document": to_text(Order(number="CS-97"))}) == ""
    assert the_map(to_zoho={"B": "draft"}).notice({"status": "B"}, zoho) == ""
    assert not the_map().is_edit("status", Side.CSCART, "O", "B")
    assert the_map().is_edit("status", Side.CSCART, "P", "B")


@pytest.mark.parametrize(
    ("status", "told"), [("confirmed", True), ("overdue", True), ("draft", False), ("void", False), ("shipped", False)]
)
def test_a_sales_order_without_an_order_is_told_while_it_keeps_pieces_back(status: str, told: bool) -> None:
    assert bool(the_map().bereft({"status": status}, Side.ZOHO)) is told
    assert the_map().bereft({"status": "P"}, Side.CSCART) == ""


def test_an_order_waits_for_its_approval_in_zoho_without_a_call() -> None:
    merged = decided("P", "pending_approval", changed=Side.CSCART)
    assert not merged.writes[Side.ZOHO]
    (unfit,) = merged.unfit
    assert "waits for its approval" in unfit.for_people()
    assert decided("P", "approved", changed=Side.CSCART).writes[Side.ZOHO] == {"status": ("approved", "confirmed")}


@pytest.mark.parametrize(
    ("before", "now", "edit"),
    [
        ("draft", "pending_approval", False),
        ("pending_approval", "approved", False),
        ("pending_approval", "draft", False),
        ("confirmed", "partially_shipped", False),
        ("approved", "confirmed", True),
        ("shipped", "fulfilled", True),
        ("confirmed", "void", True),
    ],
)
def test_a_step_in_zoho_that_is_one_status_to_the_store_opposes_nothing(before: str, now: str, edit: bool) -> None:
    assert the_map().is_edit("status", Side.ZOHO, before, now) is edit
    assert the_map().is_edit("status", Side.CSCART, before, now)
    assert the_map().is_edit("document", Side.ZOHO, before, now)


def test_a_step_that_has_a_status_of_its_own_in_the_store_is_an_edit() -> None:
    own = {"draft": "O", "approved": "Y", "confirmed": "P", "void": "I"}
    odd = the_map(to_cscart=own, to_zoho={"O": "draft", "Y": "draft", "P": "confirmed", "I": "void"})
    assert odd.is_edit("status", Side.ZOHO, "pending_approval", "approved")


def test_a_status_that_zoho_has_nothing_for_changes_nothing_and_is_settled() -> None:
    merged = decided("B", "draft", changed=Side.CSCART)
    assert merged.agreed == ["status"]
    assert not any(merged.writes.values())


def test_what_zoho_ships_the_store_completes() -> None:
    assert decided("P", "fulfilled", changed=Side.ZOHO).writes[Side.CSCART] == {"status": ("P", "C")}


def test_a_letter_that_the_store_does_not_have_is_never_written() -> None:
    odd = the_map(to_cscart={"draft": "O", "confirmed": "Z", "void": "I"}, to_zoho={"Z": "confirmed"})
    with pytest.raises(Unfit, match="no order status"):
        odd.project("status", "confirmed", Side.CSCART)


# Edits


def consent_to_edit(source: Side, number: str, status: str) -> Consent:
    document = to_text(order(number))
    return the_map().consent("document", source, {"document": document}, {"document": document, "status": status})


def test_an_edit_in_the_store_reaches_a_draft_and_a_confirmed_order() -> None:
    assert consent_to_edit(Side.CSCART, "CS-97", "draft") is Consent.FREE
    assert consent_to_edit(Side.CSCART, "CS-97", "confirmed") is Consent.FREE


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_an_edit_of_what_zoho_has_closed_is_a_task(status: str) -> None:
    with pytest.raises(Unfit, match="takes no changes"):
        consent_to_edit(Side.CSCART, "CS-97", status)


def test_an_edit_in_zoho_is_asked_about_for_the_stores_own_orders_and_goes_over_for_imported_ones() -> None:
    assert consent_to_edit(Side.ZOHO, "CS-97", "confirmed") is Consent.ASK
    assert consent_to_edit(Side.ZOHO, "SO-00012", "confirmed") is Consent.FREE


def test_each_side_has_its_own_form_of_a_document_and_only_its_own_changes_count() -> None:
    here, there = to_text(order()), to_text(the_map().for_zoho(order()).order)
    assert here != there
    calm = merge(the_map(), Halves({"document": here}, {"document": there}, {"document": here}, {"document": there}))
    assert calm.untouched == ["document"]
    edited = to_text(order(lines=(Line(product_id="12", sku="A", price=Decimal(4)),), total=Decimal(4)))
    halves = Halves(
        {"document": edited, "status": "P"},
        {"document": there, "status": "confirmed"},
        {"document": here, "status": "P"},
        {"document": there, "status": "confirmed"},
    )
    written = merge(the_map(), halves).writes[Side.ZOHO]["document"][1]
    assert from_text(str(written)).total == 4


# First contact, lost answers, totals


def test_an_order_that_another_tool_has_sent_is_adopted_when_its_money_and_pieces_are_equal() -> None:
    here = to_text(order())
    there = to_text(
        order(
            customer_id="contact-9", lines=(Line(product_id="i", sku="A", quantity=Decimal(2), price=Decimal("1.5")),)
        )
    )
    assert the_map().same_at_first("document", here, there)
    assert not the_map().same_at_first("document", here, to_text(order(total=Decimal("3.01"))))


def test_what_was_sent_is_recognised_in_what_zoho_made_of_it() -> None:
    sent = the_map().for_zoho(order()).order
    held = Order(
        **{**{name: getattr(sent, name) for name in sent.__struct_fields__}, "name": "As Zoho has it", "email": "x"}
    )
    assert the_map().arrived("document", to_text(sent), to_text(held))
    other = Order(**{**{name: getattr(sent, name) for name in sent.__struct_fields__}, "total": Decimal(4)})
    assert not the_map().arrived("document", to_text(sent), to_text(other))


def test_totals_that_differ_are_told_and_equal_ones_are_not() -> None:
    here = {"total": Decimal("25.30"), "currency": "USD"}
    assert the_map().trouble(here, {"total": Decimal("25.3"), "currency": "USD"}) == ""
    assert "25.30 in the store, 25.31 in Zoho" in the_map().trouble(
        here, {"total": Decimal("25.31"), "currency": "USD"}
    )
    assert "EUR" in the_map().trouble(here, {"total": Decimal("25.29"), "currency": "EUR"})


@pytest.mark.parametrize(
    ("values", "target", "words"),
    [
        ({"status": "I", "date": "2026-01-05"}, Side.ZOHO, '"Canceled" are not sent'),
        ({"status": "P", "date": "2025-12-31"}, Side.ZOHO, "older than 2026-01-01"),
        ({"status": "void", "date": "2026-01-05"}, Side.CSCART, "void"),
        ({"status": "P", "date": "2026-01-05"}, Side.ZOHO, ""),
        ({"status": "draft", "date": "2026-01-05"}, Side.CSCART, ""),
    ],
)
def test_why_an_order_is_not_made_on_the_other_side(values: dict[str, Any], target: Side, words: str) -> None:
    told = the_map(since="2026-01-01").passes_by(values, target)
    assert (words in told) if words else told == ""


def test_a_new_order_waits_for_what_it_rests_on() -> None:
    def no_contact(order: Order) -> str:
        raise Unfit("Its customer has no contact in Zoho yet.")

    waiting = OrderMap(
        OrderChoices(),
        MoneyRules(currency="USD"),
        item_of=lambda line: "i",
        product_of=lambda line: "p",
        contact_of=no_contact,
        user_of=lambda order: ("", ""),
    )
    with pytest.raises(Unfit, match="no contact"):
        waiting.for_creation("97", {"document": to_text(order()), "status": "P"}, Side.ZOHO)
