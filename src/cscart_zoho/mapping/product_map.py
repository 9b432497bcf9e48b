"""How a product's value on one side looks on the other. Pure.

A projection never guesses: a value that the other side would refuse or damage
raises `Unfit`, with a sentence for the merchant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping import text
from cscart_zoho.mapping.choices import LongNames, Owner, ProductChoices
from cscart_zoho.mapping.keys import written
from cscart_zoho.mapping.record_map import Plain, Rules
from cscart_zoho.records import ACTIVE, INACTIVE, PRODUCT_FIELDS, Entity, Side, Value, Values, digest_value

#: Zoho refuses longer names (code 15), CS-Cart cuts at 255 without a word.
NAME_LIMIT = {Side.ZOHO: 100, Side.CSCART: 255}
#: CS-Cart cuts a product code at 64 characters without a word (seen on a running 4.20 store).
SKU_LIMIT = {Side.ZOHO: 100, Side.CSCART: 64}
#: A larger price or weight is taken for a slip.
AMOUNT_LIMIT = Decimal("999999999.99")
#: What no product can be without: nothing is never sent for these.
NEVER_EMPTY = frozenset({"name", "price"})
#: Digits after the point of prices and weights, in CS-Cart's database.
PRICE_PLACES, WEIGHT_PLACES = 2, 3
#: The fields that are money.
PRICES = ("price", "list_price")


@dataclass(frozen=True)
class ProductMap(Plain):
    """The merchant's choices and what the two sides can hold, ready to project with."""

    choices: ProductChoices
    #: Digits after the point of a price, on each side.
    cscart_places: int = 2
    zoho_places: int = 2
    #: Why no price goes over at present, and what to do: nobody knows what currency the store's prices are in.
    prices_wait: str = ""
    #: Why no price ever goes over, and what to do: both sides count in different currencies.
    prices_differ: str = ""
    #: Whether the store keeps characters of four bytes.
    keeps_all: bool = False

    entity = Entity.PRODUCTS

    @property
    def rules(self) -> Rules:
        """The merchant's rules for products."""
        choices = self.choices
        return Rules(
            create_in={Side.ZOHO: choices.create_in_zoho, Side.CSCART: choices.create_in_cscart},
            brake_percent=choices.brake_percent,
            brake_minimum=choices.brake_minimum,
            brake_new=choices.brake_new,
            full_look_hours=choices.full_look_hours,
            first_load=True,
        )

    @property
    def stock_choices(self) -> ProductChoices:
        return self.choices

    def synced_fields(self) -> tuple[str, ...]:
        """The fields that are compared and written, in reading order. Stock has its own rule."""
        return tuple(f for f in PRODUCT_FIELDS if self.owner(f) is not Owner.NOBODY)

    def owner(self, field: str) -> Owner:
        """Who owns a field. Taxes are nobody's until at least one is mapped."""
        if field == "tax" and not self.choices.taxes:
            return Owner.NOBODY
        return self.choices.owner(field)

    def may_write(self, field: str, target: Side, held: Value) -> bool:
        """Every synced field of a product is written wherever its owner says."""
        return True

    def yields(self, field: str, value: Value) -> bool:
        """An empty value of a product is a value."""
        return False

    def project(self, field: str, value: Value, target: Side) -> Value:
        """The value as `target` would hold it; "nothing" stays nothing. Raises `Unfit`."""
        if value is None:
            if field in NEVER_EMPTY:
                raise _missing(field)
            return None
        if field in PRICES:
            return self._price(field, value, target)
        if field == "name":
            return self._name(str(value), target)
        if field == "sku":
            return self._kept_whole("sku", _sku(str(value), target), target)
        if field == "tax":
            return self._tax(str(value), target)
        if field == "weight":
            return _weight(value, target)
        return value

    def agree(self, field: str, cscart: Value, zoho: Value) -> bool:
        """Whether two values say the same thing, as far as both sides can say it."""
        left, right = digest_value(field, cscart), digest_value(field, zoho)
        if left == right or (_none(left) and _none(right)):
            return True
        if field == "sku" and written(str(left or "")) == written(str(right or "")):
            return True
        if field == "name" and text.all_it_keeps(str(right or ""), str(left or ""), keeps_all=self.keeps_all):
            return True
        return self._same(field, cscart, Side.ZOHO, right) or self._same(field, zoho, Side.CSCART, left)

    def _same(self, field: str, value: Value, target: Side, held: Value) -> bool:
        """Whether `held` is the value as far as `target` can say it. Of a price with more decimals `trouble` tells."""
        as_kept = self._rounded if field in PRICES and value is not None else self.project
        try:
            projected = as_kept(field, value, target)
        except Unfit:
            return False
        return projected == held or (_none(projected) and _none(held))

    def _places(self, target: Side) -> int:
        return self.zoho_places if target is Side.ZOHO else self.cscart_places

    def _price(self, field: str, value: Value, target: Side) -> Decimal:
        """The price, if the target counts in the same currency and keeps it whole. Raises `Unfit`."""
        if self.prices_wait or self.prices_differ:
            raise Unfit(self.prices_wait or self.prices_differ, field=field, advice="")
        kept = self._rounded(field, value, target)
        if isinstance(value, Decimal) and kept != value:
            raise Unfit(
                f"Its {PRODUCT_FIELDS[field].lower()} {_in_full(value)} would be {kept:f} in {_PLACE[target]}.",
                field=field,
                advice=f"Give it a price {_with_places(self._places(target))}.",
            )
        return kept

    def _rounded(self, field: str, value: Value, target: Side) -> Decimal:
        """What the target would make of a price. Raises `Unfit`."""
        if not isinstance(value, Decimal) or not value.is_finite():
            raise Unfit(f'{PRODUCT_FIELDS[field]} "{value}" is not an amount of money.', field=field)
        return _amount(field, value, self._places(target), target)

    def remark(self, cscart: Values, zoho: Values) -> str:
        """A name that the store has to do without some signs of."""
        here, there = str(cscart.get("name") or ""), str(zoho.get("name") or "")
        if self.owner("name") is Owner.NOBODY or not text.all_it_keeps(there, here, keeps_all=self.keeps_all):
            return ""
        return text.left_out(f'the name is "{here}" there and "{there}" in Zoho', there)

    def trouble(self, cscart: Values, zoho: Values) -> str:
        """A price that one side cannot keep whole stays as it is on both; the merchant hears of it."""
        fields = [field for field in PRICES if self.owner(field) is not Owner.NOBODY]
        try:
            for field in fields:
                if cscart.get(field) != zoho.get(field):
                    self.project(field, zoho.get(field, Decimal(0)), Side.CSCART)
                    self.project(field, cscart.get(field, Decimal(0)), Side.ZOHO)
        except Unfit as error:
            return error.for_people()
        return ""

    def _name(self, value: str, target: Side) -> str:
        name, limit = " ".join(value.split()), NAME_LIMIT[target]
        if not name:
            raise _missing("name")
        if len(name) <= limit:
            return self._kept_whole("name", name, target)
        if self.choices.long_names is LongNames.CUT:
            return self._kept_whole("name", name[: limit - 1].rstrip() + "…", target)
        raise Unfit(
            f"The name has {len(name)} characters; {target.title} takes {limit}.",
            field="name",
            advice="Shorten the name, or choose in Settings that long names are cut.",
        )

    def _kept_whole(self, field: str, value: str, target: Side) -> str:
        """The text, if the target keeps all of its signs. Raises `Unfit`."""
        if target is Side.CSCART and text.damaged_by_store(value) and not self.keeps_all:
            sign = text.beyond(value)
            raise Unfit(
                f'CS-Cart would store "{sign}" in the {PRODUCT_FIELDS[field]} "{value}" as question marks.',
                field=field,
                advice="Leave the sign out in Zoho, or enter the name without it in CS-Cart: then both keep their own."
                if field == "name"
                else "Leave the sign out in Zoho.",
            )
        return value

    def _tax(self, value: str, target: Side) -> Value:
        if not value:
            return ""
        taxes: Mapping[str, str] = self.choices.taxes
        if target is Side.ZOHO:
            found = taxes.get(value)
        else:
            found = next((store_tax for store_tax, zoho_tax in taxes.items() if zoho_tax == value), None)
        if found is None:
            raise Unfit(
                f"Tax {value} has no partner in {target.title}.",
                field="tax",
                advice="Open Settings and say which tax it is.",
            )
        return found

    def status_when_made(self, status: Value, target: Side) -> Value:
        """The status a new record on `target` really begins with.

        A Zoho item is always active at first; its status is a second call. A
        product in the store begins with the status that the merchant has chosen.
        """
        if target is Side.ZOHO:
            return ACTIVE
        if status == INACTIVE or self.choices.new_product_status == "D":
            return INACTIVE
        return ACTIVE if self.choices.new_product_status == "A" or self.choices.hidden_is_active else INACTIVE

    def when_made(self, sent: Values, target: Side) -> dict[str, Value]:
        """Of all values only the status begins otherwise than it was sent."""
        return {"status": self.status_when_made(sent.get("status"), target)}

    def creation_key(self, key: str, sent: Values, target: Side) -> str:
        """The SKU is the same on both sides."""
        return key

    def made_distinct(self, sent: Values, key: str, target: Side) -> dict[str, Value]:
        """Zoho takes a name only once; the SKU makes it different and recognisable."""
        name, tail = str(sent["name"]), f" ({key})"
        return {**sent, "name": name[: NAME_LIMIT[target] - len(tail)].rstrip() + tail}

    def for_creation(self, id: str, values: Values, target: Side) -> dict[str, Value]:
        """What a new record on `target` is made of. Raises `Unfit`.

        Every value that the target has a place for is given, whoever owns it
        later; a tax without a partner is left out, and so is the price of an item
        whose price is not synced and would be in another currency.
        """
        made: dict[str, Value] = {}
        for field in PRODUCT_FIELDS:
            if values.get(field) is None or field == "stock" or not self._has_place(field):
                continue
            if field in PRICES and self._stays_without(target):
                continue
            try:
                made[field] = self.project(field, values[field], target)
            except Unfit:
                if field != "tax":
                    raise
        if "name" not in made:
            raise _missing("name")
        return made

    def _stays_without(self, target: Side) -> bool:
        """Whether a new record gets no price. In the store it would be for sale for nothing."""
        apart = bool(self.prices_differ) and not self.prices_wait
        return apart and target is Side.ZOHO and self.owner("price") is Owner.NOBODY

    def _has_place(self, field: str) -> bool:
        if field == "list_price":
            return bool(self.choices.list_price_field)
        if field == "short_description":
            return bool(self.choices.short_description_field)
        if field == "tax":
            return bool(self.choices.taxes)
        return True


