"""The mapping of customer fields: the catalogue, the canonical forms, what each side can hold."""

import csv
import html
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cscart_zoho.errors import Unfit, WrongSetting
from cscart_zoho.mapping import days, forms, names, places
from cscart_zoho.mapping.choices import Owner
from cscart_zoho.mapping.columns import columns
from cscart_zoho.mapping.customer_choices import CustomerChoices, customer_choices_from_json
from cscart_zoho.mapping.customer_map import CustomerMap
from cscart_zoho.mapping.field_map import FieldMap, crm_field, defaults, problems
from cscart_zoho.mapping.fields import Column, FieldRow, FieldType, Mode, Module, Section, ZohoField
from cscart_zoho.mapping.inventory_fields import INVENTORY_FIELDS, custom_field
from cscart_zoho.mapping.map_file import from_file, to_file
from cscart_zoho.mapping.placeholder import is_placeholder, placeholder
from cscart_zoho.records import Direction, Side, Value
from cscart_zoho.zoho.contact_mapper import ContactMapper

COLUMNS = columns([{"field_id": "41", "name": "VAT <b>number</b>", "type": "I", "values": {}}])
DEFAULTS = defaults(Module.INVENTORY, INVENTORY_FIELDS, COLUMNS)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


def inventory(**rows: FieldRow) -> FieldMap:
    return FieldMap(Module.INVENTORY, rows, INVENTORY_FIELDS, COLUMNS)


# The catalogue


def test_there_are_108_standard_contact_fields_as_described(shared: Path) -> None:
    with (shared / "specs/zoho-inventory/contact-fields.tsv").open(encoding="utf-8") as file:
        described = {row["name"].replace("[]", ""): row for row in csv.DictReader(file, delimiter="\t")}
    assert len(described) == len(INVENTORY_FIELDS) == 108
    assert described.keys() == INVENTORY_FIELDS.keys()
    for name, field in INVENTORY_FIELDS.items():
        assert field.writable == (described[name]["writable"] == "yes"), name
        assert field.limit == (int(described[name]["max_length"]) if described[name]["max_length"] else None), name


def test_a_field_that_cannot_be_mapped_or_written_says_why() -> None:
    for field in INVENTORY_FIELDS.values():
        if field.type is FieldType.REFERENCE or not field.writable:
            assert field.note, field.name


@pytest.mark.parametrize("module", [Module.INVENTORY])
def test_the_default_map_can_be_used(module: Module) -> None:
    assert problems(module, DEFAULTS, INVENTORY_FIELDS, COLUMNS) == []
    assert len(DEFAULTS) > 15


#: What a value of each type may look like, for a trip to Zoho and back.
SAMPLES: dict[FieldType, Value] = {
    FieldType.TEXT: "Sample text",
    FieldType.LONG_TEXT: "Two\nlines",
    FieldType.EMAIL: "sample@example.com",
    FieldType.PHONE: "+1 555 0100",
    FieldType.COUNTRY: "DE",
    FieldType.STATE: "US-NY",
    FieldType.YES_NO: True,
    FieldType.NUMBER: Decimal("1.5"),
    FieldType.WHOLE: 7,
}


@pytest.mark.parametrize(
    "name", [n for n, f in INVENTORY_FIELDS.items() if f.writable and f.type is not FieldType.REFERENCE]
)
def test_every_writable_field_survives_the_trip_to_zoho_and_back(name: str) -> None:
    field = INVENTORY_FIELDS[name]
    column = Column("fields.41", "Sample", Section.CUSTOM, field.type, 255)
    used = FieldMap(Module.INVENTORY, {name: FieldRow("fields.41")}, INVENTORY_FIELDS, {"fields.41": column})
    mapper = ContactMapper(used)
    sample = str(SAMPLES[field.type])[: field.limit] if field.limit and field.limit < 20 else SAMPLES[field.type]

    body = mapper.body({name: sample})
    if "address" in name:
        group = name.split(".")[0]
        body[group].setdefault("country", "United States")
    record = mapper.record({"contact_id": "1", **body}, listed=False)

    assert record.values[name] == sample


