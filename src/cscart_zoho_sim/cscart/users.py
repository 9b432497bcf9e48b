"""Users of the store: what is kept of them, and what the store does to what it is given.

Every rule was seen on a running 4.20 store unless it says otherwise.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.cscart.catalogue import Refused
from cscart_zoho_sim.cscart.damage import text, whole
from cscart_zoho_sim.cscart.switches import Switches
from cscart_zoho_sim.wire import Edit

User = dict[str, Any]

TAKEN = "The username or email you have chosen already exists. Please try another one."
BAD_NAME = "<b>{}</b> field is not valid. Only letters, apostrophes and dashes allowed."

#: Column -> its length (scheme of 4.20.1).
COLUMNS = {
    "user_type": 1,
    "status": 1,
    "user_login": 255,
    "firstname": 128,
    "lastname": 128,
    "company": 255,
    "email": 128,
    "phone": 128,
    "fax": 128,
    "url": 128,
    "tax_exempt": 1,
    "lang_code": 2,
    "responsible_email": 80,
}
WHOLE_COLUMNS = ("company_id", "birthday", "last_login")
_ADDRESS = {
    "firstname": 128,
    "lastname": 128,
    "address": 255,
    "address_2": 255,
    "city": 64,
    "county": 32,
    "state": 32,
    "country": 2,
    "zipcode": 16,
    "phone": 128,
}
PROFILE = {f"{prefix}_{name}": length for prefix in "bs" for name, length in _ADDRESS.items()} | {"s_address_type": 255}
#: Shipping fields that the default profile form shows; billing fields are hidden there.
SHOWN_SHIPPING = ("s_address", "s_city", "s_country", "s_state", "s_zipcode")
FIELD_LENGTH = 255

#: The columns that lists and single users tell, in their order; no address among them.
TOLD = (
    "user_id",
    "user_login",
    "is_root",
    "timestamp",
    "user_type",
    "status",
    "firstname",
    "lastname",
    "email",
    "company",
    "company_id",
    "phone",
    "last_login",
)


@dataclass
class Users:
    """All users, and the custom profile fields."""

    clock: Clock
    switches: Switches
    #: Whether a storefront exists.
    is_company: Callable[[str], bool]
    rows: dict[int, User] = field(default_factory=dict)
    profile_fields: dict[int, dict[str, Any]] = field(default_factory=dict)
    deleted: list[dict[str, int]] = field(default_factory=list)
    watchers: list[Callable[[Edit], None]] = field(default_factory=list)
    _last_id: int = 2
    _last_profile: int = 1

    # Changes

    def create(self, fields: Mapping[str, Any], author: str, *, strict: bool = True) -> User:
        """A new user. Raises `Refused` as the store does."""
        self._check_new(fields, strict)
        self._last_id += 1
        self._last_profile += 1
        user: User = {
            "user_id": str(self._last_id),
            "user_login": f"user_{self._last_id}",
            "is_root": "N",
            "timestamp": str(int(self.clock.now())),
            "profile_id": str(self._last_profile),
            "lang_code": "en",
            "tax_exempt": "N",
            "status": "A",
            **dict.fromkeys(("firstname", "lastname", "company", "phone", "fax", "url"), ""),
            **dict.fromkeys(WHOLE_COLUMNS, "0"),
            **dict.fromkeys(PROFILE, ""),
            "fields": {},
            "usergroups": {},
            "organization": "",
        }
        user |= self._kept(fields)
        if author == "api":  # what is shown is blanked, then copied from a billing field that is shown, too: none is
            user |= dict.fromkeys(SHOWN_SHIPPING, "")
        self._touch(user)
        self.rows[self._last_id] = user
        self._tell(author, user["user_id"], None, dict(user))
        return user

    def change(self, user_id: int, fields: Mapping[str, Any], author: str) -> None:
        """Only the given columns, and `company_id`, which becomes 0 when nobody says it. Raises `Refused`."""
        user = self.rows[user_id]
        before = dict(user)
        told = {**fields} if author == "people" else {"company_id": "0", **fields}
        kept = self._kept(told)
        if "email" in kept and self.owner_of(
            str(kept["email"]), str(kept.get("company_id", user["company_id"])), user_id
        ):
            raise Refused(TAKEN, under_errors=True)
        user |= {**kept, "fields": {**user["fields"], **kept.get("fields", {})}}
        if kept.get("user_type") == "A":
            user["is_root"] = "Y"
        if author == "api" and not self.switches.user_put_keeps_shipping:
            user |= {name: "" for name in SHOWN_SHIPPING if name not in fields}
        self._touch(user)
        self._tell(author, user["user_id"], before, dict(user))

    def take_recorded(self, row: Mapping[str, Any]) -> None:
        """A user as a recorded store lists it; columns that no list tells are empty."""
        known: User = {name: str(row[name]) for name in TOLD if name in row}
        user = {
            **dict.fromkeys(PROFILE, ""),
            **dict.fromkeys(COLUMNS, ""),
            **dict.fromkeys(WHOLE_COLUMNS, "0"),
            **known,
        }
        id = int(user["user_id"])
        self.rows[id] = {**user, "fields": {}, "usergroups": {}, "organization": "", "profile_id": str(id - 1)}
        self._touch(self.rows[id])
        self._last_id = max(self._last_id, id)
        self._last_profile = max(self._last_profile, id - 1)

    def delete(self, user_id: int, author: str) -> None:
        user = self.rows.pop(user_id)
        self.deleted.append({"user_id": user_id, "deleted_at": int(self.clock.now())})
        self._tell(author, user["user_id"], user, None)

    def join(self, user_id: int, group: str, status: str) -> None:
        """Membership of a user group."""
        self.rows[user_id]["usergroups"][group] = status
        self._touch(self.rows[user_id])

    def organize(self, user_id: int, organization: str) -> None:
        """Membership of an organisation: one at a time, by its name, case ignored."""
        there = {str(each["organization"]).casefold(): each["organization"] for each in self.rows.values()}
        self.rows[user_id]["organization"] = there.get(organization.casefold(), organization)
        self._touch(self.rows[user_id])

    def _touch(self, user: User) -> None:
        """`profile_update_timestamp`, which the store's own API does not show."""
        user["updated_at"] = int(self.clock.now())

    def _tell(self, author: str, id: str, before: User | None, after: User | None) -> None:
        for watcher in self.watchers:
            watcher(Edit(author, "cscart", id, before, after, self.clock.now()))

    # Checks

    def _check_new(self, fields: Mapping[str, Any], strict: bool) -> None:
        for name in ("email", "user_type", "company_id"):
            if name not in fields or (name != "company_id" and not fields[name]):
                raise Refused(f"The {name} field is required")
        company = str(fields["company_id"])
        if self.switches.vendors_are_stores and not self.is_company(company):
            raise Refused("Access denied")
        if strict and self.switches.strict_names:
            for name, title in (("lastname", "Last name"), ("firstname", "First name")):
                if not _is_name(str(fields.get(name) or "")):
                    raise Refused(BAD_NAME.format(title))
        if self.owner_of(str(fields["email"]), company):
            raise Refused(TAKEN)

    def owner_of(self, email: str, company_id: str, but: int = 0) -> str:
        """Who of this storefront has this address, case ignored. Users of no storefront are not looked at."""
        for user in self.rows.values():
            same = text(user["email"]).casefold() == text(email, 128).casefold()
            if same and user["company_id"] == company_id and user["user_id"] != str(but):
                return str(user["user_id"])
        return ""

    def _kept(self, fields: Mapping[str, Any]) -> User:
        """What the columns keep: cut to their length, characters of four bytes damaged, no password."""
        kept: User = {name: text(fields[name], length) for name, length in COLUMNS.items() if name in fields}
        kept |= {name: text(fields[name], length) for name, length in PROFILE.items() if name in fields}
        kept |= {name: whole(fields[name]) for name in WHOLE_COLUMNS if name in fields}
        custom = fields.get("fields")
        if isinstance(custom, Mapping):
            known = {str(id) for id in self.profile_fields}
            kept["fields"] = {str(id): text(v, FIELD_LENGTH) for id, v in custom.items() if str(id) in known}
        return kept

    # Shown

    def told(self, user: User, company_name: str | None) -> User:
        """A user as lists and single answers tell it: no address, no custom field."""
        return {
            **{name: user[name] for name in TOLD},
            "company_name": company_name,
            "points": "0",
            "anonymized": None,
        }


def _is_name(name: str) -> bool:
    """4.20: letters and marks of any script, digits, spaces, ' and -."""
    return all(
        sign in " '-" or unicodedata.category(sign)[0] in "LM" or unicodedata.category(sign) == "Nd" for sign in name
    )
