"""What is asked of an organisation when Zoho is connected."""

from typing import Any, cast

from cscart_zoho.http import Answer, Wire
from cscart_zoho.zoho.organisation import capabilities
from tests.unit.scripted import answer

ROOT = "/inventory/v1"
GROUP = "460000000000200"


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
    asked = ["locations", "salesorders", "settings/currencies", "settings/preferences", "settings/taxes"]
    assert sorted(wire.asked) == asked


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


def test_currencies_are_told_with_their_digits() -> None:
    rows = [{"currency_code": "JPY", "price_precision": 0}, {"currency_code": "KWD", "price_precision": 3}]
    told, _ = found(settings__currencies={"currencies": rows})
    assert told["currencies"] == [{"code": "JPY", "price_precision": 0}, {"code": "KWD", "price_precision": 3}]


def test_how_taxes_are_rounded_is_told_in_one_of_three_places() -> None:
    told, wire = found({"tax_rounding": "item_level"})
    assert told["tax_rounding"] == "item_level"
    assert not {"settings/preferences", "salesorders"} & set(wire.asked)

    told, wire = found(settings__preferences={"preferences": {"tax_rounding_type": "item_level"}})
    assert told["tax_rounding"] == "item_level"
    assert "salesorders" not in wire.asked

    order = {"salesorders": {"salesorders": [{"salesorder_id": "7"}]}, "salesorders__7": {"salesorder": {}}}
    assert found(**order)[0]["tax_rounding"] == ""
    order["salesorders__7"] = {"salesorder": {"tax_rounding": "entity_level"}}
    assert found(settings__preferences={"preferences": []}, **order)[0]["tax_rounding"] == "entity_level"


def test_a_rounding_that_nobody_knows_is_none() -> None:
    preferences = {"preferences": {"tax_rounding_type": "default"}}
    assert found(settings__preferences=preferences, salesorders={"salesorders": []})[0]["tax_rounding"] == ""
