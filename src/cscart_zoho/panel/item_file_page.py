"""The import file: many new items at once, without a call for each."""

import zipfile
from collections.abc import Iterator
from typing import IO, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse

from cscart_zoho import app
from cscart_zoho.app.item_file import ItemFile, calls_by_file, waiting
from cscart_zoho.errors import ConnectorError
from cscart_zoho.mapping.choices import ProductChoices, choices_from_json
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import missing, the_store, what_to_do_first
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.products import price
from cscart_zoho.panel.roles import Role
from cscart_zoho.store.call_report import call_report
from cscart_zoho.store.models import Store

HERE = "/item-file/"
#: What the zip says about what is not in its files.
REST = "not-in-these-files.txt"


@for_role(Role.VIEWER)
def item_file_page(request: HttpRequest) -> HttpResponse:
    """How many items wait, what they cost either way, and what to do in Zoho."""
    store = the_store()
    told = _figures(store) if store is not None and not missing(store) else {}
    return page(request, "item_file", "Import file", store=store, obstacle=missing(store), **told)


def _figures(store: Store) -> dict[str, object]:
    items = waiting(store)
    limit = store.zoho.daily_limit if store.zoho is not None else None
    choices = _choices(store)
    told = call_report(store.zoho, store, app.now()).forecast if store.zoho is not None else None
    return {
        "done_at": told.done_at if told is not None and told.items else None,
        "items": items,
        "by_calls": price(items, limit),
        "by_file": calls_by_file(store, items),
        "file_rows": choices.file_rows,
        "file_megabytes": choices.file_megabytes,
        "files": -(-items // choices.file_rows),
        "custom": [name for name in (choices.list_price_field, choices.short_description_field) if "cf_" in name],
    }


def _choices(store: Store) -> ProductChoices:
    try:
        return choices_from_json(store.product_choices)
    except ConnectorError:
        return ProductChoices()


@for_role(Role.OPERATOR, "POST")
def item_file_download(request: HttpRequest) -> HttpResponse:
    """The files in one zip, sent as they are written: the store is read while the browser downloads."""
    store = the_store()
    obstacle = what_to_do_first(store)
    try:
        if store is None or obstacle:
            raise ConnectorError(obstacle)
        file = ItemFile(store)
        pieces = _zipped(file)
        first = next(pieces)  # what is wrong shows now, while it can still be told
    except ConnectorError as error:
        messages.error(request, error.for_people() if not obstacle else str(error))
        return HttpResponseRedirect(HERE)
    noted(request, "import file made", f"{waiting(store):,} items waited")
    answer = StreamingHttpResponse(_all(first, pieces), content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="items-for-zoho.zip"'
    return cast("HttpResponse", answer)  # Django's two kinds of answers have a common parent only


def _all(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _zipped(file: ItemFile) -> Iterator[bytes]:
    """The zip, piece by piece; nothing of it is kept."""
    out = _Outlet()
    with zipfile.ZipFile(cast("IO[bytes]", out), "w", zipfile.ZIP_DEFLATED) as archive:
        for _ in file.write(lambda name: archive.open(name, "w")):
            yield out.taken()
        archive.writestr(REST, file.told.in_words())
    yield out.taken()


class _Outlet:
    """Takes what is written, and gives it away. It cannot be rewound, and the zip does without."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
