"""How a value of one side looks on the other."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.choices import LongNames, Owner, ProductChoices
from cscart_zoho.mapping.product_map import AMOUNT_LIMIT, ProductMap
from cscart_zoho.records import GOODS, LONG_TEXTS, Side, Value, fingerprint
from tests.unit.products import choices

PLAIN = ProductMap(ProductChoices())
CUTTING = ProductMap(choices(long_names=LongNames.CUT))

sides = st.sampled_from(Side)
places = st.integers(0, 4)
amounts = st.decimals(allow_nan=False) | st.decimals(0, AMOUNT_LIMIT, places=5)
texts = st.text(st.characters(codec="utf-8"), max_size=300)


@st.composite
def maps(draw: st.DrawFn) -> ProductMap:
    long_names = draw(st.sampled_from(LongNames))
    return ProductMap(choices(long_names=long_names), cscart_places=draw(places), zoho_places=draw(places))


@st.composite
def fields_with_values(draw: st.DrawFn) -> tuple[str, Value]:
    """A value as an adapter may tell it, fit or unfit."""
    kinds: dict[str, st.SearchStrategy[Value]] = {
        "name": texts,
        "sku": texts,
        "full_description": texts,
        "status": st.sampled_from(["active", "inactive"]),
        "taxable": st.booleans(),
        "price": amounts,
        "list_price": amounts,
        "weight": amounts,
    }
    field = draw(st.sampled_from(sorted(kinds)))
    return field, draw(st.none() | kinds[field])


def projected(product_map: ProductMap, field: str, value: Value, target: Side) -> tuple[Value] | None:
    """The projection in a tuple, or None where the value is unfit."""
    try:
        return (product_map.project(field, value, target),)
    except Unfit:
        return None


@given(maps(), fields_with_values(), sides)
@example(ProductMap(ProductChoices(), cscart_places=0), ("price", AMOUNT_LIMIT), Side.CSCART)
@example(PLAIN, ("weight", Decimal("1E+40")), Side.ZOHO)
@example(CUTTING, ("name", "x" * 98 + "  y" * 100), Side.ZOHO)
def test_what_has_been_projected_once_stays_as_it_is(
    product_map: ProductMap, told: tuple[str, Value], target: Side
) -> None:
    field, value = told
    once = projected(product_map, field, value, target)
    if once is not None:
        assert projected(product_map, field, once[0], target) == once


@given(maps(), fields_with_values())
def test_a_value_agrees_with_itself_and_with_what_the_other_side_made_of_it(
    product_map: ProductMap, told: tuple[str, Value]
) -> None:
    field, value = told
    assert product_map.agree(field, value, value)
    there = projected(product_map, field, value, Side.ZOHO)
    assert there is None or product_map.agree(field, value, there[0])
    here = projected(product_map, field, value, Side.CSCART)
    assert here is None or product_map.agree(field, here[0], value)


@given(fields_with_values(), st.data(), places)
def test_where_both_sides_can_hold_the_same_it_does_not_matter_who_says_what(
    told: tuple[str, Value], data: st.DataObject, digits: int
) -> None:
    field, one = told
    product_map = ProductMap(ProductChoices(), cscart_places=digits, zoho_places=digits)
    other = data.draw(st.sampled_from([one, None, "", Decimal(0), True, "A", Decimal("1.004"), Decimal("1.0049")]))
    if any(isinstance(v, str) and len(v) > 64 for v in (one, other)):
        return
    assert product_map.agree(field, one, other) is product_map.agree(field, other, one)


@given(fields_with_values(), sides)
def test_nothing_unfit_passes(told: tuple[str, Value], target: Side) -> None:
    field, value = told
    passed = projected(PLAIN, field, value, target)
    if passed is None:
        return
    limit = {("name", Side.ZOHO): 100, ("name", Side.CSCART): 255, ("sku", Side.ZOHO): 100, ("sku", Side.CSCART): 64}
    if field in ("name", "sku") and isinstance(passed[0], str):
        assert len(passed[0]) <= limit[field, target]
    if isinstance(passed[0], Decimal):
        assert Decimal(0) <= passed[0] <= AMOUNT_LIMIT
    if field == "price":
        assert passed[0] is not None
    if field == "name":
        assert passed[0]


@pytest.mark.parametrize(
    ("amount", "digits", "becomes"),
    [("12.50000000", 2, "12.50"), ("12.5", 3, "12.500"), ("13.00", 0, "13"), ("0", 2, "0.00")],
)
def test_a_price_is_sent_with_the_digits_of_the_target(amount: str, digits: int, becomes: str) -> None:
    product_map = ProductMap(ProductChoices(), zoho_places=digits)
    assert str(product_map.project("price", Decimal(amount), Side.ZOHO)) == becomes


@pytest.mark.parametrize(
    ("amount", "digits", "becomes", "advice"),
    [
        ("0.0012", 2, "0.00", "with 2 decimals at most"),
        ("1.005", 2, "1.01", "with 2 decimals at most"),
        ("0.50", 0, "1", "without decimals"),
        ("0.55", 1, "0.6", "with one decimal at most"),
    ],
)
@pytest.mark.parametrize("field", ["price", "list_price"])
@pytest.mark.parametrize("target", list(Side))
def test_a_price_that_does_not_survive_the_digits_of_the_target_is_never_rounded(
    field: str, target: Side, amount: str, digits: int, becomes: str, advice: str
) -> None:
    product_map = ProductMap(ProductChoices(), cscart_places=digits, zoho_places=digits)
    with pytest.raises(Unfit) as caught:
        product_map.project(field, Decimal(amount), target)
    what, where = field.replace("_", " "), {Side.CSCART: "the store", Side.ZOHO: "Zoho"}[target]
    assert str(caught.value) == f"Its {what} {amount} would be {becomes} in {where}."
    assert caught.value.advice == f"Give it a price {advice}."


def test_a_price_that_was_rounded_before_is_no_difference_but_trouble() -> None:
    product_map = ProductMap(ProductChoices(), cscart_places=2, zoho_places=4)
    assert product_map.agree("price", Decimal("1.01"), Decimal("1.0055"))
    assert not product_map.agree("price", Decimal("1.02"), Decimal("1.0055"))
    told = product_map.trouble({"price": Decimal("1.01")}, {"price": Decimal("1.0055")})
    assert told.startswith("Its price 1.0055 would be 1.01 in the store.")
    assert product_map.trouble({"price": Decimal("1.01")}, {"price": Decimal("1.0100")}) == ""
    assert product_map.trouble({"price": Decimal("1.02")}, {"price": Decimal("1.01")}) == ""


@pytest.mark.parametrize("field", ["price", "list_price", "weight"])
@pytest.mark.parametrize("value", [Decimal(-5), Decimal("1E+12"), Decimal("NaN"), Decimal("Infinity"), "1,50", 3, True])
def test_a_number_that_a_side_would_damage_is_never_sent(field: str, value: Value) -> None:
    for target in Side:
        with pytest.raises(Unfit) as caught:
            PLAIN.project(field, value, target)
        assert caught.value.field == field


@pytest.mark.parametrize(("field", "empty"), [("name", None), ("name", ""), ("name", " \n "), ("price", None)])
def test_a_name_or_a_price_is_never_taken_away(field: str, empty: Value) -> None:
    with pytest.raises(Unfit, match=f"no {field}"):
        PLAIN.project(field, empty, Side.CSCART)


@pytest.mark.parametrize("field", ["list_price", "weight", "tax", "full_description", "sku"])
def test_other_values_may_be_taken_away(field: str) -> None:
    assert PLAIN.project(field, None, Side.ZOHO) is None


@pytest.mark.parametrize(("target", "limit"), [(Side.ZOHO, 100), (Side.CSCART, 255)])
def test_a_name_that_is_too_long_is_held_unless_the_merchant_wants_it_cut(target: Side, limit: int) -> None:
    assert PLAIN.project("name", "n" * limit, target) == "n" * limit
    with pytest.raises(Unfit, match=f"{limit + 1} characters; {target.title} takes {limit}") as caught:
        PLAIN.project("name", "n" * (limit + 1), target)
    assert "Shorten" in caught.value.advice
    cut = CUTTING.project("name", "n" * (limit + 1), target)
    assert cut == "n" * (limit - 1) + "…"
    at_a_blank = CUTTING.project("name", "n" * (limit - 2) + " and more", target)
    assert at_a_blank == "n" * (limit - 2) + "…"


def test_white_space_in_a_name_is_one_blank() -> None:
    assert PLAIN.project("name", "  Blue \n\t lamp ", Side.ZOHO) == "Blue lamp"
    assert PLAIN.agree("name", "Blue  lamp", "Blue lamp")
    assert not PLAIN.agree("name", "Blue lamp", "blue lamp")


@pytest.mark.parametrize(("target", "limit"), [(Side.ZOHO, 100), (Side.CSCART, 64)])
def test_a_sku_is_never_cut(target: Side, limit: int) -> None:
    assert CUTTING.project("sku", "s" * limit, target) == "s" * limit
    with pytest.raises(Unfit, match="would cut it"):
        CUTTING.project("sku", "s" * (limit + 1), target)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("", None, True),
        (None, Decimal("0.00"), True),
        ("", Decimal(0), True),
        (Decimal("1.50"), Decimal("1.5"), True),
        (Decimal("0.01"), None, False),
        (None, Decimal("0.01"), False),
    ],
)
def test_both_sides_have_more_than_one_way_to_say_nothing(one: Value, other: Value, same: bool) -> None:
    assert PLAIN.agree("list_price", one, other) is same


def test_no_is_not_nothing() -> None:
    assert not PLAIN.agree("taxable", False, None)
    assert not PLAIN.agree("taxable", False, True)


@pytest.mark.parametrize("field", sorted(LONG_TEXTS))
def test_a_long_text_agrees_with_its_fingerprint_and_with_nothing_else(field: str) -> None:
    text = "Bright. " * 40
    assert PLAIN.agree(field, text, fingerprint(text))
    assert PLAIN.agree(field, fingerprint(text), text)
    assert not PLAIN.agree(field, text, fingerprint(text + "."))
    assert not PLAIN.agree(field, text, "")


# Taxes

TAXED = ProductMap(choices(taxes={"6": "Z-STD", "7": "Z-LOW", "8": "Z-STD"}))


def test_a_tax_becomes_its_partner() -> None:
    assert TAXED.project("tax", "7", Side.ZOHO) == "Z-LOW"
    assert TAXED.project("tax", "Z-LOW", Side.CSCART) == "7"


def test_several_store_taxes_may_have_one_partner() -> None:
    assert TAXED.agree("tax", "6", "Z-STD")
    assert TAXED.agree("tax", "8", "Z-STD")
    assert not TAXED.agree("tax", "7", "Z-STD")
    assert TAXED.project("tax", "Z-STD", Side.CSCART) == "6"


@pytest.mark.parametrize(("tax", "target"), [("99", Side.ZOHO), ("Z-99", Side.CSCART)])
def test_a_tax_without_a_partner_is_never_guessed(tax: str, target: Side) -> None:
    with pytest.raises(Unfit, match=f"{tax} has no partner in {target.title}") as caught:
        TAXED.project("tax", tax, target)
    assert "Settings" in caught.value.advice


@pytest.mark.parametrize("target", Side)
def test_no_tax_is_no_tax_on_both_sides(target: Side) -> None:
    assert TAXED.project("tax", "", target) == ""
    assert TAXED.agree("tax", "", None)


def test_taxes_are_nobodys_until_one_is_mapped() -> None:
    assert PLAIN.owner("tax") is Owner.NOBODY
    assert TAXED.owner("tax") is Owner.CSCART


def test_synced_fields_are_those_with_an_owner_in_reading_order() -> None:
    assert PLAIN.synced_fields() == (
        "sku",
        "name",
        "price",
        "list_price",
        "status",
        "full_description",
        "taxable",
        "weight",
    )
    few = ProductMap(choices(owners={"name": Owner.NOBODY, "weight": Owner.NOBODY}, list_price_field=""))
    assert few.synced_fields() == ("sku", "price", "status", "full_description", "taxable")


# Making a record

LAMP: dict[str, Value] = {
    "sku": "L-1",
    "name": " Blue  lamp ",
    "price": Decimal("12.500"),
    "list_price": None,
    "status": "active",
    "stock": 7,
    "short_description": "Blue.",
    "kind": GOODS,
    "tracked": True,
    "unit": "pcs",
    "colour": "blue",
}


def test_a_new_record_is_made_of_everything_the_target_has_a_place_for() -> None:
    assert PLAIN.for_creation("1", LAMP, Side.ZOHO) == {
        "sku": "L-1",
        "name": "Blue lamp",
        "price": Decimal("12.50"),
        "status": "active",
        "kind": GOODS,
        "tracked": True,
        "unit": "pcs",
    }


def test_a_new_record_is_made_of_fields_that_nobody_owns_later_too() -> None:
    nobody = ProductMap(choices(owners={"price": Owner.NOBODY, "status": Owner.ZOHO}))
    assert nobody.for_creation("1", LAMP, Side.ZOHO)["price"] == Decimal("12.50")
    assert nobody.for_creation("1", LAMP, Side.ZOHO)["status"] == "active"


@pytest.mark.parametrize(
    ("field", "setting"), [("short_description", "short_description_field"), ("list_price", "list_price_field")]
)
def test_a_field_has_a_place_when_the_merchant_names_one(field: str, setting: str) -> None:
    values = {**LAMP, "list_price": Decimal(20)}
    assert field in ProductMap(choices(**{setting: "cf_ours"})).for_creation("1", values, Side.ZOHO)
    assert field not in ProductMap(choices(**{setting: ""})).for_creation("1", values, Side.ZOHO)


@pytest.mark.parametrize(("tax", "made"), [("7", "Z-LOW"), ("99", None), ("", ""), (None, None)])
def test_a_record_is_made_without_a_tax_that_has_no_partner(tax: Value, made: Value) -> None:
    assert TAXED.for_creation("1", {**LAMP, "tax": tax}, Side.ZOHO).get("tax") == made


@pytest.mark.parametrize(
    ("field", "value"), [("price", Decimal(-1)), ("name", ""), ("name", None), ("sku", "s" * 101), ("weight", "heavy")]
)
def test_a_record_with_an_unfit_value_is_not_made(field: str, value: Value) -> None:
    with pytest.raises(Unfit) as caught:
        PLAIN.for_creation("1", {**LAMP, field: value}, Side.ZOHO)
    assert caught.value.field == field


def test_a_record_without_a_name_is_not_made() -> None:
    nameless = {name: value for name, value in LAMP.items() if name != "name"}
    with pytest.raises(Unfit, match="The product has no name"):
        PLAIN.for_creation("1", nameless, Side.ZOHO)