# Canonical forms


def there_and_back(value: Value, column: Column) -> Value:
    """What the store tells after a value has gone from Zoho to it, as the purifier of its custom fields leaves it."""
    kept = forms.to_cscart(value, column)
    shown = html.escape(kept, quote=False) if isinstance(kept, str) and column.section is Section.CUSTOM else kept
    return forms.from_cscart(shown, column, {})


def over_zoho(value: Value, field: ZohoField) -> Value:
    """What Zoho tells after a value has gone from the store to it."""
    return forms.from_zoho(forms.to_zoho(value, field, field.type), field.type)


@given(TEXTS)
def test_text_has_one_form(text: str) -> None:
    once = forms.from_zoho(text, FieldType.TEXT)
    assert forms.from_zoho(once, FieldType.TEXT) == once


@given(TEXTS)
def test_text_survives_both_sides(text: str) -> None:
    value = forms.from_zoho(text, FieldType.TEXT)
    field, column = ZohoField(Module.CONTACT, "Title", "Title", FieldType.TEXT), COLUMNS["company"]
    assert over_zoho(value, field) == value
    if all(ord(sign) < 0x10000 for sign in str(value)):  # others the store would damage, and they are not sent
        assert there_and_back(value, column) == value


@given(st.from_regex(r"(\+|00)?[1-9][0-9 ()./-]{3,20}[0-9](x[0-9]{1,4})?", fullmatch=True))
def test_a_phone_number_survives_both_sides(number: str) -> None:
    field, column = INVENTORY_FIELDS["contact_persons.phone"], COLUMNS["phone"]
    value = forms.from_cscart(number, column, {})
    assert str(value).split() == number.split()  # only the space around and between is tidied
    assert over_zoho(value, field) == value
    assert there_and_back(value, column) == value


@given(st.text("0123456789+ ", min_size=51, max_size=90).map(str.split).map(" ".join))
def test_a_phone_number_that_zoho_would_not_take_is_not_sent(number: str) -> None:
    field = INVENTORY_FIELDS["contact_persons.phone"]
    if len(number) > 50:
        with pytest.raises(Unfit, match="Zoho takes 50"):
            forms.to_zoho(number, field, FieldType.PHONE)


@given(st.sampled_from([country.alpha_2 for country in pycountry.countries]))
def test_every_country_survives_both_sides(code: str) -> None:
    field, column = INVENTORY_FIELDS["billing_address.country"], COLUMNS["b_country"]
    assert over_zoho(code, field) == code
    assert there_and_back(code, column) == code


@given(st.sampled_from([state.code for state in pycountry.subdivisions]))
def test_every_state_survives_both_sides(state: str) -> None:
    country = places.state_country(state)
    field, column = INVENTORY_FIELDS["billing_address.state"], COLUMNS["b_state"]
    written = forms.to_zoho(state, field, FieldType.STATE)
    assert forms.from_zoho(written, FieldType.STATE, places.country_name(country)) == state
    assert forms.from_cscart(forms.to_cscart(state, column), column, {"b_country": country}) == state


@pytest.mark.parametrize(
    "told", ["Germany", "DE", "deu", "Deutschland", "USA", "U.S.A", "United States", "U.K.", "Congo", "Atlantis", ""]
)
def test_a_country_has_one_form(told: str) -> None:
    code = places.country_code(told)
    assert places.country_code(code) == code
    assert places.country_code(places.country_name(code)) == code


def test_a_country_as_each_side_writes_it_is_the_same_country() -> None:
    assert {places.country_code(told) for told in ("US", "usa", "U.S.A", "United States")} == {"US"}


