"""A run knows the settings that it began with: once others are saved nothing is written by the old ones any more."""

from collections.abc import Callable
from enum import Enum
from typing import Any, get_args

import msgspec
import pytest

from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs.execution import CHANGED
from cscart_zoho.mapping.choices import Owner, ProductChoices
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home
from cscart_zoho.mapping.fields import FieldRow, Module
from cscart_zoho.mapping.order_choices import OrderChoices, TaxRule
from cscart_zoho.store.choices import save_choices, save_customer_choices, save_maps, save_order_choices
from cscart_zoho.store.models import Run, Store
from tests.connected import resume
from tests.pace import long
from tests.situations.shop import Shop

FIRST, LAST = "contact_persons.first_name", "contact_persons.last_name"
PHONE, MAIL, NAME = "contact_persons.phone", "contact_persons.email", "contact_name"
ROWS = {
    NAME: FieldRow("fullname"),
    MAIL: FieldRow("email"),
    FIRST: FieldRow("firstname"),
    LAST: FieldRow("lastname"),
    PHONE: FieldRow("phone"),
}


def with_map(shop: Shop, **rows: FieldRow) -> None:
    shop.world.cscart.switches.addon = True
    shop.customer_choices = CustomerChoices(home=Home.INVENTORY, brake_percent=100, maps={Module.INVENTORY: ROWS})


def persons(shop: Shop) -> dict[str, dict[str, Any]]:
    """By e-mail the primary persons of Zoho's contacts."""
    found = [person for row in shop.world.zoho.contacts().values() for person in row["contact_persons"]]
    return {str(person["email"]): person for person in found}


def remapped(shop: Shop) -> None:
    """A person saves another map: the phone goes to the billing phone, which is empty."""
    store = shop.connect()
    store.refresh_from_db()
    save_maps(store, {Module.INVENTORY: {**ROWS, PHONE: FieldRow("b_phone")}})
    shop.customer_choices = CustomerChoices(
        home=Home.INVENTORY, brake_percent=100, maps={Module.INVENTORY: {**ROWS, PHONE: FieldRow("b_phone")}}
    )


@pytest.mark.parametrize("call", [("POST", "/contacts"), ("GET", "/users"), ("PUT", "/contacts/")])
def test_a_phone_that_is_mapped_elsewhere_during_a_run_is_not_cleared(shop: Shop, call: tuple[str, str]) -> None:
    with_map(shop)
    for n in range(3):
        shop.user(f"ann{n}@example.com", firstname=f"Ann {n}", phone=f"+1 555 010{n}")
    if call[0] == "PUT":
        shop.sync("customers")
        for n in range(3):
            id = next(id for id, row in shop.world.cscart.users().items() if row["email"] == f"ann{n}@example.com")
            shop.hours(0.1)
            shop.world.cscart.edit_user(id, phone=f"+1 555 020{n}")
    shop.connect()
    shop.during(*call, lambda: remapped(shop))
    shop.sync("customers")
    for _ in range(3):
        shop.sync("customers")
    start = "+1 555 020" if call[0] == "PUT" else "+1 555 010"
    kept = {mail: person["phone"] for mail, person in persons(shop).items()}
    assert all(phone.startswith("+1 555 0") for phone in kept.values() if phone), (start, kept)
    for row in shop.world.cscart.users().values():
        assert row["phone"].startswith("+1 555 0"), "nothing that a person typed is gone"
    in_zoho = [phone for phone in kept.values() if phone]
    assert len(in_zoho) >= (3 if call[0] == "PUT" else 1), kept
    shop.settle("customers")


# All settings


def other_products(shop: Shop, name: str) -> dict[str, Any]:
    """Another value of a setting of products."""
    told: dict[str, Any] = {
        "owners": {**ProductChoices().owners, "price": Owner.ZOHO},
        "taxes": {"6": "1"},
        "category_id": "1",
        "company_id": "1",
        "default_tax_id": "7",
        "unit": "box",
        "list_price_field": "",
        "short_description_field": "cf_short",
        "inventory_account_id": "1",
        "purchase_account_id": "1",
        "sales_account_id": "1",
    }
    return {name: told[name] if name in told else another(getattr(shop.product_choices, name), ProductChoices, name)}


