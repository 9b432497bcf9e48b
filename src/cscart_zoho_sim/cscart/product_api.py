"""The products' part of the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.cscart import features, listing, rows
from cscart_zoho_sim.cscart.answers import empty, error, ok
from cscart_zoho_sim.cscart.asked import Query
from cscart_zoho_sim.cscart.catalogue import Catalogue
from cscart_zoho_sim.cscart.listing import Page
from cscart_zoho_sim.cscart.switches import Switches
from cscart_zoho_sim.cscart.tables import Table
from cscart_zoho_sim.wire import Response

Fields = Mapping[str, Any]


@dataclass
class ProductApi:
    """Answers requests about products."""

    catalogue: Catalogue
    switches: Switches
    tables: Mapping[str, Table]
    clock: Clock

    def handle(self, method: str, version: str, row_id: str, asked: Query, fields: Fields) -> Response:
        """`/products` and `/products/:id`. Raises `Refused`."""
        if not row_id:
            return self._create(asked, fields) if method == "POST" else self._list(version, asked)
        product_id = int(row_id)
        if self.catalogue.products.get(product_id) is None:
            # seen on a running store: reading and writing 404, deleting 403
            return error(403, "Access denied") if method == "DELETE" else error(404)
        if method == "GET":
            return self._single(product_id, version, asked)
        if method == "DELETE":
            self.catalogue.delete(product_id, "api")
            return empty(204)
        if not fields:
            return error(405, "Missing parameters")
        self.catalogue.change(product_id, dict(fields), "api")
        return ok({"product_id": product_id})

    def _create(self, asked: Query, fields: Fields) -> Response:
        company = {"company_id": asked["company_id"]} if asked.get("company_id") else {}
        return ok({"product_id": self.catalogue.create({**fields, **company}, "api")}, 201)

    def _single(self, product_id: int, version: str, asked: Query) -> Response:
        return ok(self.shown(product_id, version, asked))

    def shown(self, product_id: int, version: str, asked: Query) -> dict[str, Any]:
        """2.0 shows the price as stored, later versions after promotions (read in the code)."""
        row = self.catalogue.products.rows[product_id]
        company = self.tables["vendors"].find(row["company_id"])
        dressing = self.catalogue.dressings.get(product_id, rows.BARE)
        percent = self._promotion(asked) if version != "2.0" else Decimal(0)
        name = str(company["company"]) if company else ""
        shown = rows.single(product_id, row, name, dressing, percent)
        orders = self.catalogue.sales.get(product_id)
        if orders:  # one order made popularity 20; the weights of views and carts are not simulated
            shown.update(sales_amount=str(orders), popularity=str(20 * orders))
        if not self.switches.vendors_are_stores:  # storefronts share products only there
            del shown["shared_product"], shown["shared_between_companies"]
        return shown

    def _promotion(self, asked: Query) -> Decimal:
        return Decimal(0) if asked.get("get_discounts") == "0" else self.switches.promotion_percent

    def _list(self, version: str, asked: Query) -> Response:
        unpaged = version == "1.0"
        page = Page(1, 0) if unpaged else Page.of(asked, self.switches.default_page)
        ids, total = listing.find(
            self.catalogue.products,
            asked,
            page,
            self.clock.now(),
            self.catalogue.subtree,
            updated_in_hours=self.switches.updated_in_hours,
        )
        view, stored, dressings = self._view(asked), self.catalogue.products.rows, self.catalogue.dressings
        shown = [rows.list_row(each, stored[each], view, dressings.get(each, rows.BARE)) for each in ids]
        return ok(shown if unpaged else {"products": shown, "params": listing.echo(asked, page, total)})

    def _view(self, asked: Query) -> rows.View:
        extend = asked.get("extend", [])
        wanted = set(extend if isinstance(extend, list) else [extend])
        if not self.switches.texts_in_lists:
            wanted -= {"description", "full_description"}
        if asked.get("q"):
            wanted |= {"description", "full_description"}
        return rows.View(
            extend=frozenset(wanted),
            features=asked.get("get_features") != "0",
            options=asked.get("get_options") != "0",
            pictures=not (asked.get("get_icon") == "0" and asked.get("get_detailed") == "0"),
            positions="cid" in asked,
            money_formatted=self.switches.money_formatted,
            promotion_percent=self._promotion(asked),
        )

    def features_of(self, product_id: int, asked: Query) -> Response:
        """`/products/:id/features`."""
        dressing = self.catalogue.dressings.get(product_id, rows.BARE)
        values = dressing.single.get("product_features", [])
        table = self.tables["features"]
        return ok(features.of_product(product_id, values, table, asked, self.switches.default_page))
