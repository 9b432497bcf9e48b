"""What people type about customers, and where each side keeps it: read from the sides' own rows.

A slot is one place of a record that holds one value: a column of the store, a field of CRM, an entry of a contact or
of one of its persons in Inventory. Every value that is typed is new, so that it can be followed wherever it goes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

#: Fields of CRM that people type into, and the columns that the story's maps know for them.
CRM = {
    "First_Name": "firstname",
    "Last_Name": "lastname",
    "Phone": "phone",
    "Fax": "fax",
    "Date_of_Birth": "birthday",
    "Mailing_City": "b_city",
    "Other_City": "s_city",
}
#: The same of Inventory. What begins with `contact_persons.` belongs to one of the persons.
INVENTORY = {
    "contact_persons.first_name": "firstname",
    "contact_persons.last_name": "lastname",
    "contact_persons.phone": "phone",
    "billing_address.city": "b_city",
    "shipping_address.city": "s_city",
}
#: Columns that the store tells without the add-on.
SHOWN = ("firstname", "lastname", "phone")
STORE = ("firstname", "lastname", "phone", "fax", "birthday", "b_city", "s_city", "b_phone")
#: Custom fields: a text and several choices. The store keeps both as text.
LEVEL, RENAMED, LIKES = "Loyalty_level", "Bonus_level", "Likes"
CHOICES = tuple(f"Choice {letter}" for letter in "ABCDEFGHIJKL")
#: What several people may have alike: nobody can tell whose it was.
FAMILY = "+1 555 99999"
COMMON = frozenset({"", "Twin", FAMILY})

#: A side of the story: the store, or one of Zoho's products with the number of its organisation ("crm", "crm@1").
Node = tuple[str, str]


def product_of(side: str) -> str:
    return side.partition("@")[0]


def slots(side: str, row: Mapping[str, Any] | None) -> dict[str, str]:
    """By slot the values of a record that are there."""
    if row is None:
        return {}
    read = {"store": _store, "crm": _crm, "inventory": _inventory}[product_of(side)]
    return {slot: value for slot, value in read(row).items() if value}


def _store(row: Mapping[str, Any]) -> dict[str, str]:
    found = {name: str(row.get(name) or "") for name in STORE}
    found["birthday"] = day_of(found["birthday"])
    custom = {f"fields.{id}": str(value) for id, value in (row.get("fields") or {}).items()}
    return found | {name: joined(value) for name, value in custom.items()}


def _crm(row: Mapping[str, Any]) -> dict[str, str]:
    found = {name: str(row.get(name) or "") for name in (*CRM, LEVEL, RENAMED)}
    return {**found, LIKES: "; ".join(sorted(row.get(LIKES) or []))}


def _inventory(row: Mapping[str, Any]) -> dict[str, str]:
    found = {
        f"{kind}_address.{name}": str((row.get(f"{kind}_address") or {}).get(name) or "")
        for kind in ("billing", "shipping")
        for name in ("city", "phone")
    }
    for person in row.get("contact_persons") or []:
        for name in ("first_name", "last_name", "phone"):
            found[f"{person['contact_person_id']}.{name}"] = str(person.get(name) or "")
    return found


def joined(text: str) -> str:
    """Several choices in one order, however they were typed; any other text as it is."""
    parts = [each.strip() for each in text.split(";")]
    return "; ".join(sorted(parts)) if all(each in CHOICES for each in parts) else text


def day_of(seconds: str) -> str:
    """The day that a birthday of the store shows; the stores of these stories lie in UTC."""
    if seconds in ("", "0"):
        return ""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds))).date().isoformat()


def seconds_of(day: str) -> str:
    """A birthday as the store keeps it."""
    return str(int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()))


def person_of(row: Mapping[str, Any], email: str = "") -> Mapping[str, Any]:
    """The person of a contact of Inventory with this address, else the primary one."""
    persons = row.get("contact_persons") or [{}]
    found = (each for each in persons if email and str(each.get("email") or "").casefold() == email.casefold())
    primary = next((each for each in persons if each.get("is_primary_contact")), persons[0])
    return next(found, primary)


def value_at(side: str, row: Mapping[str, Any], name: str, email: str = "") -> str:
    """The value of a field by the name that field maps have for it."""
    if product_of(side) == "inventory" and name.startswith("contact_persons."):
        person = person_of(row, email)
        return str(person.get(name.removeprefix("contact_persons.")) or "")
    return slots(side, row).get(name, "")


def nodes_of(side: str, id: str, row: Mapping[str, Any], slot: str) -> Node:
    """Whose value a slot holds: a record's, in Inventory one person's."""
    if product_of(side) != "inventory":
        return side, id
    person, _, name = slot.partition(".")
    if name and person.isdigit():
        return side, person
    return side, str(person_of(row).get("contact_person_id") or id)


def addresses(side: str, id: str, row: Mapping[str, Any]) -> list[tuple[Node, str]]:
    """The e-mail addresses of a record, each with whose it is."""
    if product_of(side) != "inventory":
        email = row["email"] if side == "store" else row.get("Email")
        return [((side, id), str(email).casefold())] if email else []
    persons = row.get("contact_persons") or []
    return [((side, each["contact_person_id"]), str(each["email"]).casefold()) for each in persons if each.get("email")]
