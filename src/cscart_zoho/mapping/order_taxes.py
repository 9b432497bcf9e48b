"""Which Zoho tax the taxes of a store's order become. Pure.

What the merchant has said comes first. Else it is Zoho's tax of the same
percent; of several that one which the country, the names, and the kinds tell
apart from the others. Where nothing does, the merchant is asked: none is
taken by chance.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cscart_zoho.errors import NotListed, Unfit
from cscart_zoho.mapping.money_rules import MoneyRules, ZohoTax
from cscart_zoho.mapping.order_choices import OrderChoices, TaxRule
from cscart_zoho.order import NOTHING, Order, Tax, plain

ADVICE = "Open Settings, Orders, and say in the tax map which Zoho tax it is."


@dataclass(frozen=True)
class Partner:
    """The Zoho tax of a line, none for a line without tax, and what people should know about the choice."""

    tax: ZohoTax | None
    why: str = ""


@dataclass(frozen=True)
class TaxMap:
    """All that decides on taxes, for orders that go to one country."""

    choices: OrderChoices
    #: Store tax id to Zoho tax id, from the settings for products.
    product_taxes: Mapping[str, str]
    rules: MoneyRules
    #: Of delivery, ISO.
    country: str = ""

    def partner(self, taxes: tuple[Tax, ...]) -> Partner:
        """The one Zoho tax for all taxes of a line. Raises `Unfit`; `NotListed` where Zoho may have a tax by now."""
        if not taxes:
            return Partner(None)
        for tax in taxes:
            _check_percent(tax)
        percent = percent_of(taxes)
        mapped = {self._mapped(tax) for tax in taxes}
        if len(mapped) == 1 and (id := mapped.pop()):
            return Partner(self._known(id, taxes, percent))
        return self._of_same_percent(taxes, percent)

    def _mapped(self, tax: Tax) -> str:
        """What the merchant has said: first the rules for orders, then the taxes of products."""
        for rule in self.choices.tax_rules:
            if rule.zoho_tax and self._holds(rule, tax):
                return rule.zoho_tax
        return self.product_taxes.get(tax.id, "")

    def _holds(self, rule: TaxRule, tax: Tax) -> bool:
        return (
            rule.store_tax in ("", tax.id)
            and rule.country.upper() in ("", self.country.upper())
            and rule.included in ("", "Y" if tax.included else "N")
        )

    def _known(self, id: str, taxes: tuple[Tax, ...], percent: Decimal) -> ZohoTax:
        found = self.rules.taxes.get(id)
        if found is None:
            raise NotListed(
                f"{_named(taxes)} is mapped to a Zoho tax that does not exist (id {id}).", field="taxes", advice=ADVICE
            )
        if found.percent != percent:
            raise NotListed(
                f"{_named(taxes)} is mapped to Zoho's {_title(found)}: the amounts would differ.",
                field="taxes",
                advice="Map it to a Zoho tax of the same percent, for this country if need be (Settings, Orders).",
            )
        return found

    def _of_same_percent(self, taxes: tuple[Tax, ...], percent: Decimal) -> Partner:
        alike = [tax for tax in self.rules.taxes.values() if tax.percent == percent and _may_stand_for(tax, taxes)]
        if self.choices.same_rate and alike:
            return self._told_apart(taxes, percent, alike)
        if not percent:
            return Partner(None, f"{_named(taxes)} is nothing, and Zoho has no tax for it.")
        raise NotListed(f"{_named(taxes)} has no partner in Zoho.", field="taxes", advice=_advice(taxes, percent))

    def _told_apart(self, taxes: tuple[Tax, ...], percent: Decimal, alike: list[ZohoTax]) -> Partner:
        """The one of several that the first of these differences leaves alone. Raises `Unfit` where two are left."""
        left = alike
        for differences in (_charged_alike, self._of_country, _of_parts, _of_name, _sounding_alike, _of_kind):
            left = differences(taxes, left) or left
        first, *others = left
        if not others:
            why = f"Zoho has {len(alike)} taxes of {plain(percent)} %; this is {_title(first)}."
            return Partner(first, why if len(alike) > 1 else "")
        named = ", ".join(f"{_title(tax)} (id {tax.id})" for tax in left)
        raise Unfit(f"{_named(taxes)} may be any of {len(left)} taxes in Zoho: {named}.", field="taxes", advice=ADVICE)

    def _of_country(self, taxes: tuple[Tax, ...], left: Sequence[ZohoTax]) -> list[ZohoTax]:
        """Those of the country of delivery, by what Zoho tells or by a code in their name; else those of none."""
        country = self.country.upper()
        if not country:
            return []
        own = [tax for tax in left if country in (tax.country, *_CODE.findall(tax.name))]
        return own or [tax for tax in left if not tax.country]


_CODE = re.compile(r"\b[A-Z]{2}\b")
_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?")
#: Words of a name that tell no tax from another.
_OF_ALL = frozenset({"tax", "taxes", "rate", "of", "the"})
#: Words of taxes that the buyer owes to the state.
_REVERSED = frozenset({"reverse", "rcm"})


def _tokens(name: str, percent: Decimal) -> tuple[str, ...]:
    """Words and numbers of a name without its percent: "IGST18", "igst 18 %" and "IGST" are alike at 18 %."""
    return tuple(token for token in _TOKEN.findall(name.casefold()) if token != str(plain(percent)))


def _words(name: str) -> frozenset[str]:
    return frozenset(token for token in _TOKEN.findall(name.casefold()) if token.isalpha()) - _OF_ALL


def _places(name: str, kind: str = "") -> frozenset[str]:
    """Whether a tax of India is one within a state or between states."""
    told = _words(name) | {kind}
    return frozenset({"between"} if "igst" in told else {"within"} if told & {"cgst", "sgst", "utgst"} else ())


def _may_stand_for(tax: ZohoTax, taxes: tuple[Tax, ...]) -> bool:
    """Not one within a state for one between states, nor the other way round."""
    theirs = frozenset[str]().union(*(_places(each.name) for each in taxes))
    ours = frozenset[str]().union(*(_places(levy.name, levy.kind) for levy in tax.levies))
    return not theirs or not ours or bool(theirs & ours)


def _charged_alike(taxes: tuple[Tax, ...], left: Sequence[ZohoTax]) -> list[ZohoTax]:
    """Without those of a reverse charge, unless the store's tax is one."""
    reverse = any(_words(tax.name) & _REVERSED for tax in taxes)
    return [tax for tax in left if bool(_words(tax.name) & _REVERSED) is reverse]


