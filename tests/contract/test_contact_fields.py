"""All 108 standard fields of a Zoho Inventory contact, each on its way between both simulators."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.mapping.choices import Owner
from cscart_zoho.mapping.columns import columns as columns_of_a_user
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home, customer_choices_to_json
from cscart_zoho.mapping.field_map import problems
from cscart_zoho.mapping.fields import FieldRow, FieldType, Module, ZohoField
from cscart_zoho.mapping.inventory_fields import INVENTORY_FIELDS
from cscart_zoho.records import Direction, Entity
from cscart_zoho.store.models import Conflict, RunState, Store
from cscart_zoho_sim.world import World
from tests.connected import connect, sync
from tests.judged import Tell

pytestmark = pytest.mark.django_db

BOTH_WAYS = [n for n, f in INVENTORY_FIELDS.items() if f.writable and f.type is not FieldType.REFERENCE]
TO_STORE = [n for n, f in INVENTORY_FIELDS.items() if not f.writable and f.type is not FieldType.REFERENCE]
NOWHERE = [n for n, f in INVENTORY_FIELDS.items() if f.type is FieldType.REFERENCE]
#: The store has a column for each of these.
COLUMNS = {
    "company_name": "company",
    "website": "url",
    "contact_persons.first_name": "firstname",
    "contact_persons.last_name": "lastname",
    "contact_persons.email": "email",
    "contact_persons.phone": "phone",
    **{
        f"{zoho}_address.{field}": f"{prefix}_{column}"
        for zoho, prefix in (("billing", "b"), ("shipping", "s"))
        for field, column in (("city", "city"), ("state", "state"), ("zip", "zipcode"), ("country", "country"))
    },
}
#: The kind of custom profile field that holds a type; all others are lines of text.
KINDS = {FieldType.YES_NO: "C", FieldType.LONG_TEXT: "T", FieldType.PHONE: "P"}
#: What the simulated organisation shows of the fields that only Zoho writes.
SHOWN = {"contact_id", "status", "created_time", "currency_code", "has_transaction", "primary_contact_id"}


def sample(number: int, name: str, turn: int) -> Any:
    """A value that no other field has and that fits into this one; another one in the second turn."""
    field = INVENTORY_FIELDS[name]
    leaf = name.split(".")[-1]
    if field.type is FieldType.YES_NO:
        return turn == 1
    if leaf == "country":
        return "US" if turn == 1 else "DE"
    if leaf == "state":
        return "US-NY" if turn == 1 else "DE-BY"
    if leaf == "state_code":
        return "NY" if turn == 1 else "BY"
    if leaf == "country_code":
        return "US" if turn == 1 else "DE"
    if field.type is FieldType.WHOLE:
        return 10 * turn + number
    if field.type is FieldType.EMAIL:
        return f"person{turn}@example.com"
    if field.type is FieldType.PHONE:
        return f"+1 555 0{turn}{number:02}"
    if field.type is FieldType.LONG_TEXT:
        return f"Line {turn}\n1 < 2 & more"
    return f"N{turn}{number:02}"


def in_store(value: Any, name: str) -> str:
    """A canonical value as the store keeps it."""
    if isinstance(value, bool):
        return "Y" if value else "N"
    return str(value).split("-")[-1] if name.endswith("_address.state") else str(value)


def in_zoho(value: Any, name: str) -> Any:
    """A canonical value as Zoho keeps it."""
    words = {"US": "United States", "DE": "Germany", "US-NY": "New York", "DE-BY": "Bayern"}
    return words[value] if name.endswith(("_address.country", "_address.state")) else value


@contextmanager
def mapped(world: World, rows: dict[str, FieldRow]) -> Iterator[Store]:
    """A store whose customers live in Inventory, under this map."""
    world.cscart.switches.addon = True
    with app.using_transport(world.transport(), world.clock):
        store = connect(world)
        choices = CustomerChoices(home=Home.INVENTORY, maps={Module.INVENTORY: rows})
        used = app.field_map(store, Module.INVENTORY)
        assert problems(Module.INVENTORY, rows, INVENTORY_FIELDS, used.columns) == []
        store.customer_choices = customer_choices_to_json(choices)
        store.save()
        yield store


def column_for(world: World, field: ZohoField) -> str:
    """The store's own column, or a custom profile field made for it."""
    if field.name in COLUMNS:
        return COLUMNS[field.name]
    return f"fields.{world.cscart.add_profile_field(field.label, kind=KINDS.get(field.type, 'I'))}"


def told_by_store(user: dict[str, Any], column: str) -> str:
    custom = column.removeprefix("fields.")
    return str(user[column] if custom == column else user["fields"].get(custom, ""))


