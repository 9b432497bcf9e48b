"""Which Zoho tax the taxes of a store's order become. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cscart_zoho.errors import Unfit
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
        """The one Zoho tax for all taxes of a line. Raises `Unfit` where there is none, or one of another percent."""
        if not taxes:
            return Partner(None)
        for tax in taxes:
            _check_percent(tax)
        percent = sum((tax.rate for tax in taxes), NOTHING)
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
            raise Unfit(
                f"{_named(taxes)} is mapped to a Zoho tax that does not exist (id {id}).", field="taxes", advice=ADVICE
            )
        if found.percent != percent:
            raise Unfit(
                f"{_named(taxes)} is mapped to Zoho's {_title(found)}: the amounts would differ.",
                field="taxes",
                advice="Map it to a Zoho tax of the same percent, for this country if need be (Settings, Orders).",
            )
        return found

    def _of_same_percent(self, taxes: tuple[Tax, ...], percent: Decimal) -> Partner:
        alike = [tax for tax in self.rules.taxes.values() if tax.percent == percent]
        if self.choices.same_rate and alike:
            group_first = len(taxes) > 1
            first, *others = sorted(alike, key=lambda tax: (group_first and not tax.parts, len(tax.id), tax.id))
            why = f"Zoho has {len(alike)} taxes of {plain(percent)} %; this is {_title(first)}." if others else ""
            return Partner(first, why)
        if not percent:
            return Partner(None, f"{_named(taxes)} is nothing, and Zoho has no tax for it.")
        raise Unfit(f"{_named(taxes)} has no partner in Zoho.", field="taxes", advice=_advice(taxes, percent))


def country_of(order: Order) -> str:
    """Where the goods go; without an address of delivery, where the bill goes."""
    return order.delivery.country or order.billing.country


def _check_percent(tax: Tax) -> None:
    if tax.fixed:
        raise Unfit(
            f'Tax "{tax.name or tax.id}" is a fixed amount; taxes of Zoho are percents.',
            field="taxes",
            advice="Enter this order in Zoho by hand, or make the tax a percent in the store.",
        )


def _named(taxes: tuple[Tax, ...]) -> str:
    """ "Tax "VAT" of 10 %", or "Tax "State" of 4 % with "City" of 1 %"."""
    return "Tax " + " with ".join(f'"{tax.name or tax.id}" of {plain(tax.rate)} %' for tax in taxes)


def _title(tax: ZohoTax) -> str:
    return f'"{tax.name}" of {plain(tax.percent)} %'


def _advice(taxes: tuple[Tax, ...], percent: Decimal) -> str:
    if len(taxes) == 1:
        return ADVICE
    return (
        f"A line of Zoho has one tax. Make a tax group of {plain(percent)} % in Zoho, and map each of these taxes "
        "to it (Settings, Orders)."
    )


def names(taxes: Iterable[Tax]) -> str:
    """The taxes as people know them: "VAT 10 %"."""
    return ", ".join(dict.fromkeys(f"{tax.name or tax.id} {plain(tax.rate)} %" for tax in taxes))