def other_customers(shop: Shop, name: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "home": Home.BOTH,
        "placeholder_domain": "other.invalid",
        "triggers": ["workflow"],
        "maps": {Module.INVENTORY: {**ROWS, PHONE: FieldRow("b_phone")}},
    }
    return {name: told[name] if name in told else another(getattr(shop.customer_choices, name), CustomerChoices, name)}


def other_orders(shop: Shop, name: str) -> dict[str, Any]:
    item, usual = shop._item_id("LAMP"), OrderChoices()
    told: dict[str, Any] = {
        "currency": "USD",
        "time_zone": "Asia/Tokyo",
        "since": "2020-01-01",
        "sent_statuses": ["P"],
        "to_zoho": {**usual.to_zoho, "O": ""},
        "to_cscart": {**usual.to_cscart, "fulfilled": "P"},
        "draft_until_paid": ["F"],
        "tax_rules": [TaxRule(zoho_tax="1", store_tax="99")],
        "fallback_item_id": item,
        "shipping_item_id": item,
        "surcharge_item_id": item,
        "tolerance": "0.10",
        "guest_contact_id": next(iter(shop.world.zoho.contacts())),
        "payment_id": "2",
        "shipping_id": "1",
    }
    changed = {name: told[name] if name in told else another(getattr(shop.order_choices, name), OrderChoices, name)}
    return {**changed, "shipping_item_id": item} if name == "shipping_as" else changed


