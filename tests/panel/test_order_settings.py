"""Settings for orders: every choice has an input, what cannot be cannot be chosen, and saving is careful."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.utils import timezone

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.order_choices import ZOHO_STATUSES, OrderChoices, order_choices_from_json
from cscart_zoho.panel.customer_settings import CustomerChoicesForm
from cscart_zoho.panel.order_settings import IN_STORE, IN_ZOHO, OrderChoicesForm
from cscart_zoho.store.choices import save_order_choices
from cscart_zoho.store.models import AuditEntry, Cursor, Link, Observation, Store
from tests.panel.conftest import SEEN, observed, orders

Browse = Callable[[str], Client]
DEFAULTS = OrderChoices()
PAGE = "/settings/orders/"


@pytest.fixture
def shop(store: Store) -> Store:
    orders(store)
    Link.objects.filter(entity="orders").delete()
    return store


def filled(store: Store, choices: OrderChoices = DEFAULTS, **changes: Any) -> dict[str, Any]:
    """What a browser sends: unticked boxes are missing."""
    form = OrderChoicesForm(store, choices)
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    rows = form.rules.initial_forms + form.rules.extra_forms
    values |= {f"tax-{key}": value for key, value in form.rules.management_form.initial.items()}
    for row in rows:
        values |= {row.add_prefix(name): (row.initial or {}).get(name, "") for name in row.fields}
    values |= changes
    return {name: "on" if value is True else value for name, value in values.items() if value is not False}


def saved(store: Store) -> OrderChoices:
    store.refresh_from_db()
    return order_choices_from_json(store.order_choices)


def test_every_choice_has_an_input(shop: Store) -> None:
    choices = {field.name for field in msgspec.structs.fields(OrderChoices)} - {"to_zoho", "to_cscart", "tax_rules"}
    maps = {IN_STORE + status for status in ZOHO_STATUSES} | {IN_ZOHO + letter for letter in "PCOIF"}
    form = OrderChoicesForm(shop, DEFAULTS)
    assert set(form.fields) == choices | maps
    assert {field.name for _, _, fields in form.groups() for field in fields} == set(form.fields)


def test_saving_the_defaults_changes_nothing(shop: Store, browse: Browse) -> None:
    assert browse("admin").post(PAGE, filled(shop)).status_code == 302
    assert saved(shop) == DEFAULTS


def test_choices_are_saved_and_the_change_is_written_down(shop: Store, browse: Browse) -> None:
    changes = {
        "create_in_cscart": False,
        "since": "2026-02-01",
        "prefix": "WEB-",
        "sent_statuses": ["P", "C"],
        "tolerance": "0.10",
        "currency": "usd",
        "payment_id": "2",
        "shipping_id": "1",
        "imported_prices": "net",
        f"{IN_ZOHO}F": "",
        f"{IN_STORE}shipped": "C",
        f"{IN_STORE}draft": "",
    }
    assert browse("admin").post(PAGE, filled(shop, **changes)).status_code == 302
    now = saved(shop)
    assert (now.create_in_cscart, now.since, now.prefix, now.sent_statuses) == (False, "2026-02-01", "WEB-", ["P", "C"])
    assert (now.tolerance, now.currency, now.payment_id, now.shipping_id) == ("0.10", "USD", "2", "1")
    assert now.imported_prices == "net"
    assert now.target("F") == ""
    assert now.target("Y") == "draft"  # the store does not have this letter; it keeps what it had
    assert now.letter("shipped") == "C"
    assert "draft" not in now.to_cscart
    entry = AuditEntry.objects.get(who="admin", what="settings changed")
    assert "orders.to_cscart" in entry.detail
    assert "orders.guest_contact_id" not in entry.detail


@pytest.mark.parametrize(
    ("found", "chosen", "said"),
    [
        ({}, "", "Now: UTC, Zoho&#x27;s, because the store does not say."),
        ({"time_zone": "Asia/Tokyo"}, "", "Now: Asia/Tokyo, as the store says."),
        ({"time_zone": "Asia/Tokyo"}, "Europe/Berlin", "Now: Europe/Berlin, as chosen here."),
    ],
)
def test_the_time_zone_in_use_is_shown_with_where_it_is_from(
    shop: Store, browse: Browse, found: dict[str, str], chosen: str, said: str
) -> None:
    shop.capabilities = {**shop.capabilities, **found}
    shop.save()
    browse("admin").post(PAGE, filled(shop, time_zone=chosen))
    assert saved(shop).time_zone == chosen
    assert said in browse("admin").get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("told", "said"), [("USD", "Now: USD, told by the store."), ("", "The store does not tell it.")]
)
def test_the_currency_in_use_is_shown(told: str, said: str, shop: Store, browse: Browse) -> None:
    shop.capabilities = {**shop.capabilities, "currency": told}
    shop.save()
    assert said in browse("admin").get("/settings/orders/").content.decode()


def test_a_time_zone_that_nobody_knows_is_refused(shop: Store, browse: Browse) -> None:
    answer = browse("admin").post(PAGE, filled(shop, time_zone="Mars/Olympus"))
    assert "is no time zone" in answer.content.decode()
    assert saved(shop) == DEFAULTS


# The status maps


def test_what_nobody_can_set_in_zoho_is_shown_with_the_reason_and_cannot_be_chosen(shop: Store, browse: Browse) -> None:
    shown = browse("admin").get(PAGE).content.decode()
    assert '<optgroup label="Cannot be set: follows from what is done in Zoho">' in shown
    assert '<option value="shipped" disabled>Shipped</option>' in shown
    assert "Zoho lets us set draft, confirmed and void, and nothing else" in shown
    answer = browse("admin").post(PAGE, filled(shop, **{f"{IN_ZOHO}P": "shipped"}))
    assert "is not one of the available choices" in answer.content.decode()
    assert saved(shop) == DEFAULTS


def test_only_statuses_of_the_store_can_be_chosen(shop: Store, browse: Browse) -> None:
    answer = browse("admin").post(PAGE, filled(shop, **{f"{IN_STORE}void": "Z"}))
    assert "is not one of the available choices" in answer.content.decode()


def test_a_loop_is_refused_with_its_sentence(shop: Store, browse: Browse) -> None:
    answer = browse("admin").post(PAGE, filled(shop, **{f"{IN_STORE}draft": "P"}))
    shown = answer.content.decode()
    assert "Nothing was saved." in shown
    assert "becomes the store&#x27;s status P" in shown
    assert "the order would move by itself" in shown
    assert saved(shop) == DEFAULTS


def test_a_status_without_a_line_of_its_own_follows_the_one_it_is_built_upon(shop: Store) -> None:
    options = dict(OrderChoicesForm(shop, DEFAULTS).fields[f"{IN_STORE}shipped"].choices)  # type: ignore[attr-defined]
    assert options[""] == "The same as Confirmed"
    assert options["C"] == "Complete (C)"


def test_a_status_that_the_store_no_longer_has_stays_chosen_and_is_marked(shop: Store) -> None:
    held = msgspec.structs.replace(DEFAULTS, to_cscart={**DEFAULTS.to_cscart, "void": "D"})
    options = dict(OrderChoicesForm(shop, held).fields[f"{IN_STORE}void"].choices)  # type: ignore[attr-defined]
    assert options["D"] == "D (not known)"


def test_a_store_that_has_not_told_its_statuses_is_shown_with_letters(store: Store, browse: Browse) -> None:
    shown = browse("admin").get(PAGE).content.decode()
    assert "has not told its statuses of orders" in shown
    assert f'name="{IN_ZOHO}B"' in shown


# Taxes, items, numbers


def rule(at: int, **values: str) -> dict[str, str]:
    return {f"tax-{at}-{name}": value for name, value in values.items()}


def test_tax_rules_are_rows_in_the_order_in_which_they_count(shop: Store, browse: Browse) -> None:
    rows = rule(0, store_tax="6", country="de", included="Y", zoho_tax="46") | rule(1, zoho_tax="46")
    assert browse("admin").post(PAGE, filled(shop, **rows)).status_code == 302
    rules = saved(shop).tax_rules
    assert [(r.store_tax, r.country, r.included, r.zoho_tax) for r in rules] == [
        ("6", "DE", "Y", "46"),
        ("", "", "", "46"),
    ]
    gone = filled(shop, saved(shop), **rule(0, store_tax="", country="", included="", zoho_tax=""))
    assert browse("admin").post(PAGE, gone).status_code == 302
    assert len(saved(shop).tax_rules) == 1


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (rule(0, store_tax="6"), "Choose the Zoho tax, or empty the row."),
        (rule(0, zoho_tax="46", country="D1"), "Two letters, such as DE."),
        (rule(0, zoho_tax="99"), "is not one of the available choices"),
    ],
)
def test_a_row_that_is_not_complete_is_refused(row: dict[str, str], sentence: str, shop: Store, browse: Browse) -> None:
    shown = browse("admin").post(PAGE, filled(shop, **row)).content.decode()
    assert sentence in shown
    assert "A row of the tax map is not complete." in shown
    assert saved(shop) == DEFAULTS


def test_an_item_is_named_by_its_id_or_its_sku(shop: Store, browse: Browse) -> None:
    observed(shop, "zoho", 9501, key="LAMP", name="Synthetic lamp").save()
    observed(shop, "zoho", 9502).save()
    chosen = {"fallback_item_id": "LAMP", "surcharge_item_id": "9502"}
    assert browse("admin").post(PAGE, filled(shop, **chosen)).status_code == 302
    assert (saved(shop).fallback_item_id, saved(shop).surcharge_item_id) == ("9501", "9502")
    assert "Now: Synthetic lamp (LAMP)." in browse("admin").get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"fallback_item_id": "NOT-THERE"}, "Zoho has no item with this ID or SKU"),
        ({"shipping_as": "line"}, "Shipping as a line needs an item."),
        ({"prefix": "-"}, "is no prefix for order numbers"),
        ({"since": "yesterday"}, "Enter a valid date"),
        ({"tolerance": "a little"}, "Write an amount such as 0.05."),
        ({"guest_contact_id": "Anna"}, "An ID is a number."),
        ({"sent_statuses": ["Z"]}, "is not one of the available choices"),
        ({"brake_percent": "0"}, "greater than or equal to 1"),
        ({"payment_id": "77"}, "is not one of the available choices"),
    ],
)
def test_a_bad_value_is_refused_with_a_sentence(
    change: dict[str, Any], sentence: str, shop: Store, browse: Browse
) -> None:
    answer = browse("admin").post(PAGE, filled(shop, **change))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    shop.refresh_from_db()
    assert shop.order_choices == {}


def test_a_prefix_that_orders_have_in_zoho_stays(store: Store, browse: Browse) -> None:
    orders(store)
    assert "It cannot be changed: orders in Zoho have it (1 so far)." in browse("admin").get(PAGE).content.decode()
    assert browse("admin").post(PAGE, filled(store, prefix="WEB-")).status_code == 302
    assert saved(store).prefix == "CS-"
    with pytest.raises(WrongSetting, match="Orders in Zoho have numbers that begin with"):
        save_order_choices(store, msgspec.structs.replace(DEFAULTS, prefix="WEB-"))


def test_an_order_that_is_sent_while_the_page_is_open_keeps_its_prefix(shop: Store, browse: Browse) -> None:
    sent = filled(shop, prefix="WEB-")
    told = {"cscart_id": "97", "zoho_id": "7001", "created_at": SEEN, "settled_at": SEEN}
    Link.objects.create(store=shop, entity="orders", origin="created_in_zoho", **told)
    browse("admin").post(PAGE, sent)
    assert saved(shop).prefix == "CS-"


# Saving


def test_orders_that_were_held_are_tried_again_at_once(shop: Store) -> None:
    Observation.objects.filter(remote_id="99").update(not_before=timezone.now(), state="held")
    save_order_choices(shop, msgspec.structs.replace(DEFAULTS, tolerance="0.10"))
    assert Observation.objects.get(remote_id="99").not_before is None
    assert not Observation.objects.get(remote_id="99").partial


@pytest.mark.parametrize("change", [{"prefix": "WEB-"}, {"currency": "EUR"}])
def test_another_prefix_or_currency_reads_all_orders_again(change: dict[str, str], shop: Store) -> None:
    Cursor.objects.create(store=shop, entity="orders", side="zoho", kind="full", moment=SEEN)
    told = {"cscart_id": "97", "zoho_id": "7001", "created_at": SEEN, "settled_at": SEEN}
    base = {"document": "#aaaa000000000001:9", "status": "P"}
    Link.objects.create(store=shop, entity="orders", origin="adopted", base_cscart=base, base_zoho=base, **told)
    save_order_choices(shop, msgspec.structs.replace(DEFAULTS, **change))
    assert not Cursor.objects.filter(entity="orders").exists()
    assert not Observation.objects.filter(entity="orders", partial=False).exists()
    assert Link.objects.get(entity="orders").base_cscart == {"status": "P"}


def test_stored_choices_that_cannot_be_read_are_told_and_can_be_replaced(shop: Store, browse: Browse) -> None:
    Store.objects.update(order_choices={"shipping_as": "pigeon"})
    assert "cannot be read" in browse("admin").get(PAGE).content.decode()
    shop.refresh_from_db()
    assert browse("admin").post(PAGE, filled(shop)).status_code == 302
    assert saved(shop) == DEFAULTS


def test_before_there_is_a_store_the_page_leads_to_it(browse: Browse) -> None:
    assert 'href="/store/"' in browse("admin").get(PAGE).content.decode()


def test_guests_are_a_choice_for_customers(shop: Store, browse: Browse) -> None:
    assert "Guests of orders become contacts in Zoho" in browse("admin").get("/settings/customers/").content.decode()
    form = CustomerChoicesForm(_customers(guests=False))
    assert form["guests"].value() is False
    assert "guests" in {field.name for _, fields in form.groups() for field in fields}


def _customers(**changes: Any) -> Any:
    from cscart_zoho.mapping.customer_choices import CustomerChoices

    return CustomerChoices(**changes)


# What Zoho cannot take back


def test_what_zoho_cannot_take_back_is_said_where_it_is_chosen(shop: Store, browse: Browse) -> None:
    shown = browse("admin").get(PAGE).content.decode()
    assert "A void sales order cannot be opened again; an order that comes back gets a new one" in shown
    client = browse("admin")
    told = client.post(PAGE, filled(shop, when_it_comes_back="ask", draft_until_paid=["F"]), follow=True)
    assert "an order that comes back is held until you have settled it" in told.content.decode()
    assert "a draft stays a draft until it is paid" in told.content.decode()
    assert (saved(shop).when_it_comes_back, saved(shop).draft_until_paid) == ("ask", ["F"])
