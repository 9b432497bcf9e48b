"""What the sync has to know of one kind of record: its fields, its key, and the merchant's rules. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.choices import Owner, ProductChoices
from cscart_zoho.records import PRODUCT_FIELDS, Entity, Side, Value, Values, digest_value


@dataclass(frozen=True)
class KeyRules:
    """What two records that are the same thing share, and how strictly it is compared."""

    noun: str = "SKU"
    nouns: str = "SKUs"
    #: Keys that differ only in upper and lower case are different keys; who has such ones is asked.
    case_matters: bool = True
    #: Sides whose records cannot be worked with as long as they have no key.
    needed_in: frozenset[Side] = frozenset(Side)


@dataclass(frozen=True)
class Rules:
    """How far the sync may go with records of this kind before it stops and asks."""

    noun: str = "product"
    nouns: str = "products"
    create_in: Mapping[Side, bool] = field(default_factory=lambda: dict.fromkeys(Side, True))
    #: Why new records are not made by themselves, where that is no setting.
    why_not: Mapping[Side, str] = field(default_factory=dict)
    #: Whether people merge records of this kind, so that one of them is gone without a word.
    merges: bool = False
    #: Whether a record that a person chooses is made even where new ones are not made by themselves.
    chosen_too: bool = False
    #: Sides on which the partner of a deleted record is made inactive.
    mark_inactive: frozenset[Side] = frozenset(Side)
    key: KeyRules = KeyRules()
    #: Of the calls that are left today, what new records in Zoho may take. Each costs a call of its own, so a large
    #: store is sent over many days, and what is urgent must not wait for that.
    share_for_new: float = 0.7
    #: New records that do not fit into one day get a run of their own, which goes on for days and makes room for
    #: everything else. Without it the next run takes up what is left.
    first_load: bool = False
    #: What to do about records that are refused for a reason that they share.
    if_refused_alike: str = "Settle it in Zoho, or leave such records out in the settings."
    brake_percent: int = 30
    brake_minimum: int = 25
    brake_new: int = 100
    full_look_hours: int = 24


class Consent(StrEnum):
    """What stands between a changed value and the other side."""

    FREE = "free"
    #: Only a person may decide.
    ASK = "ask"
    #: The other side has nothing that this value stands for.
    NOTHING = "nothing"


class RecordMap(Protocol):
    """The fields of one kind of record, and how a value of one side looks on the other.

    A projection never guesses: a value that the other side would refuse or
    damage raises `Unfit`, with a sentence for the merchant.
    """

    @property
    def entity(self) -> Entity: ...

    @property
    def rules(self) -> Rules: ...

    @property
    def stock_choices(self) -> ProductChoices | None:
        """How stock moves between the sides; None for records that have none."""
        ...

    def synced_fields(self) -> tuple[str, ...]:
        """The fields that are compared and written, in reading order."""
        ...

    def owner(self, field: str) -> Owner: ...

    def may_write(self, field: str, target: Side, held: Value) -> bool:
        """Whether a field of an existing record is ever written on a side that holds `held` now."""
        ...

    def only_fills(self, field: str) -> bool:
        """Whether a field is only written where the other side has nothing: what both have, both keep."""
        ...

    def check_waits(self, field: str, target: Side, value: Value) -> None:
        """Raises `Unfit` where a value that `may_write` keeps from a side ought to go there."""
        ...

    def not_taken(self, field: str, sent: Value, before: Value, held: Value) -> Unfit | None:
        """Why a field that a side held before a write, and holds again after it, has not been written."""
        ...

    def yields(self, field: str, value: Value) -> bool:
        """Whether at first contact this value counts as nothing beside any other."""
        ...

    def agree(self, field: str, cscart: Value, zoho: Value) -> bool:
        """Whether two values say the same thing, as far as both sides can say it."""
        ...

    def project(self, field: str, value: Value, target: Side) -> Value:
        """The value as `target` would hold it; "nothing" stays nothing. Raises `Unfit`."""
        ...

    def for_creation(self, id: str, values: Values, target: Side) -> dict[str, Value]:
        """What a new record on `target` is made of: `id` and `values` are those of its partner. Raises `Unfit`."""
        ...

    def label(self, field: str) -> str:
        """What people call a field."""
        ...

    def may_lack(self, field: str, target: Side) -> bool:
        """Whether a new record may do without this field, where the other side refuses its value."""
        ...

    @property
    def in_parts(self) -> bool:
        """Whether the fields of a record may be written one by one, where it is not known which one is refused."""
        ...

    def creation_key(self, key: str, sent: Values, target: Side) -> str:
        """The key by which a record that was just made is found again; `key` is its partner's."""
        ...

    def made_distinct(self, sent: Values, key: str, target: Side) -> dict[str, Value] | None:
        """The same values with another name, for a side that takes a name only once; None where that is no way."""
        ...

    def when_made(self, sent: Values, target: Side) -> dict[str, Value]:
        """What a new record holds whatever was sent for it."""
        ...

    def key_field(self) -> str:
        """The field that a record is known by, where records may swap theirs; or nothing."""
        ...

    def stepping_aside(self, zoho_id: str, target: Side) -> dict[str, Value]:
        """What is sent to a side for a record that lets go of its key for the moment of a swap."""
        ...

    def same_at_first(self, field: str, cscart: Value, zoho: Value) -> bool:
        """Whether two values that nobody has compared before stand for the same thing."""
        ...

    def takes_as_made(self, field: str, target: Side) -> bool:
        """Whether what a side makes of this value counts as what it was sent."""
        ...

    def arrived(self, field: str, sent: Value, held: Value) -> bool:
        """Whether what a side holds is what it was sent."""
        ...

    def is_edit(self, field: str, side: Side, before: Value, now: Value) -> bool:
        """Whether another value than the one that was agreed on is news to the other side."""
        ...

    def consent(self, field: str, source: Side, cscart: Values, zoho: Values) -> Consent:
        """Whether a value of `source` may go to the other side by itself. Raises `Unfit` where it never can."""
        ...

    def why_asked(self, field: str, cscart: Values) -> str:
        """Why a person is asked though only the store has changed a field, and what to decide; or nothing."""
        ...

    def passes_by(self, values: Values, target: Side) -> str:
        """Why no partner is made for a record like this, or nothing."""
        ...

    def trouble(self, cscart: Values, zoho: Values) -> str:
        """What is wrong between two linked records though nothing is left to write, or nothing."""
        ...

    def seals(self, field: str, target: Side, value: Value) -> bool:
        """Whether writing this value would make good what `trouble` tells: then it waits."""
        ...

    def notice(self, cscart: Values, zoho: Values) -> str:
        """What people have to know of two linked records about which nothing is left to do, or nothing."""
        ...

    def remark(self, cscart: Values, zoho: Values) -> str:
        """What people may want to know of two linked records that agree, or nothing."""
        ...

    def bereft(self, left: Values, side: Side) -> str:
        """What people have to do about a record of `side` whose partner was deleted, or nothing."""
        ...

    def lives_on(self, left: Values, gone: Values, side: Side) -> str:
        """Where the other side still knows whom a record of `side` is about, though its partner is gone; or nothing."""
        ...

    def erased(self, cscart: Values, zoho: Values, base_zoho: Values) -> str | None:
        """Whether the store has erased whom a record is about: then nothing of it goes over any more.

        None where it has not; else what Zoho still has of that person, or nothing.
        """
        ...

    def anew(self, zoho: Values, wanted: Values) -> str:
        """Why a record of Zoho that holds `zoho` has to be made anew to become what is `wanted` of it, or nothing."""
        ...

    def named_anew(self, sent: Values, key: str, again: int) -> tuple[dict[str, Value], str] | None:
        """The values of a record that is made for the second, third ... time, and the key it is found by.

        None where there is no such way, or no more of it.
        """
        ...


