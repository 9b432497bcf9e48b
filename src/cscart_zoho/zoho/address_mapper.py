"""Between the addresses of Zoho and those of orders. Pure.

Zoho keeps the names of countries and states; orders keep codes, as the store
does. What nobody knows a code for stays as it is written.
"""

from collections.abc import Mapping

from cscart_zoho.mapping.places import bare
from cscart_zoho.mapping.store_places import StorePlaces
from cscart_zoho.mapping.text import without_beyond
from cscart_zoho.order import Address
from cscart_zoho.zoho.figures import line_of

NOWHERE = Address()
#: The places of a store of which nothing is known.
ISO_PLACES = StorePlaces()

#: Fields of an address of Zoho that are taken as they are, and the ones of orders (Zoho Inventory API: Contacts).
_PLAIN = {
    "attention": "name",
    "address": "street",
    "street2": "street2",
    "city": "city",
    "zip": "zip",
    "phone": "phone",
}


def address_of(told: object, places: StorePlaces = ISO_PLACES) -> Address:
    """An address as a sales order or a contact shows it; what is not there is empty."""
    if not isinstance(told, Mapping):
        return NOWHERE
    country = places.country(line_of(told.get("country_code") or told.get("country")))
    state = places.state(country, line_of(told.get("state") or told.get("state_code")))
    plain = {ours: line_of(told.get(theirs)) for theirs, ours in _PLAIN.items()}
    return Address(**plain, country=country, state=places.state_in_store(state))


def address_body(address: Address, places: StorePlaces = ISO_PLACES) -> dict[str, str]:
    """The keys of a request; what is empty is left out."""
    state = places.state_name(places.state(address.country, address.state))
    body = {theirs: getattr(address, ours) for theirs, ours in _PLAIN.items()}
    body |= {"state": state, "country": places.country_name(address.country)}
    return {name: value for name, value in body.items() if value}


def same_address(one: Address, other: Address, places: StorePlaces = ISO_PLACES) -> bool:
    """Whether both mean one address: neither case, accents, white space and dots count, nor signs that the store cannot
    keep, nor how a country or a state is written.
    """
    states = (places.state(each.country, each.state) for each in (one, other))
    return _plain(one, places) == _plain(other, places) and places.same_state(*states)


def _plain(address: Address, places: StorePlaces) -> tuple[str, ...]:
    texts = (bare(without_beyond(getattr(address, ours))) for ours in _PLAIN.values())
    return (*texts, places.country(address.country))
