"""What the merchant has chosen for orders. Pure values."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import Count, Share

#: What Zoho lets us set. "" = nothing is done in Zoho for this status of the store.
Settable = Literal["", "draft", "confirmed", "void"]

#: Statuses of a sales order (Zoho Inventory API: Sales Orders), and the settable one each is built upon.
ZOHO_STATUSES: Mapping[str, Settable] = {
    "draft": "draft",
    "pending_approval": "draft",
    "approved": "draft",
    "confirmed": "confirmed",
    "onhold": "confirmed",
    "overdue": "confirmed",
    "backordered": "confirmed",
    "drop_shipped": "confirmed",
    "partially_shipped": "confirmed",
    "shipped": "confirmed",
    "fulfilled": "confirmed",
    "partially_invoiced": "confirmed",
    "invoiced": "confirmed",
    "closed": "confirmed",
    "void": "void",
}

#: What is to be done about an order that waits for its approval: nobody but a person of the organisation gives it.
APPROVE = "Approve it in Zoho; the next run confirms it."
#: ... for one that Zoho does not let us confirm.
CONFIRM = (
    "Where sales orders have to be approved in Zoho, it has to be submitted and approved there first; else confirm it "
    "there by hand. The next run goes on with it."
)

#: The status that the store gives by itself to an order that it has too few pieces for (seen on 4.20).
BACKORDERED = "B"
#: Letters of a new CS-Cart store: P paid, C complete, O open, F failed, D declined, B backordered, I canceled,
#: Y awaiting call (seen on a running 4.20 store).
TO_ZOHO: Mapping[str, Settable] = {
    "O": "draft",
    "Y": "draft",
    "P": "confirmed",
    "C": "confirmed",
    "F": "void",
    "D": "void",
    "I": "void",
    "B": "",
}
TO_CSCART: Mapping[str, str] = {"draft": "O", "confirmed": "P", "fulfilled": "C", "closed": "C", "void": "I"}

Money = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,6}(\.[0-9]{1,4})?$")]


class TaxRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which Zoho tax a tax of the store becomes. Empty conditions hold for all; the first rule that holds counts."""

    zoho_tax: str
    store_tax: str = ""
    #: ISO code of the country of delivery.
    country: str = ""
    included: Literal["", "Y", "N"] = ""


class OrderChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All choices for orders, with defaults that need no thought."""

    #: The schedule syncs orders, too.
    scheduled: bool = True
    create_in_zoho: bool = True
    #: Sales orders that were made in Zoho become orders of the store by themselves.
    create_in_cscart: bool = True
    #: ISO code of the store's primary currency, which its amounts are in; "" = the one that the store tells.
    currency: str = ""
    #: In which the days of the store begin, such as "Europe/Berlin"; "" = its own.
    time_zone: str = ""
    #: Our numbers in Zoho are this and the store's number.
    prefix: str = "CS-"
    #: Older orders are not made on the other side (yyyy-mm-dd; "" = all are).
    since: str = ""
    #: Statuses of the store that are sent; none named = every one that stands for a draft or a confirmed order.
    sent_statuses: list[str] = []
    to_zoho: dict[str, Settable] = msgspec.field(default_factory=lambda: dict(TO_ZOHO))
    to_cscart: dict[str, str] = msgspec.field(default_factory=lambda: dict(TO_CSCART))
    #: An order whose sales order is void and that is open or paid again: a new sales order, or a person is asked.
    when_it_comes_back: Literal["new", "ask"] = "new"
    #: Statuses that stand for void and leave a draft what it is, as an order whose payment failed may yet be paid.
    draft_until_paid: list[str] = []

    #: Before them, the taxes of the settings for products count as rules; after them, a Zoho tax of the same rate.
    tax_rules: list[TaxRule] = []
    same_rate: bool = True
    #: The Zoho item for lines whose product is not in Zoho, or "": such an order waits.
    fallback_item_id: str = ""
    #: Shipping as Zoho's shipping charge, or as a line with this item (then with its tax).
    shipping_as: Literal["charge", "line"] = "charge"
    shipping_item_id: str = ""
    #: The item for a payment surcharge; "" = it goes into the adjustment.
    surcharge_item_id: str = ""
    #: The largest difference of totals that the adjustment may even out, in the order's currency.
    tolerance: Money = "0.05"
    #: The order's own addresses are told to Zoho where they are not the customer's.
    addresses: bool = True
    #: One contact for the orders of all guests; "" = each guest becomes a contact.
    guest_contact_id: str = ""

    #: How orders that are imported are paid and sent; "" = the store's first active one.
    payment_id: str = ""
    shipping_id: str = ""
    #: Whether prices of imported lines have Zoho's taxes in them.
    imported_prices: Literal["gross", "net"] = "gross"

    brake_percent: Share = 30
    brake_minimum: Count = 25
    #: ... and one that would make more new records than this, and more than that share of the linked ones.
    brake_new: Count = 500
    #: How soon a deleted order is noticed, which stock rests on; a look costs a call for each 200 sales orders.
    full_look_hours: Count = 24

    @property
    def most(self) -> Decimal:
        """The tolerance as an amount."""
        return Decimal(self.tolerance)

    def target(self, letter: str) -> Settable:
        """What Zoho shall be for a status of the store; "" = nothing is done."""
        return self.to_zoho.get(letter, "")

    def is_sent(self, letter: str) -> bool:
        """Whether an order of this status is made in Zoho."""
        if self.target(letter) not in ("draft", "confirmed"):
            return False
        return not self.sent_statuses or letter in self.sent_statuses

    def letter(self, status: str) -> str:
        """The store's status for one of Zoho's: its own, or that of the settable one it is built upon."""
        return self.to_cscart.get(status) or self.to_cscart.get(settable(status), "")


def settable(status: str) -> Settable:
    """The status that we could have set: "confirmed" for shipped, invoiced, closed ..."""
    return ZOHO_STATUSES.get(status, "confirmed")


def words_of(status: str) -> str:
    """A status of Zoho in a sentence: "a draft", "partially shipped"."""
    return "a draft" if status == "draft" else status.replace("_", " ")


_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_-]{0,11}")


def order_choices_from_json(stored: Mapping[str, Any]) -> OrderChoices:
    """The choices kept in a JSON column. Raises `WrongSetting` with the name of the setting that is wrong."""
    try:
        choices = msgspec.convert(dict(stored), OrderChoices)
    except msgspec.ValidationError as error:
        raise WrongSetting(f"The order settings cannot be read: {error}.") from error
    check_order_choices(choices)
    return choices


def check_order_choices(choices: OrderChoices) -> None:
    """Raises `WrongSetting` for choices that cannot be carried out, or under which an order would move by itself."""
    if not _PREFIX.fullmatch(choices.prefix):
        raise WrongSetting(
            f'"{choices.prefix}" is no prefix for order numbers.',
            advice="Use letters, digits, -, / and _, and begin with a letter or a digit; twelve characters at most.",
        )
    if choices.since:
        try:
            date.fromisoformat(choices.since)
        except ValueError as error:
            raise WrongSetting(f'"{choices.since}" is not a date.', advice="Write it as 2026-01-31.") from error
    if choices.time_zone and not is_zone(choices.time_zone):
        raise WrongSetting(
            f'"{choices.time_zone}" is no time zone.', advice="Write it as Europe/Berlin, or leave it empty."
        )
    if unknown := set(choices.to_cscart) - set(ZOHO_STATUSES):
        raise WrongSetting(f"Zoho has no order status named {', '.join(sorted(unknown))}.")
    if choices.shipping_as == "line" and not choices.shipping_item_id:
        raise WrongSetting("Shipping as a line needs an item.", advice="Choose the Zoho item that stands for shipping.")
    if loop := loops(choices):
        raise WrongSetting(" ".join(loop), advice="Change one of the two directions.")
    try:
        Decimal(choices.tolerance)
    except InvalidOperation as error:  # pragma: no cover (the pattern does not let it through)
        raise WrongSetting(f'"{choices.tolerance}" is not an amount.') from error


def is_zone(name: str) -> bool:
    """Whether this is the name of a time zone, such as "Europe/Berlin"."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def loops(choices: OrderChoices) -> list[str]:
    """Why an order would go from status to status without anybody touching it, one sentence each."""
    told = []
    for status, base in ZOHO_STATUSES.items():
        letter = choices.to_cscart.get(status, "")
        back = choices.target(letter) if letter else ""
        if back and back != base:
            told.append(
                f'Zoho\'s "{status}" becomes the store\'s status {letter}, and that becomes Zoho\'s "{back}": '
                "the order would move by itself."
            )
    return told


def for_good(choices: OrderChoices, names: Mapping[str, str], letters: Collection[str] | None = None) -> list[str]:
    """What Zoho cannot take back of what statuses of the store do there, one sentence each.

    `names` are the store's statuses by letter; of these `letters` only, None = of all.
    """
    mine = [letter for letter in names or choices.to_zoho if letters is None or letter in letters]
    void = [letter for letter in mine if choices.target(letter) == "void"]
    spared = [letter for letter in void if letter in choices.draft_until_paid]
    told = []
    if voided := _named([letter for letter in void if letter not in spared], names):
        told.append(f"{voided}: the sales order becomes void.")
    if drafts := _named(spared, names):
        told.append(f"{drafts}: a draft stays a draft until it is paid, a confirmed one becomes void.")
    if void:
        told.append(_back(choices))
    if confirmed := _named([letter for letter in mine if choices.target(letter) == "confirmed"], names):
        told.append(
            f"{confirmed}: the sales order is confirmed. A confirmed sales order cannot become a draft again; an order "
            "that goes back to such a status in the store is held."
        )
    return told


def _back(choices: OrderChoices) -> str:
    gets = {
        "new": f"gets a new one with a number of its own, such as {choices.prefix}97-2",
        "ask": "is held until you have settled it, and Zoho goes on selling its pieces",
    }
    return f"A void sales order cannot be opened again; an order that comes back {gets[choices.when_it_comes_back]}."


def _named(letters: Sequence[str], names: Mapping[str, str]) -> str:
    return ", ".join(f"{letter} ({names[letter]})" if names.get(letter) else letter for letter in letters)


def order_choices_to_json(choices: OrderChoices) -> dict[str, Any]:
    """The choices as a JSON column takes them."""
    built: dict[str, Any] = msgspec.to_builtins(choices)
    return built
