"""Customers of a store with the add-on, for situations about their fields: what people type, what each side shows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cscart_zoho.mapping.customer_choices import CustomerChoices, Home
from cscart_zoho.mapping.fields import FieldRow, Module
from tests.judged import CUSTOM_FIELDS
from tests.situations.shop import Shop

#: What a map of one's own cannot be without.
USUAL = {"Last_Name": FieldRow("lastname"), "First_Name": FieldRow("firstname"), "Email": FieldRow("email")}


def with_addon(shop: Shop, home: Home = Home.CRM, **choices: Any) -> None:
    """The store has the add-on, and its customers live in this home."""
    shop.world.cscart.switches.addon = True
    shop.customer_choices = CustomerChoices(home=home, brake_percent=100, **choices)


def mapped(shop: Shop, rows: Mapping[str, FieldRow], **choices: Any) -> None:
    """The same with a map of these rows and no more than the usual ones besides."""
    with_addon(shop, maps={Module.CONTACT: {**USUAL, **rows}}, **choices)


def crm_field(shop: Shop, label: str, data_type: str = "text", choices: Sequence[str] = (), **more: Any) -> str:
    """An administrator of CRM adds a field to contacts; its API name."""
    name = shop.world.zoho.crm.add_field("Contacts", label, data_type, choices=tuple(choices), **more)
    CUSTOM_FIELDS.add(name)
    return name


def profile_field(shop: Shop, name: str, kind: str, choices: Sequence[str] = (), section: str = "C") -> str:
    """An administrator of the store adds a profile field; its column."""
    return f"fields.{shop.world.cscart.add_profile_field(name, section, kind, choices)}"


def pat(number: int = 1, **columns: Any) -> dict[str, Any]:
    """The columns of a customer that no other one has."""
    return {"email": f"p{number}@example.com", "firstname": "Pat", "lastname": f"Example {number}", **columns}


def contact_of(shop: Shop, user: int) -> Mapping[str, Any]:
    """The contact of CRM with a user's address."""
    email = shop.world.cscart.user(user)["email"]
    (found,) = (row for row in shop.world.zoho.crm.contacts().values() if row["Email"] == email)
    return found


def user_with(shop: Shop, email: str) -> Mapping[str, Any]:
    """All that the store keeps of the customer with this address."""
    (found,) = (row for row in shop.world.cscart.users().values() if row["email"] == email)
    return found


def chosen(shop: Shop, column: str, text: str) -> str:
    """The id under which the store keeps a choice of a profile field."""
    values = shop.world.cscart.users_kept.profile_fields[int(column.removeprefix("fields."))]["values"]
    return next(str(id) for id, each in values.items() if each == text)


def typed_day(day: str, zone: str) -> str:
    """What the store keeps when a person chooses a day in a calendar of its pages."""
    return str(int(datetime.combine(date.fromisoformat(day), time.min, ZoneInfo(zone)).timestamp()))


def shown_day(seconds: str, zone: str) -> str:
    """The day that the store's pages show."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds))
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()
