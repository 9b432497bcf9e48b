"""Settings as a form: every choice has an input, and bad values get a sentence."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.test import Client

from cscart_zoho.mapping.choices import DEFAULT_OWNERS, Owner, ProductChoices, StockOwner, choices_from_json
from cscart_zoho.panel.settings_page import ChoicesForm, as_initial
from cscart_zoho.store.models import AuditEntry, Store

Browse = Callable[[str], Client]
DEFAULTS = choices_from_json({})


def filled(**changes: Any) -> dict[str, Any]:
    """What a browser sends: unticked boxes are missing."""
    values = {**as_initial(DEFAULTS), **changes}
    return {name: "on" if value is True else value for name, value in values.items() if value is not False}


def test_every_choice_has_an_input() -> None:
    choices = {field.name for field in msgspec.structs.fields(ProductChoices)} - {"owners"}
    owners = {f"owner_{field}" for field in DEFAULT_OWNERS}
    form = ChoicesForm(DEFAULTS)
    assert set(form.fields) == choices | owners
    assert {field.name for _, _, fields in form.groups() for field in fields} == set(form.fields)


def test_saving_the_defaults_changes_nothing() -> None:
    form = ChoicesForm(DEFAULTS, filled())
    assert form.is_valid(), form.errors
    assert form.choices == DEFAULTS


def test_choices_are_saved_and_the_change_is_written_down(store: Store, browse: Browse) -> None:
    changes = {
        "owner_price": "zoho",
        "stock_owner": "zoho",
        "stock_buffer": "3",
        "taxes": "6 = 460001\n\n7=460002",
        "create_in_cscart": False,
    }
    answer = browse("admin").post("/settings/", filled(**changes))
    assert answer.status_code == 302
    store.refresh_from_db()
    saved = choices_from_json(store.product_choices)
    assert saved.owner("price") is Owner.ZOHO
    assert (saved.stock_owner, saved.stock_buffer) == (StockOwner.ZOHO, 3)
    assert saved.taxes == {"6": "460001", "7": "460002"}
    assert not saved.create_in_cscart
    assert AuditEntry.objects.filter(who="admin", what="settings changed").count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"stock_buffer": "-1"}, "greater than or equal to 0"),
        ({"brake_percent": "0"}, "greater than or equal to 1"),
        ({"default_tax_id": "VAT"}, "An ID is a number."),
        ({"weight_unit": "stone"}, "is not one of the available choices"),
        ({"taxes": "VAT = 460001"}, "is not of the form"),
        ({"brake_percent": "a lot"}, "Enter a whole number"),
        ({"taxes": "6: 460001"}, "is not of the form"),
        ({"taxes": "6 = 1\n6 = 2"}, "stands in two lines"),
        ({"owner_price": "password"}, "is not one of the available choices"),
    ],
)
def test_a_bad_value_is_refused_with_a_sentence(
    change: dict[str, str], sentence: str, store: Store, browse: Browse
) -> None:
    answer = browse("admin").post("/settings/", filled(**change))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    store.refresh_from_db()
    assert store.product_choices == {}


def test_a_field_that_is_no_choice_is_not_stored(store: Store, browse: Browse) -> None:
    browse("admin").post("/settings/", filled(owner___class__="zoho", user_group_ids="1"))
    store.refresh_from_db()
    assert "user_group_ids" not in store.product_choices
    assert set(store.product_choices["owners"]) == set(DEFAULT_OWNERS)


def test_stored_choices_that_cannot_be_read_are_told_and_can_be_replaced(store: Store, browse: Browse) -> None:
    Store.objects.update(product_choices={"owners": {"price": "everybody"}})
    assert "cannot be read" in browse("admin").get("/settings/").content.decode()
    browse("admin").post("/settings/", filled())
    store.refresh_from_db()
    assert choices_from_json(store.product_choices) == DEFAULTS


def test_before_there_is_a_store_the_page_leads_to_it(browse: Browse) -> None:
    assert 'href="/store/"' in browse("admin").get("/settings/").content.decode()