def told_by_zoho(contact: dict[str, Any], name: str) -> Any:
    """The leaf of a contact, its primary person's for `contact_persons`."""
    here: Any = {**contact, "contact_persons": contact["contact_persons"][0]}
    for step in name.split("."):
        here = here.get(step)
    return here


def as_typed(values: dict[str, Any], contact: dict[str, Any]) -> dict[str, Any]:
    """The values as a person's form in Zoho sends them."""
    typed: dict[str, Any] = {}
    for name, value in values.items():
        *groups, leaf = name.split(".")
        inner = typed
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[leaf] = in_zoho(value, name)
    person = typed["contact_persons"] | {"contact_person_id": contact["contact_persons"][0]["contact_person_id"]}
    return typed | {"contact_persons": [person]}


def test_every_field_that_both_sides_can_hold_goes_to_zoho_and_comes_back(tell: Tell) -> None:
    world = World.empty(11)
    columns = {name: column_for(world, INVENTORY_FIELDS[name]) for name in BOTH_WAYS}
    first = {name: sample(n, name, 1) for n, name in enumerate(BOTH_WAYS)}
    second = {name: sample(n, name, 2) for n, name in enumerate(BOTH_WAYS)}
    with mapped(world, {name: FieldRow(column) for name, column in columns.items()}) as store:
        told = {columns[name]: in_store(value, name) for name, value in first.items()}
        custom = {c.removeprefix("fields."): v for c, v in told.items() if c.startswith("fields.")}
        id = world.cscart.add_user(**{c: v for c, v in told.items() if not c.startswith("fields.")})
        world.cscart.edit_user(id, fields=custom)

        run = sync(store, entity=Entity.CUSTOMERS)

        assert run.state == RunState.DONE, run.message
        (contact,) = world.zoho.contacts().values()
        assert {n: told_by_zoho(contact, n) for n in BOTH_WAYS} == {n: in_zoho(v, n) for n, v in first.items()}

        world.clock.advance(3600)  # type: ignore[attr-defined]
        world.zoho.edit_contact(contact["contact_id"], **as_typed(second, contact))
        run = sync(store, entity=Entity.CUSTOMERS)

        assert run.state == RunState.DONE, run.message
        user = world.cscart.user(id)
        kept = {name: told_by_store(user, columns[name]) for name in BOTH_WAYS}
        assert kept == {name: in_store(value, name) for name, value in second.items()}
        assert not Conflict.objects.exists()
        world.clock.advance(3600)  # type: ignore[attr-defined]
        assert sync(store, entity=Entity.CUSTOMERS).counts["writes"] == 0
    tell(f"{len(BOTH_WAYS)} of 108 fields of a contact went to Zoho and came back changed")
    assert (len(BOTH_WAYS), len(TO_STORE), len(NOWHERE)) == (56, 30, 22)


def test_every_field_that_only_zoho_writes_comes_to_the_store_and_says_why() -> None:
    world = World.empty(12)
    rows = {name: FieldRow(column) for name, column in COLUMNS.items()}
    rows["contact_name"] = FieldRow(f"fields.{world.cscart.add_profile_field('Contact name')}")
    columns = {name: f"fields.{world.cscart.add_profile_field(INVENTORY_FIELDS[name].label)}" for name in TO_STORE}
    rows |= {name: FieldRow(column, Direction.TO_CSCART, Owner.ZOHO) for name, column in columns.items()}
    person = {"email": "ann@example.com", "first_name": "Ann", "is_primary_contact": True}
    with mapped(world, rows) as store:
        id = world.zoho.add_contact(contact_name="Ann", contact_persons=[person])
        run = sync(store, entity=Entity.CUSTOMERS)
        assert run.state == RunState.DONE, run.message

        (user,) = world.cscart.users().values()
        kept = {name for name, column in columns.items() if told_by_store(user, column)}
        assert told_by_store(user, columns["contact_id"]) == id
        assert kept >= SHOWN
    assert all(INVENTORY_FIELDS[name].note for name in TO_STORE)


@pytest.mark.parametrize("name", NOWHERE)
def test_every_field_that_cannot_be_mapped_says_why(name: str) -> None:
    rows = {name: FieldRow("company")}
    (said, *_) = problems(Module.INVENTORY, rows, INVENTORY_FIELDS, columns_of_a_user())
    assert INVENTORY_FIELDS[name].note
    assert said == f'"{INVENTORY_FIELDS[name].label}" cannot be mapped. {INVENTORY_FIELDS[name].note}'
