"""What import files say of products: kept when a file is made, used and forgotten when the item is there."""

from collections.abc import Mapping
from datetime import datetime

from cscart_zoho.records import Values, digest
from cscart_zoho.store.models import ItemFileRow
from cscart_zoho.store.values import from_json, to_json
from cscart_zoho.sync.begun import begun
from cscart_zoho.sync.pairs import Pair


def keep_file_rows(store_id: int, made: Mapping[str, tuple[Values, Values]], now: datetime) -> None:
    """Keep by product id what its row was made from, and what the file gives the item."""
    rows = [
        ItemFileRow(
            store_id=store_id, cscart_id=id, source=to_json(digest(source)), sent=to_json(digest(sent)), made_at=now
        )
        for id, (source, sent) in made.items()
    ]
    ItemFileRow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["store", "cscart_id"],
        update_fields=["source", "sent", "made_at"],
    )


def with_file(store_id: int, pair: Pair) -> Pair:
    """An unlinked pair with what the latest import file said of it, if it is in one."""
    if pair.cscart is None or pair.zoho is None:
        return pair
    row = ItemFileRow.objects.filter(store=store_id, cscart_id=pair.cscart_id).first()
    return begun(pair, from_json(row.source), from_json(row.sent), row.made_at) if row is not None else pair


def forget_file_row(store_id: int, cscart_id: str) -> None:
    ItemFileRow.objects.filter(store=store_id, cscart_id=cscart_id).delete()
