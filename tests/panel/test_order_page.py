"""The page of one order: both documents, the way of the money, papers, history, and what can be done."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.test import Client

from cscart_zoho.mapping.money_rules import Traced
from cscart_zoho.order import Line, Tax
from cscart_zoho.panel.order_document import Documents, paired, tax_title, trace_rows
from cscart_zoho.records import Direction
from cscart_zoho.store.models import Link, Observation, Run, Step, Store, ZohoOrganisation
from cscart_zoho.sync.asked import Asked, asked_from_json
from tests.panel.conftest import SEEN, a_sales_order, an_order, customers, order_row, orders

Browse = Callable[[str], Client]
PAIR, ALONE, TO_IMPORT, NOT_READ = (
    "/orders/cscart/97/",
    "/orders/cscart/99/",
    "/orders/zoho/7002/",
    "/orders/zoho/7003/",
)
TEN_PERCENT = "10\N{NO-BREAK SPACE}%"


@pytest.fixture
def shop(store: Store) -> Store:
    orders(store)
    return store


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def cells(shown: str, row: str) -> list[str]:
    """The cells of a table's row, by what stands at its head."""
    found = re.search(rf'<th scope="row">(?:<span[^>]*>)?{re.escape(row)}<.*?</tr>', shown, re.DOTALL)
    assert found, row
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[0], re.DOTALL)]


# Lines and totals


def test_both_documents_stand_next_to_each_other_line_by_line(shop: Store, browse: Browse) -> None:
    shown = page(browse("viewer"), PAIR)
    assert cells(shown, "Synthetic lamp") == [
        *("2", "10.00", "", f"VAT {TEN_PERCENT}", "20.00"),
        *("2", "10.00", "", f"Sales tax {TEN_PERCENT}", "20.00"),
    ]
    assert "LAMP" in shown
    assert "Colour: red" in shown
    assert cells(shown, "Total")[:2] == ["27.00 USD", "27.00 USD"]


def test_a_line_that_one_side_lacks_and_a_total_that_differs_are_marked(shop: Store, browse: Browse) -> None:
    more = Line(id="78", product_id="9999", sku="GIFT", name="Only in Zoho", price=Decimal(4))
    two = a_sales_order(lines=(*a_sales_order().lines, more), total=Decimal(31))
    Observation.objects.filter(side="zoho", remote_id="7001").delete()
    order_row(shop, "zoho", "7001", two, linked=True).save()
    shown = page(browse("viewer"), PAIR)
    assert cells(shown, "Only in Zoho")[0] == "not in CS-Cart"
    assert cells(shown, "Total")[:3] == ["27.00 USD", "31.00 USD", "Different"]


def test_an_order_that_zoho_does_not_have_is_shown_as_it_would_be_made(shop: Store, browse: Browse) -> None:
    shown = page(browse("viewer"), ALONE)
    assert "Zoho does not show this order yet." in shown
    assert 'Zoho <span class="cz-dim">planned</span>' in shown
    assert cells(shown, "Total")[:2] == ["27.00 USD", "27.00 USD"]


def test_a_sales_order_is_shown_as_it_would_be_imported(shop: Store, browse: Browse) -> None:
    shown = page(browse("viewer"), TO_IMPORT)
    assert "CS-Cart does not show this order yet." in shown
    assert cells(shown, "Total")[:2] == ["27.00 USD", "27.00 USD"]


def test_a_sales_order_whose_lines_were_never_read_says_so(shop: Store, browse: Browse) -> None:
    shown = page(browse("viewer"), NOT_READ)
    assert "The lines of this order have not been read yet." in shown


def test_lines_meet_by_item_then_by_number_and_each_is_used_once() -> None:
    here = [Line(product_id="1", sku="A", quantity=Decimal(1)), Line(product_id="1", sku="A", quantity=Decimal(3))]
    there = [
        Line(product_id="91", sku="Z", quantity=Decimal(3)),
        Line(product_id="90", sku="A", quantity=Decimal(1)),
        Line(product_id="92", name="Shipping"),
    ]
    assert paired(here, there, {"1": "91"}) == [(here[0], there[1]), (here[1], there[0]), (None, there[2])]


