"""Filling the simulated store from a recorded one: a folder of `<entity>.jsonl`."""

import json
from pathlib import Path
from typing import Any

from cscart_zoho_sim.cscart.columns import CORE, FILLED_IN, SINGLE_TEXTS, Product, tidy
from cscart_zoho_sim.cscart.products import Products
from cscart_zoho_sim.cscart.rows import LIST_ONLY, SINGLE_ONLY, Dressing
from cscart_zoho_sim.cscart.tables import Table

FILES = (
    *("categories", "stores", "taxes", "statuses", "languages", "payments", "shippings", "features"),
    *("product_variations_groups", "usergroups", "options", "settings"),
)
_COLUMNS = CORE.keys() | FILLED_IN.keys() | SINGLE_TEXTS.keys()
_WORKED_OUT = frozenset(
    (
        *("product_id", "lang_code", "base_price", "company_name", "shared_between_companies"),
        *("list_discount", "list_discount_prc"),
    )
)


def read_rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """The objects of one file, one per line; [] when the file is not there."""
    file = folder / f"{name}.jsonl"
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line]


def load_tables(folder: Path, tables: dict[str, Table]) -> None:
    """Replace the rows of every entity that the folder holds."""
    for name in FILES:
        rows = read_rows(folder, name)
        if rows:
            tables[name].rows[:] = rows
    if not read_rows(folder, "stores") and read_rows(folder, "vendors"):
        tables["vendors"].rows[:] = read_rows(folder, "vendors")
    # groups of features are no features to the list (seen: 28 of 35)
    tables["features"].rows[:] = [row for row in tables["features"].rows if row["feature_type"] != "G"]


def load_products(folder: Path, products: Products) -> dict[int, Dressing]:
    """All products of `products-list` and `products`, replacing what was there.

    Raises FileNotFoundError when the folder has no products: an empty store
    would look like a store that lost everything.
    """
    singles = {int(row["product_id"]): row for row in read_rows(folder, "products")}
    listed = {int(row["product_id"]): row for row in read_rows(folder, "products-list")}
    if not singles or not listed:
        raise FileNotFoundError(f"no products.jsonl and products-list.jsonl with products in {folder}")
    for product_id in list(products.rows):
        products.drop(product_id)
    dressings = {}
    for product_id in sorted(singles.keys() & listed.keys()):
        row, single = listed[product_id], singles[product_id]
        products.put(product_id, _columns(row, single))
        dressings[product_id] = Dressing(_besides(row, LIST_ONLY), _besides(single, SINGLE_ONLY))
    return dressings


def _columns(row: dict[str, Any], single: dict[str, Any]) -> Product:
    """The stored columns behind both answers."""
    columns = {key: single[key] for key in _COLUMNS if key in single}
    columns["price"] = row["base_price"]
    columns["tax_ids"] = row["tax_ids"]
    columns["category_ids"] = ",".join(map(str, row["category_ids"]))
    columns["main_category"] = str(row["main_category"])
    return tidy({**CORE, **columns})


def _besides(answer: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    """What an answer shows besides columns, where it is not what a new product shows."""
    missing = object()
    return {
        key: value
        for key, value in answer.items()
        if key not in _COLUMNS and key not in _WORKED_OUT and usual.get(key, missing) != value
    }
