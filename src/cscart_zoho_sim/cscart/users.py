"""Users of the store: what is kept of them, and what the store does to what it is given.

Every rule was seen on a running 4.20 store unless it says otherwise.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.cscart.catalogue import Refused
from cscart_zoho_sim.cscart.damage import number, text, whole
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
WHOLE_COLUMNS = ("company_id", "last_login")
#: A signed number of four bytes: the second at which the day begins, 0 for none.
BIRTHDAY = "birthday"
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
FIELD_LENGTH = 255

#: What the GDPR add-on writes stars into, besides the addresses, and what it empties.
_STARRED = ("user_login", "firstname", "lastname", "url")
_EMPTIED = ("b_county", "s_county", "s_address_type", "fax")

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
    #: The name of the store's time zone.
    time_zone: Callable[[], str] = lambda: "UTC"
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
            **dict.fromkeys((*WHOLE_COLUMNS, BIRTHDAY), "0"),
            **dict.fromkeys(PROFILE, ""),
            "fields": {},
            "usergroups": {},
            "organization": "",
        }
        user |= self._kept(fields)
        user["fields"] = self._stored(user["fields"], {})
        if author == "api":  # what is shown is blanked, then copied from a billing field that is shown, too: none is
            user |= dict.fromkeys(self.switches.shipping_shown, "")
            user["fields"] = {id: value for id, value in user["fields"].items() if id not in self._of_shipping()}
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
        blanked = self._blanked(fields) if author == "api" and not self.switches.user_put_keeps_shipping else {}
        own = {**kept.get("fields", {}), **blanked.pop("fields", {})}
        if own:
            kept["fields"] = self._stored(own, {} if author == "api" else user["fields"])
        user |= {**kept, **blanked}
        if kept.get("user_type") == "A":
            user["is_root"] = "Y"
        self._touch(user)
        self._tell(author, user["user_id"], before, dict(user))

    def take_recorded(self, row: Mapping[str, Any]) -> None:
        """A user as a recorded store lists it; columns that no list tells are empty."""
        known: User = {name: str(row[name]) for name in TOLD if name in row}
        user = {
            **dict.fromkeys(PROFILE, ""),
            **dict.fromkeys(COLUMNS, ""),
            **dict.fromkeys((*WHOLE_COLUMNS, BIRTHDAY), "0"),
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

    def anonymize(self, user_id: int, rand: str) -> None:
        """What the bundled GDPR add-on leaves of a customer, who is disabled then (read in its code)."""
        user = self.rows[user_id]
        before = dict(user)
        user |= {name: "*" * len(user[name]) for name in (*_STARRED, *PROFILE) if name not in _EMPTIED}
        user |= {**dict.fromkeys(_EMPTIED, ""), **dict.fromkeys(("phone", "b_phone", "s_phone"), "0" * 10)}
        user |= {"email": f"{rand}@example.com", BIRTHDAY: "0", "status": "D", "anonymized": "Y"}
        self._touch(user)
        self._tell("people", user["user_id"], before, dict(user))

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
        customer = str(fields["user_type"]) == "C"  # administrators may be of the whole store
        if self.switches.vendors_are_stores and customer and not self.is_company(company):
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
            shared = self.switches.users_shared and company_id != "0" != user["company_id"]
            if same and (shared or user["company_id"] == company_id) and user["user_id"] != str(but):
                return str(user["user_id"])
        return ""

    def _kept(self, fields: Mapping[str, Any]) -> User:
        """What the columns keep: cut to their length, characters of four bytes damaged, no password."""
        kept: User = {name: text(fields[name], length) for name, length in COLUMNS.items() if name in fields}
        kept |= {name: text(fields[name], length) for name, length in PROFILE.items() if name in fields}
        kept |= {name: whole(fields[name]) for name in WHOLE_COLUMNS if name in fields}
        if BIRTHDAY in fields:
            kept[BIRTHDAY] = str(max(-(2**31), min(2**31 - 1, int(number(fields[BIRTHDAY])))))
        custom = fields.get("fields")
        if isinstance(custom, Mapping):
            known = {str(id) for id in self.profile_fields}
            kept["fields"] = {str(id): self._field(str(id), v) for id, v in custom.items() if str(id) in known}
        return kept

    def _field(self, id: str, value: Any) -> str:
        """A custom field as it is kept: a day as seconds, a choice as its id, all else as text (read in the code)."""
        kept = text(value, FIELD_LENGTH)
        return self._day(kept) if self.profile_fields[int(id)]["type"] == "D" else kept

    def _day(self, typed: str) -> str:
        """What the store makes of a day: a number stays, nothing (0, too) is none, what it cannot read is now."""
        if typed in ("", "0"):
            return ""
        if typed.lstrip("-").isdecimal():
            return typed
        try:
            day = datetime.strptime(typed, "%m/%d/%Y").replace(tzinfo=ZoneInfo(self.time_zone()))
        except ValueError:
            return str(int(self.clock.now()))
        return str(int(day.timestamp()) or int(self.clock.now()))

    @staticmethod
    def _stored(given: Mapping[str, str], beside: Mapping[str, str]) -> dict[str, str]:
        """The fields that are left: those given take the place of all others (read in the code), empty ones go."""
        return {id: value for id, value in {**beside, **given}.items() if value != ""}

    def _blanked(self, given: Mapping[str, Any]) -> User:
        """What a change that says nothing of another address empties: the shipping fields that the form shows."""
        columns = [
            name
            for name in self.switches.shipping_shown
            if name not in given or not self.switches.user_put_takes_shipping
        ]
        fields = given.get("fields")
        named = fields if isinstance(fields, Mapping) and self.switches.user_put_takes_shipping else {}
        own = {id: self._field(id, named.get(id, "")) for id in self._of_shipping()}
        return {**dict.fromkeys(columns, ""), **({"fields": own} if own else {})}

    def _of_shipping(self) -> list[str]:
        """The profile fields in the section of the shipping address."""
        return [str(id) for id, each in self.profile_fields.items() if each["section"] == "S"]

    # Shown

    def told(self, user: User, company_name: str | None) -> User:
        """A user as lists and single answers tell it: no address, no custom field."""
        return {
            **{name: user[name] for name in TOLD},
            "company_name": company_name,
            "points": "0",
            "anonymized": user.get("anonymized"),
        }


def _is_name(name: str) -> bool:
    """4.20: letters and marks of any script, digits, spaces, ' and -."""
    return all(
        sign in " '-" or unicodedata.category(sign)[0] in "LM" or unicodedata.category(sign) == "Nd" for sign in name
    )
