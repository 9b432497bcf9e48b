"""What CS-Cart's API sends about users, and about customers where our store add-on is installed.

Lists and single users tell the same few columns and no address (seen on a
running 4.20 store). The add-on tells all columns and the custom profile fields;
its entity is described in docs/store-add-on.md.
"""

from decimal import Decimal
from typing import Any

import msgspec

#: Without a version the newest API answers; version 2.0 would store a password as it is.
USERS = "/api/users"
USERGROUPS = "/api/usergroups"
ADDON = "/api/cscart_zoho_customers"
#: Kinds of users who are no customers: they work in the store's admin panel.
STAFF = {"A": "an administrator", "V": "a vendor"}
ORGANIZATIONS = "/api/cscart_zoho_organizations"

#: One user as it came.
UserRow = dict[str, Any]


class Params(msgspec.Struct):
    """What the store understood of a list request."""

    total_items: Any = None
    page: Any = 1


class UserList(msgspec.Struct):
    """A page of users. Beyond the end the last page comes again; only `params.page` tells (seen on 4.20)."""

    users: list[UserRow] | dict[str, UserRow] = []
    params: Params | list[Any] = []

    @property
    def rows(self) -> list[UserRow]:
        return list(self.users.values()) if isinstance(self.users, dict) else self.users

    @property
    def length(self) -> int:
        return len(self.users)

    @property
    def total(self) -> int | None:
        told = str(self.params.total_items) if isinstance(self.params, Params) else ""
        return int(told) if told.isdecimal() else None

    @property
    def page(self) -> int:
        told = str(self.params.page) if isinstance(self.params, Params) else ""
        return int(told) if told.isdecimal() else 1


class Deleted(msgspec.Struct):
    """A user that was deleted."""

    user_id: Any
    deleted_at: Any = 0


class AddonList(msgspec.Struct):
    """A page of the add-on: customers by (updated_at, user_id), and what was deleted since."""

    customers: list[UserRow] = []
    deleted: list[Deleted] = []
    profile_fields: list[dict[str, Any]] = []
    #: Whether the store has organisations (CS-Cart's B2B edition) that customers can be put into.
    organizations: bool = False
    now: Any = 0


class Single(msgspec.Struct):
    """A single user. A user that does not exist comes as an empty list (4.18 and later)."""

    user_id: Any = None
    users: Any = None


class Made(msgspec.Struct):
    """The answer to a creation or a change."""

    user_id: Any


LIST = msgspec.json.Decoder(UserList, float_hook=Decimal)
ADDON_LIST = msgspec.json.Decoder(AddonList, float_hook=Decimal)
ROW = msgspec.json.Decoder(UserRow, float_hook=Decimal)
SINGLE = msgspec.json.Decoder(Single)
MADE = msgspec.json.Decoder(Made)
GROUPS = msgspec.json.Decoder(dict[str, dict[str, Any]] | list[dict[str, Any]])
GROUP_MADE = msgspec.json.Decoder(dict[str, Any])