def test_taxes_within_prices_are_told_as_such() -> None:
    order = an_order(taxes=(Tax(id="6", name="VAT", rate=Decimal(10), included=True, amount=Decimal("1.82")),))
    rows = {row.title: row for row in Documents(order, None, {}, {}).totals()}
    assert rows[f"VAT {TEN_PERCENT}"].cscart == "1.82 (in the prices)"
    assert rows["Total"].zoho == ""


@pytest.mark.parametrize(
    ("tax", "title"),
    [
        (Tax(id="6", name="VAT", rate=Decimal("7.50")), "VAT 7.5\N{NO-BREAK SPACE}%"),
        (Tax(id="6", name="VAT 10", rate=Decimal(10)), "VAT 10"),
        (Tax(id="6", name="VAT 10%", rate=Decimal(10)), "VAT 10%"),
        (Tax(id="6", name="Eco", rate=Decimal(3), fixed=True), "Eco"),
        (Tax(id="6"), "6"),
    ],
)
def test_a_tax_is_named_with_its_percentage_once(tax: Tax, title: str) -> None:
    assert tax_title(tax) == title


# The way of the money


def test_the_trace_tells_each_amount_and_adds_up(shop: Store, browse: Browse) -> None:
    shown = page(browse("viewer"), PAIR)
    trace = shown[shown.index('id="money"') :]
    assert cells(trace, "2 x Synthetic lamp")[:2] == ["20.00", "20.00"]
    assert cells(trace, "Courier")[:2] == ["5.00", "5.00"]
    assert cells(trace, "Total") == ["27.00", "27.00", "Both sides come to the same."]


def test_a_trace_that_does_not_come_to_the_same_says_so() -> None:
    rows = trace_rows([Traced("a", Decimal(1), Decimal(1)), Traced("b", None, Decimal("0.01"), "why")], "USD")
    assert [(row.store, row.zoho) for row in rows] == [("1.00", "1.00"), ("–", "0.01"), ("1.00", "1.01")]
    assert rows[-1].why == "The sides differ."
    assert trace_rows([], "USD") == []


def test_an_order_that_cannot_be_priced_says_why_and_what_to_do(shop: Store, browse: Browse) -> None:
    ZohoOrganisation.objects.update(capabilities={"taxes": []})
    shown = page(browse("viewer"), ALONE)
    assert "has no partner in Zoho" in shown
    assert "say in the tax map which Zoho tax it is" in shown
    assert "Zoho does not show this order yet" not in shown


def test_a_product_that_is_not_linked_is_named(shop: Store, browse: Browse) -> None:
    Link.objects.filter(entity="products").delete()
    shown = page(browse("viewer"), ALONE)
    assert 'class="cz-different"' not in shown  # Zoho has nothing yet that could differ
    assert "&quot;LAMP&quot; is not linked with an item of Zoho." in shown
    assert "Sync the product first" in shown


def test_settings_that_cannot_be_read_are_told_on_the_page(shop: Store, browse: Browse) -> None:
    Store.objects.update(order_choices={"prefix": ""})
    assert "is no prefix for order numbers" in page(browse("viewer"), PAIR)


# Papers, history, whose it is


def test_shipments_and_invoices_that_zoho_knows_are_listed(shop: Store, browse: Browse) -> None:
    shown = page(browse("viewer"), PAIR)
    assert cells(shown, "Package") == ["PKG-1", "2026-03-02", "Shipped", ""]
    assert cells(shown, "Invoice") == ["INV-1", "2026-03-03", "Sent", "27.00 USD"]
    assert "Zoho knows no package" in page(browse("viewer"), ALONE)


def test_the_history_says_who_when_and_what(shop: Store, browse: Browse) -> None:
    run = Run.objects.create(
        store=shop, entity="orders", trigger="button", asked_by="otto", asked={}, asked_key="k", asked_at=SEEN
    )
    told = {"status": ["confirmed", "void"]}
    Step.objects.create(
        run=run, entity="orders", kind="update", target="zoho", zoho_id="7001", changes=told, state="done", done_at=SEEN
    )
    shown = page(browse("viewer"), PAIR)
    assert "<td>otto</td>" in shown
    assert "Update in Zoho" in shown
    assert "Confirmed → Void" in shown


