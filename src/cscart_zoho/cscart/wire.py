"""What CS-Cart's API sends, and what it says when it refuses.

Scalars come as text or as numbers, depending on the address and the release,
and an empty object comes as `[]`: fields whose type moves are `Any` here, and
the mapper reads them.
"""

import html
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from cscart_zoho.errors import ConnectorError, NotAuthorised, NotConnected, NotFound, Refused
from cscart_zoho.http import Answer, odd

#: In every release read the version in the address gives the shapes that were recorded.
PRODUCTS = "/api/2.0/products"

#: How much of the store's own words is shown.
WORDS_LIMIT = 300

T = TypeVar("T")


class ProductRow(msgspec.Struct):
    """One product, from a list or by itself. Texts are UNSET in lists that were not asked for them."""

    product_id: Any
    product: Any = ""
    product_code: Any = ""
    status: Any = ""
    #: With catalogue promotions taken off in lists and in single products of 2.1.
    price: Any = None
    #: Without promotions.
    base_price: Any = None
    list_price: Any = None
    amount: Any = None
    weight: Any = None
    #: "6,7" in lists, ["6", "7"] in single products.
    tax_ids: Any = ""
    tracking: Any = "B"
    is_edp: Any = "N"
    updated_timestamp: Any = 0
    timestamp: Any = 0
    full_description: Any = msgspec.UNSET
    short_description: Any = msgspec.UNSET


class Params(msgspec.Struct):
    """What the store understood of a list request."""

    total_items: Any = None
    sort_by: Any = ""


class ProductList(msgspec.Struct):
    """A page of products; an empty one may come as `[]` or `{}`."""

    products: list[ProductRow] | dict[str, ProductRow] = []
    params: Params | list[Any] = []

    @property
    def rows(self) -> list[ProductRow]:
        return list(self.products.values()) if isinstance(self.products, dict) else self.products

    @property
    def length(self) -> int:
        return len(self.products)

    @property
    def total(self) -> int | None:
        """How many products match in all; a string with pages, a number without."""
        told = str(self.params.total_items) if isinstance(self.params, Params) else ""
        return int(told) if told.isdecimal() else None

    @property
    def sort_by(self) -> str:
        return str(self.params.sort_by) if isinstance(self.params, Params) else ""


class Made(msgspec.Struct):
    """The answer to a creation or a change: the id and nothing else."""

    product_id: int | str


LIST = msgspec.json.Decoder(ProductList, float_hook=Decimal)
SINGLE = msgspec.json.Decoder(ProductRow, float_hook=Decimal)
MADE = msgspec.json.Decoder(Made)


def decoded(answer: Answer, decoder: msgspec.json.Decoder[T]) -> T:
    """The body. Of another shape, it is a `RemoteFault` for a read and an `UnknownOutcome` for a write."""
    try:
        return decoder.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise answer.unreadable("CS-Cart") from error


def check(answer: Answer, what: str) -> Answer:
    """The answer, if the store did what was asked. `what` completes "CS-Cart refused ...".

    Only the store itself may say no: an error page of some server before it proves nothing.
    """
    if answer.status < 300:
        return answer
    if answer.status == 401:
        raise NotConnected("CS-Cart does not accept the e-mail address and the API key of this store.")
    words = words_of(answer.body)
    if words is None:
        raise odd("CS-Cart", f'answered with a page (HTTP {answer.status}: "{answer.words(80)}")', write=answer.write)
    raise _refusal(answer.status, words, what)


def _refusal(status: int, words: str, what: str) -> ConnectorError:
    if status == 403:
        advice = "Give the administrator of the API key the rights to view and manage products, customers and orders."
        return NotAuthorised(f"CS-Cart does not allow {what}: {words}", advice=advice)
    if status == 404:
        return NotFound(f"CS-Cart does not know {what}: {words}", code=status)
    return Refused(f"CS-Cart refused {what}: {words}", code=status)


def is_there(answer: Answer, what: str) -> bool:
    """Whether a record that was asked for by its id is in the store, be it that it may not be looked at.

    403 is what the store says of one that belongs to another vendor or storefront (read in the code).
    """
    try:
        check(answer, what)
    except NotFound:
        return False
    except NotAuthorised:
        pass
    return True


def words_of(body: bytes) -> str | None:
    """What the store says, without mark-up (notices may hold `<b>`); None when it is not the store that speaks."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(told, Mapping):
        return None
    said = [told.get("message"), *_several(told.get("messages")), *_several(told.get("errors"))]
    texts = list(dict.fromkeys(str(each) for each in said if each)) or ["no words."]
    more = [text for text in texts[1:] if text not in texts[0]]
    plain = html.unescape(re.sub(r"<[^<>]*>", "", " ".join([texts[0], *more])))
    return " ".join(plain.split())[:WORDS_LIMIT]


def _several(said: object) -> list[object]:
    if isinstance(said, Mapping):
        return list(said.values())
    return said if isinstance(said, list) else []
