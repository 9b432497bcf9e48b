"""Items that were not made by a call of ours but from a file of ours: what both sides have agreed on. Pure."""

from dataclasses import replace
from datetime import datetime

from cscart_zoho.records import Values, digest_value
from cscart_zoho.sync.pairs import Linked, Pair


def begun(pair: Pair, source: Values, sent: Values, made_at: datetime) -> Pair:
    """The unlinked pair with the base that its file row gives it.

    `source` is what the product was when the file was made, `sent` what the file
    gives the item. A field counts where Zoho holds just that: what an import left
    out, or somebody has changed since, is compared like any first contact. So it is
    with the stock: an opening stock that did not arrive explains nothing.
    """
    if pair.cscart is None or pair.zoho is None or pair.link is not None:
        return pair
    held = pair.zoho.values
    arrived = [
        name
        for name in source
        if name != "stock" and name in sent and name in held and digest_value(name, held[name]) == sent[name]
    ]
    here, there = ({name: of[name] for name in arrived} for of in (source, sent))
    if "stock" in sent and pair.zoho.free_stock == sent["stock"]:
        here["stock"], there["stock"] = sent["stock"], held["stock"]
    halves = Linked(pair.cscart.id, pair.zoho.id, here, there, "adopted", made_at)
    return replace(pair, begun=halves)
