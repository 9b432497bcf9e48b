"""Products that are hard to sync, each one named after what is hard about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cscart_zoho_sim.cscart import CsCart
from cscart_zoho_sim.zoho import Zoho

LONG_NAME = "Example product with a name that nobody can read to its end, " * 5
MARKUP = (
    '<h2>Example &amp; sample</h2><p onclick="alert(1)">First<br>second &lt;third&gt;</p>'
    "<ul><li>caf\N{LATIN SMALL LETTER E WITH ACUTE}</li><li>10&nbsp;cm</li></ul><script>alert(1)</script>"
    "<table><tr><td>A</td><td>B</td></tr></table>"
)

#: In the store; "price" and other columns that only an import can spoil are in SPOILED.
PRODUCTS: dict[str, dict[str, Any]] = {
    "no SKU": {"product": "Example without SKU", "product_code": ""},
    "SKU twice, first": {"product": "Example twin 1", "product_code": "HARD-TWIN"},
    "SKU twice, second": {"product": "Example twin 2", "product_code": "HARD-TWIN"},
    "SKU twice in Zoho": {"product": "Example with two items", "product_code": "HARD-TWO-ITEMS"},
    "SKU in other case": {"product": "Example in capitals", "product_code": "HARD-CASE"},
    "SKU with spaces": {"product": "Example with spaces", "product_code": " HARD-SPACE "},
    "SKU of 64 characters": {"product": "Example with a long SKU", "product_code": "HARD-" + "X" * 59},
    "name of 300 characters": {"product": LONG_NAME[:300], "product_code": "HARD-LONG-NAME"},
    "name twice, first": {"product": "Example of the same name", "product_code": "HARD-NAME-1"},
    "name twice, second": {"product": "Example of the same name", "product_code": "HARD-NAME-2"},
    "name with emoji": {"product": "Example \N{ROCKET} rocket", "product_code": "HARD-EMOJI"},
    "name with markup": {"product": 'Example <b>bold</b> "quoted" & sons', "product_code": "HARD-MARKUP"},
    "HTML description": {"product": "Example page", "product_code": "HARD-HTML", "full_description": MARKUP},
    "long description": {
        "product": "Example novel",
        "product_code": "HARD-NOVEL",
        "full_description": f"<p>{'A synthetic sentence. ' * 200}</p>",
    },
    "price 1,50": {"product": "Example with a comma", "product_code": "HARD-COMMA"},
    "price zero": {"product": "Example for nothing", "product_code": "HARD-ZERO", "price": "0"},
    "stock below zero": {"product": "Example oversold", "product_code": "HARD-OVERSOLD", "amount": "-3"},
}
SPOILED: dict[str, dict[str, str]] = {"price 1,50": {"price": "1,50"}}

ITEMS: dict[str, dict[str, Any]] = {
    "no SKU": {"name": "Example item without SKU", "rate": 3, "stock_on_hand": 1},
    "SKU twice": {"name": "Example item twin", "sku": "HARD-TWIN", "rate": 4, "stock_on_hand": 1},
    "SKU twice in Zoho, first": {"name": "Example item 1 of two", "sku": "HARD-TWO-ITEMS", "rate": 5},
    "SKU twice in Zoho, second": {"name": "Example item 2 of two", "sku": "HARD-TWO-ITEMS", "rate": 5},
    "SKU in other case": {"name": "Example in small letters", "sku": "hard-case", "rate": 6, "stock_on_hand": 1},
    "SKU of 100 characters": {"name": "Example item with a long SKU", "sku": "HARD-" + "Y" * 95, "rate": 7},
    "name with emoji": {"name": "Example \N{PARTY POPPER} party", "sku": "HARD-PARTY", "rate": 8, "stock_on_hand": 2},
    "part of a unit": {"name": "Example by weight", "sku": "HARD-PART", "rate": 9, "stock_on_hand": 2.5, "unit": "kg"},
    "service": {"name": "Example service", "sku": "HARD-SERVICE", "rate": 10, "product_type": "service"},
}


def add(cscart: CsCart, zoho: Zoho) -> tuple[dict[str, int], dict[str, str]]:
    """Put all of them on both sides. Answers the ids of the products and of the items, by what is hard."""
    products = {what: cscart.add_product(**{"amount": "5", **fields}) for what, fields in PRODUCTS.items()}
    for what, columns in SPOILED.items():
        cscart.plant(products[what], **columns)
    with _repeated_skus(zoho):
        items = {what: zoho.add_item(**fields) for what, fields in ITEMS.items()}
    return products, items


@contextmanager
def _repeated_skus(zoho: Zoho) -> Iterator[None]:
    """Some organisations have repeated SKUs from a time when Zoho let them."""
    unique, zoho.switches.unique_skus = zoho.switches.unique_skus, False
    try:
        yield
    finally:
        zoho.switches.unique_skus = unique
