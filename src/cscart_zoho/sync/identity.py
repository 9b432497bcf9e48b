"""Which shop and which organisation records were linked with. Pure.

Ids mean something only where they were given: product 5 of another shop is another product, and an organisation that
does not know an item has not deleted it. So links, and all that rests on them, belong to one shop and one organisation.
"""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from cscart_zoho.mapping.counted import so_many
from cscart_zoho.records import Side


class Organisation(msgspec.Struct, frozen=True):
    """An organisation of Zoho: its id means something within its data centre. With the CRM that customers live in."""

    region: str = ""
    id: str = ""
    name: str = ""
    #: The CRM's own id and name; "" where no customers are linked with one, or it is not known.
    crm: str = ""
    crm_name: str = ""

    @property
    def title(self) -> str:
        return f"{self.name or 'the organisation'} (ID {self.id}, data centre {self.region})"

    def is_other(self, now: "Organisation") -> bool:
        """Whether `now` is known to be another one; what is not known is no other."""
        if not (self.id and now.id):
            return False
        return (self.region, self.id) != (now.region, now.id) or self.has_other_crm(now)

    def has_other_crm(self, now: "Organisation") -> bool:
        return bool(self.crm and now.crm and self.crm != now.crm)


class Shop(msgspec.Struct, frozen=True):
    """A store: where it is, and which of its companies (storefronts or vendors) the key stands for."""

    url: str = ""
    #: "ultimate", "multivendor", or "" where the key may not see it.
    edition: str = ""
    company_id: str = ""
    company: str = ""
    #: Of the administrator whose key is used: any of the same shop may be.
    email: str = ""

    @property
    def title(self) -> str:
        return f"{self.company} at {self.url}" if self.company else self.url

    def has_other_edition(self, now: "Shop") -> bool:
        return bool(self.edition and now.edition and self.edition != now.edition)

    def may_be_another_company(self, now: "Shop") -> bool:
        """Whether it is the key of somebody else now, who may not see which company of the shop it stands for."""
        return bool(self.company_id) and not now.company_id and self.email.casefold() != now.email.casefold()

    def is_other(self, now: "Shop") -> bool:
        """Whether `now` is known to be another one; what is not known is no other."""
        if not (self.url and now.url):
            return False
        if place(self.url) != place(now.url):
            return True
        pairs = ((self.edition, now.edition), (self.company_id, now.company_id))
        return any(before and after and before != after for before, after in pairs)


Known = TypeVar("Known", Organisation, Shop)


class Likeness(msgspec.Struct, frozen=True):
    """Of how many records that are known how many are there under the same ids, with the same keys."""

    asked: int = 0
    alike: int = 0

    @property
    def is_same(self) -> bool:
        """Some may have been deleted or renamed since."""
        return bool(self.asked) and self.alike * 5 >= self.asked * 4

    @property
    def is_other(self) -> bool:
        return bool(self.asked) and not self.alike


class MadeWith(msgspec.Struct, frozen=True):
    """Both sides that links were made with."""

    organisation: Organisation = Organisation()
    shop: Shop = Shop()

    def others(self, now: "MadeWith") -> list[Side]:
        """The sides on which `now` is another one."""
        other = {Side.CSCART: self.shop.is_other(now.shop), Side.ZOHO: self.organisation.is_other(now.organisation)}
        return [side for side in Side if other[side]]

    def called(self, other: "MadeWith") -> str:
        """What of this is not the same in `other`, by name."""
        return " and ".join(_called(side, self) for side in self.others(other))

    def filled_up(self, now: "MadeWith") -> "MadeWith":
        """The same, with what was not known before, and by the names that both have now. Only where none is other."""
        return MadeWith(
            _filled_up(self.organisation, now.organisation, renamed=("name", "crm_name")),
            _filled_up(self.shop, now.shop, renamed=("url", "company", "email")),
        )

    def to_json(self) -> dict[str, Any]:
        """As a JSON column takes it."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built


def made_with_from_json(stored: Mapping[str, Any]) -> MadeWith:
    return msgspec.convert(dict(stored), MadeWith)


def _filled_up(before: Known, now: Known, *, renamed: tuple[str, ...]) -> Known:
    told = {
        name: getattr(now, name)
        for name in before.__struct_fields__
        if getattr(now, name) and (name in renamed or not getattr(before, name))
    }
    return msgspec.structs.replace(before, **told)


def place(url: str) -> tuple[str, str]:
    """Where an address leads, whatever its scheme: with "www." or without it is one place."""
    parts = urlsplit(url.strip() if "://" in url else f"//{url.strip()}")
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/")


def wrong_connection_words(made_with: MadeWith, now: MadeWith, links: int) -> str:
    """What is connected instead of what links were made with; "" where it is the same."""
    told = [_words_of(side, made_with, now) for side in made_with.others(now)]
    if not told:
        return ""
    what = so_many(links, "link") if links else "What was read so far"
    verb = "was made" if links == 1 else "were made" if links else "is"
    with_whom = " and ".join(_made_with_words(side, made_with, now) for side in made_with.others(now))
    return f"{' '.join(told)} {what} {verb} with {with_whom}. Nothing is synced."


def advice_words(made_with: MadeWith, now: MadeWith) -> str:
    """What to do where another shop or organisation is connected."""
    before, present = made_with.called(now), now.called(made_with)
    same = ""
    if Side.CSCART in made_with.others(now):
        same = "If it is the same shop, say so there, or connect it with --same-shop. "
    return (
        f"Connect {before} again, or start anew with {present}: a button on the page of the connection, or the command "
        f"`cscart-zoho start-anew`. {same}Starting anew sets the links aside, and connecting {before} again brings "
        "them back."
    )


def _called(side: Side, both: MadeWith) -> str:
    """A side by its name alone."""
    if side is Side.CSCART:
        return both.shop.title
    return both.organisation.name or both.organisation.id


def _words_of(side: Side, made_with: MadeWith, now: MadeWith) -> str:
    if side is Side.CSCART:
        return f"The store that is connected is {_shop(now.shop, made_with.shop)}."
    if (made_with.organisation.region, made_with.organisation.id) == (now.organisation.region, now.organisation.id):
        return f"Zoho is connected with another CRM: {_crm(now.organisation)}."
    return f"Zoho is connected to {now.organisation.title}."


def _made_with_words(side: Side, made_with: MadeWith, now: MadeWith) -> str:
    if side is Side.CSCART:
        return _shop(made_with.shop, now.shop)
    ours, theirs = made_with.organisation, now.organisation
    return _crm(ours) if (ours.region, ours.id) == (theirs.region, theirs.id) else ours.title


def _crm(organisation: Organisation) -> str:
    return f"{organisation.crm_name or 'the CRM'} (CRM {organisation.crm})"


def _shop(shop: Shop, other: Shop) -> str:
    """A shop with what tells it from the other one."""
    apart = []
    if shop.edition and other.edition and shop.edition != other.edition:
        apart.append(f"edition {shop.edition}")
    if shop.company_id and other.company_id and shop.company_id != other.company_id:
        apart.append(f"number {shop.company_id}")
    return f"{shop.title} ({', '.join(apart)})" if apart else shop.title