@pytest.mark.parametrize(
    "place", [("US", "New York"), ("US", "ny"), ("DE", "Bayern"), ("BD", "Dhaka"), ("GB", "Nowhere"), ("", "NY")]
)
def test_a_state_has_one_form_and_both_sides_write_their_own(place: tuple[str, str]) -> None:
    country, told = place
    state = places.state_code(country, told)
    assert places.state_code(country, state) == state
    assert places.state_code(country, places.state_name(state)) == state
    assert places.state_code(country, places.state_short(state)) == state


def test_two_states_of_one_name_are_told_apart() -> None:
    assert places.state_name("BD-13") == "Dhaka (13)"
    assert places.state_code("BD", "Dhaka (C)") == "BD-C"


@given(st.dates(date(1901, 12, 15), date(2038, 1, 18)))
def test_a_birthday_survives_both_sides(day: date) -> None:
    field, column = ZohoField(Module.CONTACT, "Date_of_Birth", "Born", FieldType.DATE), COLUMNS["birthday"]
    assert over_zoho(day.isoformat(), field) == day.isoformat()
    assert there_and_back(day.isoformat(), column) == day.isoformat()


@given(st.dates(date(1901, 12, 15), date(2038, 1, 18)), st.sampled_from(sorted(available_timezones())))
def test_a_day_of_the_store_is_the_same_in_every_time_zone(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    try:
        seconds = days.seconds_of(day.isoformat(), zone)
    except Unfit:
        following = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).timestamp()
        assert datetime.fromtimestamp(following - 1, zone).date() != day, "no second of this day was there"
        return
    assert seconds != 0
    assert days.day_of(seconds, zone) == day.isoformat()
    offset = datetime.combine(day, datetime.min.time(), zone).utcoffset()
    assert offset is not None
    if timedelta(hours=-10) <= offset <= timedelta(hours=13):  # and where nobody knows the zone
        assert days.day_of(seconds, None) == day.isoformat()
        assert days.day_of(days.seconds_of(day.isoformat(), None), zone) == day.isoformat()


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<"), max_size=20), max_size=4)
)
def test_html_of_the_store_is_text_in_zoho_and_stays_it(lines: list[str]) -> None:
    """What the purifier of a custom profile field makes of text is read as the text that was typed."""
    column = Column("fields.42", "Notes", Section.CUSTOM, FieldType.LONG_TEXT, None)
    typed = "\n".join(lines)
    written = html.escape(html.unescape(typed), quote=False)
    value = forms.from_cscart(written, column, {})
    assert value == forms.from_cscart(html.escape(str(value), quote=False), column, {})
    assert over_zoho(value, INVENTORY_FIELDS["notes"]) == value


@given(st.booleans())
def test_yes_and_no_survive_both_sides(value: bool) -> None:
    column = COLUMNS["tax_exempt"]
    assert forms.from_cscart(forms.to_cscart(value, column), column, {}) is value
    field = ZohoField(Module.CONTACT, "Opt_Out", "Opt out", FieldType.YES_NO)
    assert forms.from_zoho(forms.to_zoho(value, field, FieldType.YES_NO), FieldType.YES_NO) is value


@given(TEXTS)
def test_a_name_for_the_store_has_only_what_the_store_takes(name: str) -> None:
    kept = names.for_store(name)
    assert names.for_store(kept) == kept
    assert all(sign in " '-" or sign.isalnum() or not sign.isascii() for sign in kept)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Dr. Anna", "Dr Anna"),
        ("A & B", "A B"),
        ("O’Neil", "O'Neil"),
        ("Ünlü–Example", "Ünlü-Example"),
        ("😀 Jo", "Jo"),
    ],
)
def test_names_are_taken_down_by_rule(typed: str, kept: str) -> None:
    assert names.for_store(typed) == kept


def test_html_of_a_profile_field_is_read_as_text() -> None:
    column = COLUMNS["fields.41"]
    assert forms.from_cscart("Fish &amp; <b>Chips</b>", column, {}) == "Fish & Chips"


