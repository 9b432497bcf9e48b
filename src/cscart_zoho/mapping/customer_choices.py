"""What the merchant has chosen for customers. Pure values."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

import msgspec

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import Count, Share
from cscart_zoho.mapping.fields import FieldRow, Module


class Home(StrEnum):
    """Where customers live in Zoho."""

    AUTO = ""  # in both where CRM can be reached, else in Inventory
    BOTH = "both"
    CRM = "crm"
    INVENTORY = "inventory"


class AccountAs(StrEnum):
    """What an imported account becomes in the store."""

    COMPANY = "company"  # only the company name of its users
    USERGROUP = "usergroup"  # a user group with its users in it; an organisation where the store add-on is present


Trigger = Literal["workflow", "approval", "blueprint", "pathfinder", "orchestration"]


class CustomerChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All choices for customers, with defaults that need no thought."""

    home: Home = Home.AUTO
    #: The schedule syncs customers, too.
    scheduled: bool = True
    #: The Inventory contact is made at once, and not only when the first order needs it.
    inventory_at_once: bool = False
    create_in_zoho: bool = True
    create_in_cscart: bool = True
    #: A user with a company becomes an account and a contact, else only a contact.
    account_for_company: bool = True
    account_as: AccountAs = AccountAs.USERGROUP
    #: Contacts without e-mail get an address under this domain in the store.
    placeholder_domain: str = "example.invalid"
    #: Guests of orders become customers in Zoho.
    guests: bool = True
    #: What Zoho CRM shall set off by our writes. Nothing by default: no mail goes out because of a sync.
    triggers: list[Trigger] = []
    #: What happens to the user in the store when the contact was deleted.
    when_deleted: Literal["tell", "disable"] = "tell"
    #: By module the merchant's own field map; a module that is missing has the default map.
    maps: dict[Module, dict[str, FieldRow]] = {}

    brake_percent: Share = 30
    brake_minimum: Count = 25
    #: ... and one that would make more new records than this, and more than that share of the linked ones.
    brake_new: Count = 250
    full_look_hours: Count = 24


_DOMAIN = re.compile(r"(?=.{4,100}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def customer_choices_from_json(stored: Mapping[str, Any]) -> CustomerChoices:
    """The choices kept in a JSON column. Raises `WrongSetting` with the name of the setting that is wrong."""
    try:
        choices = msgspec.convert(dict(stored), CustomerChoices)
    except msgspec.ValidationError as error:
        raise WrongSetting(f"The customer settings cannot be read: {error}.") from error
    if not _DOMAIN.fullmatch(choices.placeholder_domain):
        raise WrongSetting(
            f'"{choices.placeholder_domain}" is no domain for placeholder addresses.',
            advice="Use one that nobody receives mail at, such as example.invalid.",
        )
    return choices


def customer_choices_to_json(choices: CustomerChoices) -> dict[str, Any]:
    """The choices as a JSON column takes them."""
    built: dict[str, Any] = msgspec.to_builtins(choices)
    return built
