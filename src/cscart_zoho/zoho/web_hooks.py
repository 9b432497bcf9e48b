"""What web hooks of Zoho Inventory send, and whether it is Zoho that sends it.

A message is the whole document, as raw JSON `{"item": {...}}` or in the form field
`JSONString`. With a secret it is signed: HMAC-SHA256 over the keys and values of all
parameters of the address and of the form, sorted and put together, and then the raw
JSON. Zoho's help shows the signature in Base64; hexadecimal is accepted as well. There
is neither a time stamp nor a number of the message (facts of Zoho Inventory: Webhooks).
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from cscart_zoho.records import Entity
from cscart_zoho.sync.hints import NotAccepted, Told, checked_id, moment_of, parsed

SIGNATURE = "X-Zoho-Webhook-Signature"
#: What Zoho takes as a secret: 12 to 50 letters and digits.
SECRET_LENGTH = 40
#: By the key of a document: what it is, and the key of its id.
DOCUMENTS = {
    "item": (Entity.PRODUCTS, "item_id"),
    "contact": (Entity.CONTACTS, "contact_id"),
    "salesorder": (Entity.ORDERS, "salesorder_id"),
}
FORM_FIELD = "JSONString"

Pairs = Sequence[tuple[str, str]]


def read(query: str, body: bytes, signature: str, secret: str) -> list[Told]:
    """The record that a signed message names. Raises `NotAccepted`.

    `query` and `body` as they came: the signature is over what was sent, not over what it means.
    """
    parameters, document = _parts(query, body)
    _check(signature, expected(secret, parameters, b"" if _is_form(body) else body))
    return [_told(document)]


def expected(secret: str, parameters: Pairs, raw: bytes) -> bytes:
    """The signature that a message must bear, as 32 bytes."""
    text = "".join(key + value for key, value in sorted(parameters))
    return hmac.new(secret.encode(), text.encode("utf-8", "surrogateescape") + raw, hashlib.sha256).digest()


def _check(given: str, digest: bytes) -> None:
    if not given:
        raise NotAccepted("A message came without a signature: enter the secret of this page in Zoho's web hook.", 403)
    bare = given.strip().encode("utf-8", "replace")
    # Both are always compared, each in constant time.
    well = [hmac.compare_digest(bare, b64encode(digest)), hmac.compare_digest(bare.lower(), digest.hex().encode())]
    if not any(well):
        why = "A message had a wrong signature: Zoho's web hook has another secret, or somebody else sent it."
        raise NotAccepted(why, 403)


def _is_form(body: bytes) -> bool:
    return not body.lstrip().startswith(b"{")


def _parts(query: str, body: bytes) -> tuple[Pairs, bytes]:
    """All parameters, and the JSON of the document."""
    try:
        parameters = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
        if not _is_form(body):
            return parameters, body
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        raise NotAccepted("A message was neither JSON nor a form.") from error
    document = next((value for key, value in fields if key == FORM_FIELD), "")
    return [*parameters, *fields], document.encode("utf-8", "surrogateescape")


def _told(document: bytes) -> Told:
    told = parsed(document)
    for key, (entity, id_key) in DOCUMENTS.items():
        row = told.get(key)
        if isinstance(row, Mapping):
            return Told(entity, checked_id(row.get(id_key)), moment_of(row.get("last_modified_time")))
    raise NotAccepted("A message was about none of these: an item, a contact, a sales order.")
