"""What may happen to a product, whoever does it: the API's calls and people in the admin panel.

The rules of the store (required fields, categories, variations) live here;
addresses and answers live in `store`.
"""

from collections.abc import Callable
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.cscart import damage
from cscart_zoho_sim.cscart.columns import CORE, Product, stored, tidy
from cscart_zoho_sim.cscart.products import Products
from cscart_zoho_sim.cscart.rows import Dressing
from cscart_zoho_sim.cscart.switches import Switches
from cscart_zoho_sim.cscart.tables import Table
from cscart_zoho_sim.wire import Edit

SPREADS = ("product", "full_description", "short_description", "tax_ids")
"""Of a variation's parent to its variations; code, price, amount and status are each one's own."""

NO_CATEGORY = "Product must belong to some category created by the owner company."


class Refused(Exception):
    """The store refuses to save; `errors` says whether it tells so under "errors" or "messages"."""

    def __init__(self, words: str, *, under_errors: bool = False) -> None:
        super().__init__(words)
        self.words, self.under_errors = words, under_errors


class Catalogue:
    """The products and everything that changes them."""

    def __init__(self, clock: Clock, switches: Switches, tables: dict[str, Table]) -> None:
        self.products = Products()
        self.dressings: dict[int, Dressing] = {}
        self.sales: dict[int, int] = {}
        self.watchers: list[Callable[[Edit], None]] = []
        self._clock, self._switches, self._tables = clock, switches, tables

    def create(self, fields: dict[str, Any], author: str) -> int:
        """A new product. Raises Refused without a price, a name, or (older stores) a category."""
        if fields.get("price") is None:
            raise Refused("The price field is required")
        if self._switches.category_needed and not fields.get("category_ids"):
            raise Refused("The category_ids field is required")
        columns = stored(fields)
        if "product" not in columns:
            raise Refused("You have to specify product name", under_errors=True)
        now = self._now()
        row = {**CORE, "timestamp": now, "company_id": self._first_company(), **columns, "updated_timestamp": now}
        row.update(self._categories(fields) or self._default_category())
        product_id = self.products.new_id()
        self._save(product_id, row, author)
        return product_id

    def change(self, product_id: int, fields: dict[str, Any], author: str, *, bump: bool = True) -> None:
        """Some columns get new values. Raises KeyError for an unknown id, Refused for unknown categories."""
        before = self.products.rows[product_id]
        columns = stored(fields)
        if before.get("product_type") != "V":
            columns.update(self._categories(fields))
        if bump:
            columns["updated_timestamp"] = self._now()
        self._save(product_id, {**before, **columns}, author)
        self._spread(product_id, columns, author)

    def plant(self, product_id: int, columns: dict[str, Any], author: str) -> None:
        """Columns past every rule, as an import or a broken add-on leaves them."""
        self._save(product_id, {**self.products.rows[product_id], **columns}, author)

    def sell(self, product_id: int, amount: int) -> int:
        """A sale takes at most what there is; answers how many. `updated_timestamp` stays (seen)."""
        before = self.products.rows[product_id]
        there = int(damage.number(before["amount"]))
        sold = max(0, min(amount, there))
        if sold:
            self.sales[product_id] = self.sales.get(product_id, 0) + 1
        if sold and before["tracking"] != "D":
            self._save(product_id, {**before, "amount": str(there - sold)}, "people")
        return sold

    def give_back(self, product_id: int, amount: int) -> None:
        """A cancelled order returns its stock; `updated_timestamp` stays (seen)."""
        self.move(product_id, amount, "people")

    def move(self, product_id: int, by: int, author: str) -> None:
        """An order takes or returns stock; `updated_timestamp` stays (seen)."""
        before = self.products.rows[product_id]
        self._save(product_id, {**before, "amount": damage.amount(int(damage.number(before["amount"])) + by)}, author)

    def count_sale(self, product_id: int, by: int) -> None:
        """One order more, or less, that has taken the product."""
        self.sales[product_id] = max(0, self.sales.get(product_id, 0) + by)

    def delete(self, product_id: int, author: str) -> None:
        """Gone for good. Raises KeyError for an unknown id."""
        before = self.products.rows[product_id]
        self.products.drop(product_id)
        self.dressings.pop(product_id, None)
        self.sales.pop(product_id, None)
        self._tell(product_id, before, None, author)

    def shown(self, product_id: int) -> dict[str, Any]:
        """A copy of the stored columns, with the id as a string. Raises KeyError."""
        return {"product_id": str(product_id), **self.products.rows[product_id]}

    def subtree(self, category_id: int) -> set[int]:
        """A category and everything below it."""
        wanted = str(category_id)
        rows = self._tables["categories"].rows
        return {int(row["category_id"]) for row in rows if wanted in row["id_path"].split("/")}

    def _now(self) -> str:
        return str(int(self._clock.now()))

    def _first_company(self) -> str:
        return str(self._tables["vendors"].rows[0]["company_id"])

    def _categories(self, fields: dict[str, Any]) -> Product:
        """The columns of `category_ids`, which replaces the whole set; {} when it was not sent."""
        if not fields.get("category_ids"):
            return {}
        known = {int(row["category_id"]) for row in self._tables["categories"].rows}
        found = [each for each in damage.ids(fields["category_ids"]) if each in known]
        if not found:
            raise Refused(NO_CATEGORY, under_errors=True)
        main = int(damage.number(fields.get("main_category")))
        return {
            "category_ids": ",".join(map(str, found)),
            "main_category": str(main if main in found else found[0]),
        }

    def _default_category(self) -> Product:
        roots = [row for row in self._tables["categories"].rows if row["parent_id"] == "0"]
        first = str(roots[0]["category_id"])
        return {"category_ids": first, "main_category": first}

    def _spread(self, parent_id: int, columns: Product, author: str) -> None:
        """What a parent shares with its variations."""
        shared = {key: columns[key] for key in SPREADS if key in columns}
        if not shared:
            return
        if self._switches.parent_bumps_variations:
            shared["updated_timestamp"] = self._now()
        for each in self.products.variations.get(parent_id, []):
            self._save(each, {**self.products.rows[each], **shared}, author)

    def _save(self, product_id: int, row: Product, author: str) -> None:
        before = self.products.get(product_id)
        kept = tidy(row)
        self.products.put(product_id, kept)
        self._tell(product_id, before, kept, author)

    def _tell(self, product_id: int, before: Product | None, after: Product | None, author: str) -> None:
        if not self.watchers:
            return
        name = str(product_id)
        edit = Edit(
            author,
            "cscart",
            name,
            None if before is None else {"product_id": name, **before},
            None if after is None else {"product_id": name, **after},
            self._clock.now(),
        )
        for watch in self.watchers:
            watch(edit)
