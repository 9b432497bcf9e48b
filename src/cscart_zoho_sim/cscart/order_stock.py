"""What orders do to stock: by the group of their status, and only when the group changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cscart_zoho_sim.cscart.cart import is_limited, is_tracked
from cscart_zoho_sim.cscart.catalogue import Catalogue
from cscart_zoho_sim.cscart.damage import number
from cscart_zoho_sim.cscart.order import INCOMPLETE, PARENT, Line
from cscart_zoho_sim.cscart.tables import Table

#: What `params.inventory` of a status says: it takes stock, or it gives it back.
TAKES, RETURNS = "D", "I"


@dataclass
class OrderStock:
    """Moves stock for orders. `updated_timestamp` of a product never moves with it (seen)."""

    catalogue: Catalogue
    tables: Mapping[str, Table]

    def group(self, letter: str) -> str:
        """ "D", "I", or "" for a letter that no status has: nothing is taken or returned on the way to it (seen)."""
        if letter in (INCOMPLETE, PARENT):
            return RETURNS
        for row in self.tables["statuses"].rows:
            if row["type"] == "O" and row["status"] == letter:
                return str(row["params"].get("inventory", ""))
        return ""

    def take(self, lines: Iterable[Line], author: str) -> bool:
        """Take all of it, or nothing and answer False (read in the code: the order is backordered then)."""
        taken: list[Line] = []
        for line in lines:
            if not self._take(line, author):
                self._put_back(taken, author)
                return False
            taken.append(line)
        return True

    def _take(self, line: Line, author: str) -> bool:
        product = self.catalogue.products.get(line.product_id)
        if product is None:
            return True
        if is_tracked(product):
            if is_limited(product) and number(product["amount"]) < line.amount:
                return False
            self.catalogue.move(line.product_id, -line.amount, author)
        self.catalogue.count_sale(line.product_id, 1)
        return True

    def give_back(self, lines: Iterable[Line], author: str) -> None:
        """Return all of it. A product that was deleted meanwhile is passed over."""
        self._put_back(list(lines), author)

    def _put_back(self, lines: list[Line], author: str) -> None:
        for line in lines:
            product = self.catalogue.products.get(line.product_id)
            if product is None:
                continue
            if is_tracked(product):
                self.catalogue.move(line.product_id, line.amount, author)
            self.catalogue.count_sale(line.product_id, -1)
