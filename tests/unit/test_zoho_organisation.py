"""What is asked of an organisation when Zoho is connected."""

from typing import Any, cast

from cscart_zoho.http import Answer, Wire
from cscart_zoho.zoho.organisation import capabilities
from tests.unit.scripted import answer

ROOT = "/inventory/v1"
GROUP = "460000000000200"
#: Of an answer of Zoho Books that a public client wrote down: the keys that are read, and some others.
SEEN = {
    "is_project_enabled": False,
    "discount_type": "entity_level",
    "is_discount_before_tax": False,
    "is_tax_on_shipping_enabled": False,
    "is_sales_inclusive_tax_enabled": False,
    "sales_tax_type": "inclusive",
    "is_purchase_approval_enabled": False,
    "is_sales_approval_enabled": False,
    "transaction_rounding_type": "no_rounding",
    "is_total_truncate_enabled": False,
    "tax_rounding_type": "item_level",
}


class ByPath:
    """Answers by address; what is not named is refused."""

    def __init__(self, **told: Any) -> None:
        self.told = {f"{ROOT}/{path.replace('__', '/')}": body for path, body in told.items()}
        self.asked: list[str] = []

    def get(self, path: str, params: object = ()) -> Answer:
        self.asked.append(path.removeprefix(f"{ROOT}/"))
        if path not in self.told:
            return answer({"code": 5, "message": "Invalid URL Passed"}, 404)
        return answer({"code": 0, "message": "success", **self.told[path]})


def found(row: dict[str, Any] | None = None, **told: Any) -> tuple[dict[str, Any], ByPath]:
    wire = ByPath(**told)
    return capabilities(row or {}, cast("Wire", wire)), wire


def test_what_zoho_refuses_to_tell_stays_empty() -> None:
    told, wire = found()
    empty = {name: told[name] for name in ("taxes", "tax_groups", "tax_rounding", "currencies", "locations")}
    assert empty == {"taxes": [], "tax_groups": {}, "tax_rounding": "", "currencies": [], "locations": []}
    settings = ["settings/currencies", "settings/preferences", "settings/taxes", "settings/warehouses"]
    assert sorted(wire.asked) == ["locations", "salesorders", *settings]


def test_a_group_of_taxes_is_one_of_them_and_its_taxes_are_told() -> None:
    taxes = [
        {"tax_id": "1", "tax_name": "VAT", "tax_percentage": 7.5, "tax_type": "tax"},
        {"tax_id": GROUP, "tax_name": "GST & QST", "tax_percentage": 14.975, "tax_type": "tax_group"},
        {"tax_id": "3", "tax_name": "Silent", "tax_percentage": 3, "tax_type": "tax_group"},
    ]
    parts = {"tax_group": {"taxes": [{"tax_id": "4", "tax_name": "GST", "tax_percentage": 5}]}}
    told, _ = found(settings__taxes={"taxes": taxes}, **{f"settings__taxgroups__{GROUP}": parts})
    assert told["taxes"] == [
        {"id": "1", "name": "VAT", "percentage": "7.5"},
        {"id": GROUP, "name": "GST & QST", "percentage": "14.975"},
        {"id": "3", "name": "Silent", "percentage": "3"},
    ]
    assert told["tax_groups"] == {GROUP: [{"id": "4", "name": "GST", "percentage": "5"}], "3": []}


def test_what_tells_taxes_of_one_percent_apart_is_told_where_zoho_tells_it() -> None:
    row = {"tax_id": "1", "tax_name": "T", "tax_percentage": 9}
    rows = [
        row | {"tax_type": "compound_tax", "tax_specific_type": "", "country_code": ""},
        row | {"tax_type": "tax", "tax_specific_type": "cgst"},
        row | {"tax_type": "tax", "country_code": "DE"},
    ]
    told, _ = found(settings__taxes={"taxes": rows})
    plain = {"id": "1", "name": "T", "percentage": "9"}
    assert told["taxes"] == [plain | more for more in ({"type": "compound_tax"}, {"kind": "cgst"}, {"country": "DE"})]


def test_currencies_are_told_with_their_digits() -> None:
    rows = [{"currency_code": "JPY", "price_precision": 0}, {"currency_code": "KWD", "price_precision": 3}]
    told, _ = found(settings__currencies={"currencies": rows})
    assert told["currencies"] == [{"code": "JPY", "price_precision": 0}, {"code": "KWD", "price_precision": 3}]


