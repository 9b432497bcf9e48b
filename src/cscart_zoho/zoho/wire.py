"""What Zoho Inventory sends, and what it means when it refuses.

Every answer is `{"code", "message", <resource>}`; code 0 is success. Items stay
mappings: organisations differ in the keys they show, and the values of custom
fields lie flat in list rows.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from cscart_zoho.errors import (
    AlreadyThere,
    ConnectorError,
    NotAuthorised,
    NotConnected,
    NotFound,
    QuotaGone,
    Refused,
    Throttled,
    WrongSetting,
)
from cscart_zoho.http import Answer

ROOT = "/inventory/v1"
ITEMS = f"{ROOT}/items"
ITEM_DETAILS = f"{ROOT}/itemdetails"
ADJUSTMENTS = f"{ROOT}/inventoryadjustments"

#: One item as it came, numbers as `int` or `Decimal`.
Item = Mapping[str, Any]

#: Error codes (Zoho Inventory API: Errors, and answers quoted by clients of the live API).
NOT_AUTHENTICATED, NOT_AUTHORISED = 14, 57
TOO_MANY_A_MINUTE, TOO_MANY_A_DAY, TOO_MANY_AT_ONCE = 44, 45, 1070
EXISTS, CONTACT_EXISTS, NO_SUCH = 1001, 3062, (1002, 2006, 5)
FOREIGN_ORGANISATION = 6041

MINUTE_S, HOUR_S = 60.0, 3600.0


class PageContext(msgspec.Struct):
    """Where a list goes on. There is no total."""

    has_more_page: bool = False


class Body(msgspec.Struct):
    """Any answer of Zoho Inventory, with what is read of it."""

    code: int = 0
    message: str = ""
    items: list[dict[str, Any]] = []
    item: dict[str, Any] = {}
    inventory_adjustments: list[dict[str, Any]] = []
    inventory_adjustment: dict[str, Any] = {}
    contacts: list[dict[str, Any]] = []
    contact: dict[str, Any] = {}
    addresses: list[dict[str, Any]] = []
    #: An address that was added (Zoho Books API: Contacts); older clients read it as `address`.
    address_info: dict[str, Any] = {}
    address: dict[str, Any] = {}
    salesorders: list[dict[str, Any]] = []
    #: Described as `sales_order` in answers to writes, seen live as `salesorder` in all.
    salesorder: dict[str, Any] = {}
    sales_order: dict[str, Any] = {}
    #: What became of each record of a bulk call.
    data: dict[str, Any] = {}
    page_context: PageContext = msgspec.field(default_factory=PageContext)


_DECODER = msgspec.json.Decoder(Body, float_hook=Decimal)


def accepted(answer: Answer, what: str) -> Body:
    """The body, if Zoho did what was asked. `what` completes "Zoho refused ...".

    What cannot be read is a `RemoteFault` for a read and an `UnknownOutcome` for a write.
    """
    try:
        body = _DECODER.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise answer.unreadable("Zoho") from error
    if answer.status < 300 and body.code == 0:
        return body
    raise refusal(answer.status, body.code, body.message or "no words.", what)


def refusal(status: int, code: int, message: str, what: str) -> ConnectorError:
    """The error that a code means; words decide nothing.

    A SKU that is taken has no code of its own that is documented: after any refusal of a new record it is looked for.
    """
    said = f"Zoho refused {what}: {message}"
    if code in (TOO_MANY_A_MINUTE, TOO_MANY_AT_ONCE):
        return Throttled(said, wait_s=MINUTE_S)
    if code == TOO_MANY_A_DAY:
        return QuotaGone(said, wait_s=HOUR_S)
    if code == NOT_AUTHORISED:
        return NotAuthorised(said)
    if code == NOT_AUTHENTICATED or status == 401:
        return NotConnected(said)
    if code == FOREIGN_ORGANISATION:
        return WrongSetting(said, advice="Choose the Zoho organisation again on the connection's page.")
    if code in (EXISTS, CONTACT_EXISTS):
        return AlreadyThere(said, code=code)
    if status == 404 and code in (0, *NO_SUCH):
        return NotFound(said, code=code or status)
    return Refused(said, code=code or status)
