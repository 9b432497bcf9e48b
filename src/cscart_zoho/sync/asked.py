"""What a person, the schedule or the command line asks of a run."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from cscart_zoho.errors import WrongSetting
from cscart_zoho.records import Direction, Selection, Side


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request. Two requests with the same `key` are the same run while it waits."""

    direction: Direction = Direction.BOTH
    #: "" (everything), "unsynced" or "ids"
    only: str = ""
    cscart_ids: tuple[str, ...] = ()
    zoho_ids: tuple[str, ...] = ()
    #: Accounts of Zoho CRM, with all their contacts.
    account_ids: tuple[str, ...] = ()
    #: The ids come from hints, not from a person: only these are looked at, and nothing is done that a run over
    #: everything would not do with them.
    hinted: bool = False
    #: The ids are goods of orders that wait for them: as urgent as the orders are.
    for_orders: bool = False
    #: Only stock, no other field, and nothing new is made.
    stock_only: bool = False
    #: Plan and show, write nothing.
    dry_run: bool = False
    #: Read every record again, whatever the cursors say.
    full: bool = False
    #: Settle every difference of the chosen records for this side ("cscart" or "zoho").
    winner: str = ""
    #: The merchant has looked at the plan that the brake stopped, and wants it.
    release_brake: bool = False

    @property
    def selection(self) -> Selection:
        return Selection(self.only, frozenset(self.cscart_ids), frozenset(self.zoho_ids))

    @property
    def by_hand(self) -> bool:
        """Whether a person names the very records: what waits is tried at once, and who asked is told why not."""
        return self.only == "ids" and not self.hinted

    @property
    def about_nothing(self) -> bool:
        """Whether hints have asked, and what they named needs no look any more."""
        return self.hinted and not (self.cscart_ids or self.zoho_ids or self.account_ids)

    @property
    def complete(self) -> bool:
        """Whether all that can be decided about a record is decided, and done."""
        return self.direction is Direction.BOTH and not (self.stock_only or self.dry_run or self.winner)

    @property
    def whole(self) -> bool:
        """Whether it is about all records, and all is decided about them."""
        return self.complete and not self.only

    @property
    def routine(self) -> bool:
        """Whether it is enough to look at what has changed since the last such run."""
        return not (self.only or self.dry_run or self.full or self.winner or self.release_brake) and (
            self.direction is Direction.BOTH
        )

    @property
    def winning_side(self) -> Side | None:
        return Side(self.winner) if self.winner else None

    @property
    def key(self) -> str:
        """Equal for equal requests, in whatever order and how often the ids are given."""
        ids = {name: tuple(sorted(set(getattr(self, name)))) for name in ("cscart_ids", "zoho_ids", "account_ids")}
        plain = msgspec.structs.replace(self, **ids)
        return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def asked_from_json(stored: Mapping[str, Any]) -> Asked:
    """Raises `WrongSetting` for a request that makes no sense."""
    try:
        asked = msgspec.convert(dict(stored), Asked, strict=False)
    except msgspec.ValidationError as error:
        raise WrongSetting(f"This run cannot be asked for: {error}.") from error
    if asked.only not in {"", "unsynced", "ids"}:
        raise WrongSetting(f'"{asked.only}" is not a selection; use "unsynced" or "ids".')
    named = bool(asked.cscart_ids or asked.zoho_ids or asked.account_ids)
    # A run that hints have asked for gets its ids when it begins.
    if named is not (asked.only == "ids") and not (asked.hinted and not named):
        raise WrongSetting('Ids and the selection "ids" belong together: name at least one record, or select none.')
    if asked.hinted and asked.only != "ids":
        raise WrongSetting("Hints name records: without ids there is nothing to look at.")
    if asked.winner not in {"", "cscart", "zoho"}:
        raise WrongSetting(f'"{asked.winner}" is not a side; use "cscart" or "zoho".')
    return asked


def asked_to_json(asked: Asked) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(asked)
    return built
