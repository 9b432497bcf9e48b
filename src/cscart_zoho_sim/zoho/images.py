"""Item images: one part named `image` of a multipart body.

Kinds and size: Zoho Inventory API, "Items", image upload.
"""

import re
from email.parser import BytesParser
from email.policy import HTTP

from cscart_zoho_sim.wire import Request
from cscart_zoho_sim.zoho import refusals

KINDS = ("gif", "png", "jpeg", "jpg", "bmp", "webp")
IMAGE_SIZE_MAX = 7 * 1024 * 1024


def read_image(request: Request) -> tuple[str, str, bytes]:
    """File name, kind and content. Raises `Refusal`."""
    kind = request.headers.get("content-type", "")
    if not re.match(r"multipart/form-data;.*boundary=", kind):
        raise refusals.invalid("image")
    message = BytesParser(policy=HTTP).parsebytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + request.body)
    for part in message.iter_parts():
        if part.get_param("name", header="content-disposition") == "image":
            return _checked(part.get_filename() or "", part.get_payload(decode=True))
    raise refusals.invalid("image")


def _checked(name: str, content: object) -> tuple[str, str, bytes]:
    kind = name.rpartition(".")[2].lower()
    if kind not in KINDS or not isinstance(content, bytes) or not content:
        raise refusals.invalid("image")
    if len(content) > IMAGE_SIZE_MAX:
        raise refusals.too_long("image", IMAGE_SIZE_MAX)
    return name, kind, content
