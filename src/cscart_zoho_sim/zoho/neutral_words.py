"""Every sentence of Zoho in other words, the same ones for everything: what a client must get along with."""

from typing import Any

import msgspec

from cscart_zoho_sim.wire import Response

#: Where sentences stand in answers of Inventory, CRM and the accounts server.
SENTENCES = ("message", "error_description")
DONE, REFUSED = "Noted.", "That is not possible."


def neutral(response: Response) -> Response:
    """The same answer with other sentences. Codes, statuses and records stay."""
    if not response.body.lstrip().startswith(b"{"):
        return response
    try:
        told = msgspec.json.decode(response.body)
    except msgspec.DecodeError:
        return response
    body = msgspec.json.encode(_otherwise(told, DONE if response.status < 300 else REFUSED))
    return Response(response.status, body, response.headers)


def _otherwise(told: Any, words: str) -> Any:
    if isinstance(told, list):
        return [_otherwise(each, words) for each in told]
    if not isinstance(told, dict):
        return told
    own = REFUSED if told.get("code") not in (None, 0, "SUCCESS") else words
    return {
        key: own if key in SENTENCES and isinstance(value, str) else _otherwise(value, own)
        for key, value in told.items()
    }