class Plain:
    """The answers of a map whose values have one form, go everywhere, and need no other record."""

    in_parts = True

    def label(self, field: str) -> str:
        return PRODUCT_FIELDS.get(field, field)

    def key_field(self) -> str:
        return ""

    def stepping_aside(self, zoho_id: str, target: Side) -> dict[str, Value]:
        return {}

    def only_fills(self, field: str) -> bool:
        return False

    def check_waits(self, field: str, target: Side, value: Value) -> None:
        return None

    def not_taken(self, field: str, sent: Value, before: Value, held: Value) -> Unfit | None:
        return None

    def may_lack(self, field: str, target: Side) -> bool:
        return False

    def same_at_first(self, field: str, cscart: Value, zoho: Value) -> bool:
        return False

    def takes_as_made(self, field: str, target: Side) -> bool:
        return field == "status" and target is Side.CSCART  # how new records begin there is the merchant's choice

    def arrived(self, field: str, sent: Value, held: Value) -> bool:
        return digest_value(field, held) == digest_value(field, sent)

    def is_edit(self, field: str, side: Side, before: Value, now: Value) -> bool:
        return True

    def consent(self, field: str, source: Side, cscart: Values, zoho: Values) -> Consent:
        return Consent.FREE

    def why_asked(self, field: str, cscart: Values) -> str:
        return ""

    def passes_by(self, values: Values, target: Side) -> str:
        return ""

    def trouble(self, cscart: Values, zoho: Values) -> str:
        return ""

    def seals(self, field: str, target: Side, value: Value) -> bool:
        return False

    def notice(self, cscart: Values, zoho: Values) -> str:
        return ""

    def remark(self, cscart: Values, zoho: Values) -> str:
        return ""

    def bereft(self, left: Values, side: Side) -> str:
        return ""

    def lives_on(self, left: Values, gone: Values, side: Side) -> str:
        return ""

    def erased(self, cscart: Values, zoho: Values, base_zoho: Values) -> str | None:
        return None

    def anew(self, zoho: Values, wanted: Values) -> str:
        return ""

    def named_anew(self, sent: Values, key: str, again: int) -> tuple[dict[str, Value], str] | None:
        return None