#: How the sides are called in a sentence about a product.
_PLACE = {Side.CSCART: "the store", Side.ZOHO: "Zoho"}


def _in_full(price: Decimal) -> str:
    """All digits of a price, and two decimals at least."""
    exponent = price.normalize().as_tuple().exponent
    return f"{price.normalize():f}" if isinstance(exponent, int) and exponent < -2 else f"{price:.2f}"


def _with_places(places: int) -> str:
    if places == 0:
        return "without decimals"
    return f"with {places} decimals at most" if places > 1 else "with one decimal at most"


def _missing(field: str) -> Unfit:
    what = PRODUCT_FIELDS[field].lower()
    return Unfit(f"The product has no {what}.", field=field, advice=f"Give it a {what} and sync again.")


def _sku(value: str, target: Side) -> str:
    limit = SKU_LIMIT[target]
    if len(value) > limit:
        raise Unfit(
            f"The SKU has {len(value)} characters; {target.title} takes {limit} and would cut it.",
            field="sku",
        )
    return value


def _weight(value: Value, target: Side) -> Decimal:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise Unfit(f'Weight "{value}" is not a number.', field="weight")
    return _amount("weight", value, WEIGHT_PLACES, target)


def _amount(field: str, value: Decimal, places: int, target: Side) -> Decimal:
    """A number of nothing or more, rounded as the target keeps it."""
    title = PRODUCT_FIELDS[field]
    if value < 0:
        raise Unfit(f"{title} {value} is negative, and {target.title} could turn it into something else.", field=field)
    # The limit is looked at before and after: `quantize` cannot hold what is far beyond it.
    if value <= AMOUNT_LIMIT:
        rounded = _rounded(value, places)
        if rounded <= AMOUNT_LIMIT:
            return rounded
    raise Unfit(f"{title} {value} is larger than any real one.", field=field)


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _none(value: Value) -> bool:
    """Both sides say "nothing" in more than one way."""
    return value is None or value == "" or (isinstance(value, Decimal) and value == 0)
