"""Where both sides send their messages to. The secret in the address tells whose message it is.

Whoever sends learns nothing but a status: 200 for a message that was taken, also for one
that came before; 4xx for any other. Nobody is logged in here, and the record that a
message names is looked at later.
"""

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from cscart_zoho import app
from cscart_zoho.jobs import hints
from cscart_zoho.store.inbox import HintSource
from cscart_zoho.sync.hints import NotAccepted

#: The header of Zoho Inventory's signature.
SIGNATURE = "X-Zoho-Webhook-Signature"
#: A sales order with a hundred lines is about 150 kB as Zoho tells it.
LARGEST = 1024 * 1024
#: An address with a longer secret is none of ours.
LONGEST = 100


@csrf_exempt
def hook(request: HttpRequest) -> HttpResponse:
    """Take one message in."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    source = _source(getattr(request, "secret_in_address", ""))
    if source is None:
        return _answer(404)
    try:
        _take(source, request)
    except NotAccepted as error:
        hints.refuse(source, str(error))
        return _answer(error.status)
    return _answer(200)


def _answer(status: int) -> HttpResponse:
    words = {200: "ok\n", 404: "not found\n"}.get(status, "refused\n")
    return HttpResponse(words, status=status, content_type="text/plain")


def _source(secret: str) -> HintSource | None:
    """The source with this address, while it is switched on. What is compared is a digest, by the database."""
    if len(secret) > LONGEST:
        return None
    wanted = HintSource.objects.filter(digest=app.digest_of(secret), on=True, store__set_aside_at=None)
    return wanted.select_related("store__zoho").first()


def _take(source: HintSource, request: HttpRequest) -> None:
    body, query = _body(request), str(request.META.get("QUERY_STRING", ""))
    told = app.read_message(source, query=query, body=body, signature=request.headers.get(SIGNATURE, ""))
    now = app.now()
    if told:
        hints.receive(source, told, query.encode("utf-8", "replace") + b"\n" + body, now)
    else:
        HintSource.objects.filter(pk=source.pk).update(tested_at=now)


def _body(request: HttpRequest) -> bytes:
    """All that was sent, if it is not too much. Raises `NotAccepted`."""
    too_much = NotAccepted(f"A message was larger than {LARGEST // 1024:,} kB.", 413)
    announced = str(request.META.get("CONTENT_LENGTH") or "0")
    if announced.isdecimal() and int(announced) > LARGEST:
        raise too_much
    try:
        body = bytes(request.read(LARGEST + 1))
    except (UnreadablePostError, OSError) as error:
        raise NotAccepted("A message broke off on its way.") from error
    if len(body) > LARGEST:
        raise too_much
    return body