def _of_parts(taxes: tuple[Tax, ...], left: Sequence[ZohoTax]) -> list[ZohoTax]:
    """For several taxes of a line the groups of taxes of the same percents."""
    if len(taxes) == 1:
        return []
    rates = sorted(tax.rate for tax in taxes)
    return [tax for tax in left if sorted(part.percent for part in tax.parts) == rates]


def _of_name(taxes: tuple[Tax, ...], left: Sequence[ZohoTax]) -> list[ZohoTax]:
    """Those of the very name; of several taxes, groups of taxes of those names."""
    names = sorted(_tokens(tax.name, tax.rate) for tax in taxes)
    same = [tax for tax in left if sorted(_tokens(part.name, part.percent) for part in tax.levies) == names]
    if len(taxes) > 1:
        return same
    exact = [tax for tax in left if tax.name.casefold().split() == taxes[0].name.casefold().split()]
    return exact or [tax for tax in left if _tokens(tax.name, tax.percent) == names[0]]


def _sounding_alike(taxes: tuple[Tax, ...], left: Sequence[ZohoTax]) -> list[ZohoTax]:
    """Those that share most words with the store's taxes, if any shares one."""
    words = frozenset[str]().union(*(_words(tax.name) for tax in taxes))
    shared = [len(_words(tax.name) & words) for tax in left]
    return [tax for tax, count in zip(left, shared, strict=True) if count == max(shared)] if any(shared) else []


def _of_kind(taxes: tuple[Tax, ...], left: Sequence[ZohoTax]) -> list[ZohoTax]:
    """A single tax for a single one, a group for several."""
    return [tax for tax in left if bool(tax.parts) is (len(taxes) > 1)]


def percent_of(taxes: Sequence[Tax]) -> Decimal:
    """What taxes of a line come to. Those on top with a higher priority are taken of the lower ones, too.

    So the store calculates them (read in the code of its order forms).
    """
    if any(tax.included for tax in taxes):
        return sum((tax.rate for tax in taxes), NOTHING)
    whole = Decimal(1)
    for level in {tax.priority for tax in taxes}:
        whole *= 1 + sum((tax.rate for tax in taxes if tax.priority == level), NOTHING) / 100
    return plain((whole - 1) * 100)


def country_of(order: Order) -> str:
    """Where the goods go; without an address of delivery, where the bill goes."""
    return order.delivery.country or order.billing.country


def _check_percent(tax: Tax) -> None:
    if tax.fixed:
        raise Unfit(
            f'Tax "{tax.name or tax.id}" is a fixed amount; taxes of Zoho are percents.',
            field="taxes",
            advice="Enter this order in Zoho by hand with its number as the reference, or make the tax a percent in "
            "the store.",
        )


def _named(taxes: tuple[Tax, ...]) -> str:
    """ "Tax "VAT" of 10 %", or "Tax "State" of 4 % with "City" of 1 %"."""
    return "Tax " + " with ".join(f'"{tax.name or tax.id}" of {plain(tax.rate)} %' for tax in taxes)


def _title(tax: ZohoTax) -> str:
    return f'"{tax.name}" of {plain(tax.percent)} %'


def _advice(taxes: tuple[Tax, ...], percent: Decimal) -> str:
    if len(taxes) == 1:
        return ADVICE
    if percent != sum((tax.rate for tax in taxes), NOTHING):
        return (
            f"The store takes one of these taxes of the other (their priorities). Make a tax group of them in Zoho in "
            f"which the later one is a compound tax, {plain(percent)} % together, and map each of these taxes to it "
            "(Settings, Orders)."
        )
    return (
        f"A line of Zoho has one tax. Make a tax group of {plain(percent)} % in Zoho, and map each of these taxes "
        "to it (Settings, Orders)."
    )


def names(taxes: Iterable[Tax]) -> str:
    """The taxes as people know them: "VAT 10 %"."""
    return ", ".join(dict.fromkeys(with_rate(tax.name or tax.id, tax.rate) for tax in taxes))


def with_rate(name: str, rate: Decimal) -> str:
    """A tax with its percentage, which its name may end with already: "VAT 10 %" for "VAT", "VAT 10" and "VAT 10%"."""
    number = str(plain(rate))
    stem = re.sub(rf"\s+{re.escape(number)}\s*%?\s*$", "", name) or name
    return f"{stem} {number} %"