def another(value: Any, struct: type[msgspec.Struct], name: str) -> Any:
    """Any other value that the type of a setting allows."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value - 1 if value > 1 else value + 1
    if isinstance(value, Enum):
        return next(each for each in type(value) if each != value)
    return next(word for word in get_args(struct.__annotations__[name]) if word != value)


SAVE: dict[str, tuple[type[msgspec.Struct], Callable[..., dict[str, Any]], Callable[..., None]]] = {
    "products": (ProductChoices, other_products, save_choices),
    "customers": (CustomerChoices, other_customers, save_customer_choices),
    "orders": (OrderChoices, other_orders, save_order_choices),
}
SETTINGS = [(kind, field.name) for kind, (struct, *_) in SAVE.items() for field in msgspec.structs.fields(struct)]
#: One of each sort is tried at every change.
QUICK = [("products", "owners"), ("customers", "maps"), ("orders", "to_zoho"), ("orders", "tax_rules")]

#: It has a test of its own: it cannot be changed then.
PREFIX = ("orders", "prefix")


def saved(shop: Shop, kind: str, name: str) -> None:
    """A person saves another value of one setting."""
    _, other, save = SAVE[kind]
    column = {"products": "product_choices", "customers": "customer_choices", "orders": "order_choices"}[kind]
    changed = msgspec.structs.replace(getattr(shop, column), **other(shop, name))
    assert shop.store is not None
    store = Store.objects.get(pk=shop.store.pk)
    save(store, changed)
    setattr(shop, column, changed)
    shop.store.refresh_from_db()


def with_work(shop: Shop, kind: str) -> tuple[str, str]:
    """Both sides in sync, and three records that a run of this kind would write; the first call of those writes."""
    with_map(shop)
    shop.order_choices = OrderChoices(brake_percent=100)
    for n in range(3):
        shop.user(f"ann{n}@example.com", firstname=f"Ann {n}", phone=f"+1 555 010{n}")
    for sku in ("LAMP", "DESK", "SOFA"):
        shop.both(sku, 20)
    shop.sync()
    shop.hours(0.1)
    if kind == "products":
        for sku in ("LAMP", "DESK", "SOFA"):
            shop.world.cscart.edit_product(shop._product_id(sku), product=f"{sku} renamed")
        return "PUT", "/items/"
    if kind == "customers":
        for id in shop.world.cscart.users():
            shop.world.cscart.edit_user(id, firstname="Renamed")
        return "PUT", "/contacts/"
    for sku in ("LAMP", "DESK", "SOFA"):
        shop.order((sku, 1), status="O")
    return "POST", "/salesorders"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *QUICK,
        *(pytest.param(*each, marks=long) for each in SETTINGS if each not in QUICK and each != ("orders", "prefix")),
    ],
)
def test_no_setting_that_is_saved_during_a_run_leaves_it_writing_by_the_old_ones(
    shop: Shop, kind: str, name: str
) -> None:
    call = with_work(shop, kind)
    writes_then: list[int] = []
    shop.during(*call, lambda: (saved(shop, kind, name), writes_then.append(shop.writes())))  # type: ignore[func-returns-value]
    shop.sync(kind)
    assert shop.pauses == [(CHANGED, writes_then[0])], "nothing was written between the save and beginning anew"
    assert shop.runs[-1].state in ("done", "attention")
    shop.pauses.clear()
    shop.sync(kind)
    assert shop.pauses == []


def test_the_prefix_of_orders_cannot_be_changed_while_the_first_one_is_sent(shop: Shop) -> None:
    call = with_work(shop, "orders")
    refused: list[WrongSetting] = []

    def save() -> None:
        try:
            saved_prefix(shop)
        except WrongSetting as error:
            refused.append(error)

    shop.during(*call, save)
    shop.sync("orders")
    assert refused
    assert "The prefix cannot be changed any more" in refused[0].advice


def saved_prefix(shop: Shop) -> None:
    assert shop.store is not None
    save_order_choices(Store.objects.get(pk=shop.store.pk), msgspec.structs.replace(shop.order_choices, prefix="XX-"))


@pytest.mark.parametrize(
    ("kind", "other"), [("products", "customers"), ("customers", "products"), ("customers", "orders")]
)
def test_a_setting_that_a_run_does_not_depend_on_leaves_it_alone(shop: Shop, kind: str, other: str) -> None:
    call = with_work(shop, kind)
    shop.during(*call, lambda: saved(shop, other, "brake_minimum"))
    shop.sync(kind)
    assert shop.pauses == []


def test_the_same_values_saved_again_are_no_change(shop: Shop) -> None:
    call = with_work(shop, "products")
    shop.during(*call, lambda: save_choices(Store.objects.get(), shop.product_choices))
    shop.sync("products")
    assert shop.pauses == []


def test_an_order_that_was_being_sent_is_linked_and_not_sent_twice(shop: Shop) -> None:
    call = with_work(shop, "orders")
    shop.during(*call, lambda: saved(shop, "orders", "to_zoho"))
    shop.sync("orders")
    shop.settle("orders")
    assert shop.world.zoho.salesorder_count == len(
        {r["reference_number"] for r in shop.world.zoho.salesorders().values()}
    )


def test_a_write_whose_answer_was_lost_before_the_save_is_settled_without_the_old_map(shop: Shop) -> None:
    """The phone has arrived in Zoho under the old map; nobody knows it yet when the map is saved."""
    with_map(shop)
    shop.user("ann@example.com", firstname="Ann", phone="+1 555 0100")
    shop.sync("customers")
    (id,) = shop.world.cscart.users()
    shop.hours(0.1)
    shop.world.cscart.edit_user(id, phone="+1 555 0200")
    shop.lose_answer("PUT", "/contacts/")
    shop.sync("customers")
    remapped(shop)
    shop.sync("customers")
    shop.settle("customers")
    assert persons(shop)["ann@example.com"]["phone"] == "+1 555 0200"
    assert shop.world.cscart.users()[id]["phone"] == "+1 555 0200"


def test_a_run_that_was_cut_off_before_the_save_plans_anew_afterwards(shop: Shop) -> None:
    call = with_work(shop, "products")
    shop.unconnected += [call] * 100
    shop.sync("products")
    waiting = shop.runs[-1]
    shop.unconnected.clear()
    saved(shop, "products", "owners")
    Run.objects.filter(pk=waiting.pk).update(phase="applying", state="waiting")
    resumed = resume(Run.objects.get(pk=waiting.pk))
    assert resumed.state in ("done", "attention")
    assert resumed.choices_version != waiting.choices_version