def test_how_taxes_are_rounded_is_told_in_one_of_three_places() -> None:
    rounding = {"transaction_rounding_type": "no_rounding"}
    told, wire = found({"tax_rounding": "item_level"}, settings__preferences={"preferences": rounding})
    assert told["tax_rounding"] == "item_level"
    assert "salesorders" not in wire.asked

    told, wire = found(settings__preferences={"preferences": {"tax_rounding_type": "item_level", **rounding}})
    assert told["tax_rounding"] == "item_level"
    assert "salesorders" not in wire.asked

    order = {"salesorders": {"salesorders": [{"salesorder_id": "7"}]}, "salesorders__7": {"salesorder": {}}}
    assert found(**order)[0]["tax_rounding"] == ""
    order["salesorders__7"] = {"salesorder": {"tax_rounding": "entity_level"}}
    assert found(settings__preferences={"preferences": []}, **order)[0]["tax_rounding"] == "entity_level"


def test_a_rounding_that_nobody_knows_is_none() -> None:
    preferences = {"preferences": {"tax_rounding_type": "default"}}
    assert found(settings__preferences=preferences, salesorders={"salesorders": []})[0]["tax_rounding"] == ""


def test_preferences_have_our_names_and_what_nobody_tells_is_unknown() -> None:
    told, _ = found({"price_precision": 3}, settings__preferences={"preferences": SEEN})
    assert told["preferences"] == {
        "round_total": "",
        "rate_places": 3,
        "shipping_taxed": False,
        "discount_level": "entity_level",
        "discount_before_tax": False,
        "inclusive": True,
        "adjustment_approval": None,
        "salesorder_approval": False,
        "duplicate_item_names": None,
        "duplicate_contact_names": None,
        "number_per_location": None,
    }
    assert set(found()[0]["preferences"].values()) == {None}


def test_an_order_tells_how_totals_are_rounded_where_the_settings_do_not() -> None:
    order = {"transaction_rounding_type": "round_to_nearest_whole_number"}
    told, _ = found(salesorders={"salesorders": [{"salesorder_id": "7"}]}, salesorders__7={"salesorder": order})
    assert told["preferences"]["round_total"] == "whole"
    unknown = {"preferences": {"transaction_rounding_type": "another_way"}}
    assert found(settings__preferences=unknown)[0]["preferences"]["round_total"] == "another_way"


LOCATIONS = [
    {"location_id": "1", "location_name": "Old shop", "status": "inactive", "is_primary": False},
    {"location_id": "2", "location_name": "Store house", "status": "active", "is_primary": False},
    {"location_id": "3", "location_name": "Main shop", "status": "active", "is_primary": True},
]


def test_locations_are_the_active_ones_and_the_primary_one_is_first() -> None:
    wanted = [
        {"id": "3", "name": "Main shop", "primary": True, "kind": "location"},
        {"id": "2", "name": "Store house", "primary": False, "kind": "location"},
    ]
    assert found(locations={"locations": LOCATIONS})[0]["locations"] == wanted
    renamed = [{**row, "is_primary_location": row["is_primary"], "is_primary": None} for row in LOCATIONS]
    assert found(locations={"locations": renamed})[0]["locations"] == wanted


def test_older_organisations_call_locations_warehouses() -> None:
    rows = [{"warehouse_id": "9", "warehouse_name": "Depot", "status": "active", "is_primary": True}]
    told, _ = found(settings__warehouses={"warehouses": rows})
    assert told["locations"] == [{"id": "9", "name": "Depot", "primary": True, "kind": "warehouse"}]


def test_what_zoho_refuses_to_tell_again_stays_as_it_was_known() -> None:
    known = {
        "taxes": [{"id": "1", "name": "VAT", "percentage": "7.5"}],
        "tax_groups": {"1": []},
        "tax_rounding": "item_level",
        "currencies": [{"code": "JPY", "price_precision": 0}],
        "locations": [{"id": "9", "name": "Depot", "primary": True}],
    }
    told = capabilities({}, cast("Wire", ByPath()), known)
    assert {name: told[name] for name in known} == known


def test_a_group_that_stands_as_it_stood_is_not_asked_for_again() -> None:
    row = {"tax_id": GROUP, "tax_name": "GST", "tax_percentage": 5, "tax_type": "tax_group"}
    parts = [{"id": "4", "name": "CGST", "percentage": "5"}]
    known = {"taxes": [{"id": GROUP, "name": "GST", "percentage": "5"}], "tax_groups": {GROUP: parts}}
    wire = ByPath(settings__taxes={"taxes": [row]})
    assert capabilities({}, cast("Wire", wire), known)["tax_groups"] == {GROUP: parts}
    assert f"settings/taxgroups/{GROUP}" not in wire.asked
    wire = ByPath(settings__taxes={"taxes": [{**row, "tax_percentage": 6}]})
    capabilities({}, cast("Wire", wire), known)
    assert f"settings/taxgroups/{GROUP}" in wire.asked
