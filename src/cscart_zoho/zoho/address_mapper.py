"""Between the addresses of Zoho and those of orders. Pure.

Zoho keeps the names of countries and states; orders keep codes, as the store
does. What nobody knows a code for stays as it is written.
"""

from collections.abc import Mapping

from cscart_zoho.mapping import places
from cscart_zoho.order import Address
from cscart_zoho.zoho.figures import line_of

NOWHERE = Address()

#: Fields of an address of Zoho that are taken as they are, and the ones of orders (Zoho Inventory API: Contacts).
_PLAIN = {
    "attention": "name",
    "address": "street",
    "street2": "street2",
    "city": "city",
    "zip": "zip",
    "phone": "phone",
}


def address_of(told: object) -> Address:
    """An address as a sales order or a contact shows it; what is not there is empty."""
    if not isinstance(told, Mapping):
        return NOWHERE
    country = places.country_code(line_of(told.get("country_code") or told.get("country")))
    state = places.state_code(country, line_of(told.get("state") or told.get("state_code")))
    plain = {ours: line_of(told.get(theirs)) for theirs, ours in _PLAIN.items()}
    return Address(**plain, country=country, state=places.state_short(state))


def address_body(address: Address) -> dict[str, str]:
    """The keys of a request; what is empty is left out."""
    state = places.state_name(places.state_code(address.country, address.state))
    body = {theirs: getattr(address, ours) for theirs, ours in _PLAIN.items()}
    body |= {"state": state, "country": places.country_name(address.country)}
    return {name: value for name, value in body.items() if value}


def same_address(one: Address, other: Address) -> bool:
    """Whether both mean one address: case and white space do not count, nor how a country or a state is written."""
    return _folded(one) == _folded(other)


def _folded(address: Address) -> tuple[str, ...]:
    country = places.country_code(address.country)
    state = places.state_code(country, address.state)
    plain = (getattr(address, ours) for ours in _PLAIN.values())
    return tuple("".join(value.split()).casefold() for value in (*plain, country, state))