@pytest.mark.parametrize(
    ("value", "column"),
    [
        ("Atlantis", "b_country"),
        ("not an address", "email"),
        ("x" * 65, "b_city"),
        ("😀", "company"),
        ("tomorrow", "birthday"),
        ("perhaps", "tax_exempt"),
    ],
)
def test_what_the_store_would_damage_is_not_sent(value: str, column: str) -> None:
    with pytest.raises(Unfit):
        forms.to_cscart(value, COLUMNS[column])


def test_a_value_that_is_not_among_the_choices_is_not_sent() -> None:
    field = ZohoField(Module.CONTACT, "Lead_Source", "Lead source", FieldType.CHOICE, choices=("Web", "Shop"))
    assert forms.to_zoho("Web", field, FieldType.TEXT) == "Web"
    with pytest.raises(Unfit, match="not among the choices"):
        forms.to_zoho("Wbe", field, FieldType.TEXT)


LEVEL = columns([{"field_id": 5, "name": "Level", "type": "S", "values": {"51": "Gold", "52": "Silver", "53": "52"}}])


@pytest.mark.parametrize(
    ("kept", "read"), [("51", "Gold"), ("52", "Silver"), ("53", "52"), ("gold", "Gold"), ("9", "9")]
)
def test_a_choice_is_read_by_its_id_and_written_by_its_text(kept: str, read: str) -> None:
    column = LEVEL["fields.5"]
    assert forms.from_cscart(kept, column, {}) == read
    if kept in column.ids:
        assert forms.to_cscart(read, column) == kept
    elif read not in column.choices:
        with pytest.raises(Unfit, match='"9" is not among the choices'):
            forms.to_cscart(read, column)


# The map


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"no_such": FieldRow("company")}, "has no field"),
        ({"website": FieldRow("password")}, "has no column"),
        ({"currency_id": FieldRow("company")}, "cannot be mapped"),
        ({"first_name": FieldRow("firstname")}, "does not let"),
        ({"contact_name": FieldRow("fullname")}, "cannot be written in CS-Cart"),
        ({"website": FieldRow("url"), "facebook": FieldRow("url")}, "would both be written"),
        ({}, "must be mapped"),
        ({"contact_persons.email": FieldRow("company")}, "customers are paired by it"),
        ({"website": FieldRow("url", owner=Owner.NOBODY)}, "needs an owner"),
    ],
)
def test_a_map_that_cannot_be_used_says_why(rows: dict[str, FieldRow], said: str) -> None:
    assert any(said in problem for problem in problems(Module.INVENTORY, rows, INVENTORY_FIELDS, COLUMNS))


BOX = ZohoField(Module.CONTACT, "Vip", "VIP", FieldType.YES_NO)
PHONE = ZohoField(Module.ACCOUNT, "Phone", "Phone", FieldType.PHONE)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize(("field", "column"), [(BOX, "tax_exempt"), (PHONE, "phone")])
def test_only_when_empty_is_refused_where_nothing_is_ever_empty(
    field: ZohoField, column: str, direction: Direction, mode: Mode
) -> None:
    row = FieldRow(column, direction, mode=mode)
    found = problems(field.module, {field.name: row}, {field.name: field}, COLUMNS)
    meant = [each for each in found if "Only when new" in each]
    never = direction is not Direction.TO_CSCART or field is PHONE
    assert bool(meant) is (mode is Mode.IF_EMPTY and never)


def test_a_file_of_maps_comes_back_as_it_went() -> None:
    maps = {Module.INVENTORY: DEFAULTS}
    assert from_file(to_file(maps).encode()) == maps


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[" * 10_000, b'{"kind":"x","version":1,"maps":{}}', b"x" * 1_000_001]
)
def test_a_file_that_is_no_map_is_refused(content: bytes) -> None:
    with pytest.raises(WrongSetting):
        from_file(content)