def test_the_page_leads_to_the_customer_and_to_his_other_orders(shop: Store, browse: Browse) -> None:
    assert "/customers/cscart/7/" not in page(browse("viewer"), PAIR)  # nobody has seen this customer yet
    Link.objects.exclude(entity="orders").delete()
    customers(shop)
    shown = page(browse("viewer"), PAIR)
    assert 'href="/customers/cscart/7/"' in shown
    assert 'href="/orders/?buyer=7"' in shown
    assert "All orders of this guest" in page(browse("viewer"), "/orders/cscart/98/")


def test_the_page_leads_to_both_admin_panels(shop: Store, browse: Browse) -> None:
    shown = page(browse("viewer"), PAIR)
    assert "https://store.example.com/admin.php?dispatch=orders.details&amp;order_id=97" in shown
    assert "#/salesorders/7001" in shown


def test_everything_that_either_side_says_is_shown_as_text(shop: Store, browse: Browse) -> None:
    bad = "<script>alert(1)</script>"
    line = Line(id="1", product_id="501", sku=bad, name=bad, options=bad, price=Decimal(27))
    order = an_order(name=bad, notes=bad, shipping=Decimal(0), shipping_name=bad, lines=(line,), taxes=())
    Observation.objects.filter(remote_id__in=("97", "7001")).delete()
    order_row(shop, "cscart", "97", order, linked=True, reason=bad).save()
    line = Line(id="1", product_id="9501", sku=bad, name=bad + "!", price=Decimal(27))
    told = a_sales_order(name=bad, notes=bad, adjustment_note=bad, shipping=Decimal(0), lines=(line,), taxes=())
    order_row(shop, "zoho", "7001", told, linked=True).save()
    shown = page(browse("operator"), PAIR)
    assert bad not in shown
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 8


# What can be done


@dataclass(frozen=True)
class Case:
    address: str
    button: str
    asked: Asked


CASES = (
    Case(PAIR, "Sync this order<", Asked(only="ids", cscart_ids=("97",), zoho_ids=("7001",))),
    Case(ALONE, "Sync this order to Zoho<", Asked(only="ids", cscart_ids=("99",))),
    Case(
        TO_IMPORT,
        "Import this order into CS-Cart<",
        Asked(only="ids", zoho_ids=("7002",), direction=Direction.TO_CSCART),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=["pair", "alone", "to import"])
def test_the_button_asks_for_a_run_of_this_order(case: Case, shop: Store, browse: Browse) -> None:
    assert case.button in page(browse("operator"), case.address)
    assert browse("operator").post(f"{case.address}sync/").status_code == 302
    run = Run.objects.get()
    assert run.entity == "orders"
    assert asked_from_json(run.asked) == case.asked


def test_a_void_sales_order_offers_no_import(shop: Store, browse: Browse) -> None:
    assert "Import this order" not in page(browse("operator"), NOT_READ)


def test_a_viewer_sees_no_button(shop: Store, browse: Browse) -> None:
    for case in CASES:
        shown = page(browse("viewer"), case.address)
        assert case.button not in shown
        assert '<form method="post" action="/orders/' not in shown
        assert browse("viewer").post(f"{case.address}sync/").status_code == 403
    assert not Run.objects.exists()


@pytest.mark.parametrize("path", ["/orders/cscart/1/", "/orders/nobody/97/", "/orders/zoho/97/"])
def test_an_order_that_was_never_seen_is_not_found(path: str, shop: Store, browse: Browse) -> None:
    assert browse("operator").get(path).status_code == 404
    assert browse("operator").post(f"{path}sync/").status_code == 404


def test_an_unknown_action_is_not_found(shop: Store, browse: Browse) -> None:
    assert browse("operator").post(f"{PAIR}delete/").status_code == 404
