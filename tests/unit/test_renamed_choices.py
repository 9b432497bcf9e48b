"""What is known of a picklist's choices that administrators of Zoho CRM have renamed."""

from typing import Any

from cscart_zoho.mapping.field_map import crm_field, since_last_time
from cscart_zoho.mapping.fields import Module, ZohoField


def described(*options: tuple[str, str, str]) -> list[dict[str, Any]]:
    """A picklist with choices of these ids, as displayed and as made."""
    told = [{"id": id, "display_value": shown, "actual_value": made} for id, shown, made in options]
    return [{"api_name": "Level", "data_type": "picklist", "pick_list_values": told}]


def field_of(told: list[dict[str, Any]]) -> ZohoField:
    field = crm_field(Module.CONTACT, told[0])
    assert field is not None
    return field


def test_the_name_that_a_choice_was_made_with_stands_for_the_one_that_is_displayed() -> None:
    field = field_of(described(("1", "Gold plus", "Gold"), ("2", "Silver", "Silver")))
    assert field.choices == ("Gold plus", "Silver")
    assert field.renamed == {"gold": "Gold plus"}


def test_a_choice_is_known_by_its_id_where_both_of_its_names_change() -> None:
    first = described(("1", "Gold", "Gold"), ("2", "Silver", "Silver"))
    second = since_last_time(described(("1", "Gold plus", "Gold plus"), ("2", "Silver", "Silver")), first)
    third = since_last_time(described(("1", "Gold best", "Gold best"), ("2", "Silver", "Silver")), second)
    assert field_of(third).renamed == {"gold": "Gold best", "gold plus": "Gold best"}


def test_a_name_that_another_choice_has_now_is_that_choice() -> None:
    field = field_of(described(("1", "Silver", "Gold"), ("2", "Gold", "Silver")))
    assert field.choices == ("Silver", "Gold")
    assert field.renamed == {}


def test_none_is_no_choice() -> None:
    assert field_of(described(("0", "-None-", "-None-"), ("1", "Gold", "Gold"))).choices == ("Gold",)