def test_a_crm_field_is_read_as_zoho_describes_it() -> None:
    told = {
        "api_name": "Size",
        "field_label": "Size",
        "data_type": "picklist",
        "custom_field": True,
        "length": 120,
        "operation_type": {"api_create": True, "api_update": True},
        "pick_list_values": [{"actual_value": "-None-"}, {"actual_value": "Large"}],
    }
    field = crm_field(Module.CONTACT, told)
    assert field is not None
    assert (field.type, field.choices, field.custom, field.writable) == (FieldType.CHOICE, ("Large",), True, True)
    owner = crm_field(Module.CONTACT, {"api_name": "Owner", "data_type": "ownerlookup"})
    assert owner is not None
    assert owner.type is FieldType.REFERENCE
    assert owner.note
    assert crm_field(Module.CONTACT, {}) is None


def test_a_custom_field_of_inventory_is_read_with_its_choices() -> None:
    field = custom_field({"api_name": "cf_size", "label": "Size", "data_type": "dropdown", "values": [{"name": "L"}]})
    assert (field.type, field.choices, field.custom) == (FieldType.CHOICE, ("L",), True)


# A customer's map


def customer_map(**rows: FieldRow) -> CustomerMap:
    return CustomerMap(CustomerChoices(), inventory(**rows))


def test_a_user_without_an_address_gets_the_same_placeholder_each_time() -> None:
    made = customer_map().for_creation("460000000001", {}, Side.CSCART)
    assert made["@email"] == placeholder("460000000001", "example.invalid")
    assert is_placeholder(str(made["@email"]).upper(), "EXAMPLE.invalid")
    assert not is_placeholder("anna@example.invalid", "example.invalid")
    assert not is_placeholder("zoho-1@example.com", "example.invalid")


@pytest.mark.parametrize(
    ("direction", "owner", "to_zoho", "to_cscart"),
    [
        (Direction.TO_ZOHO, Owner.CSCART, True, False),
        (Direction.TO_CSCART, Owner.ZOHO, False, True),
        (Direction.BOTH, Owner.ASK, True, True),
    ],
)
def test_a_row_is_written_only_where_its_direction_goes(
    direction: Direction, owner: Owner, to_zoho: bool, to_cscart: bool
) -> None:
    used = customer_map(company_name=FieldRow("company", direction))
    assert used.owner("company_name") is owner
    assert used.may_write("company_name", Side.ZOHO, "x") is to_zoho
    assert used.may_write("company_name", Side.CSCART, "x") is to_cscart


def test_a_column_that_the_store_does_not_show_is_written_only_where_zoho_counts() -> None:
    asked = customer_map(**{"billing_address.city": FieldRow("b_city")})
    ruled = customer_map(**{"billing_address.city": FieldRow("b_city", owner=Owner.ZOHO)})
    assert not asked.may_write("billing_address.city", Side.CSCART, "")
    assert ruled.may_write("billing_address.city", Side.CSCART, "")


def test_written_when_empty_means_written_when_empty() -> None:
    used = customer_map(company_name=FieldRow("company", mode=Mode.IF_EMPTY))
    assert used.may_write("company_name", Side.ZOHO, "")
    assert not used.may_write("company_name", Side.ZOHO, "Held")


def test_the_shoppers_address_makes_a_taken_name_different() -> None:
    used = customer_map(contact_name=FieldRow("fullname", Direction.TO_ZOHO))
    made = used.made_distinct({"contact_name": "x" * 200}, "anna@example.com", Side.ZOHO)
    assert made is not None
    assert str(made["contact_name"]).endswith(" (anna@example.com)")
    assert len(str(made["contact_name"])) == 200


@pytest.mark.parametrize("domain", ["", "x", "has space.com", "-a.com", "a..com", "example"])
def test_a_domain_for_placeholders_must_be_one(domain: str) -> None:
    with pytest.raises(WrongSetting):
        customer_choices_from_json({"placeholder_domain": domain})
