"""The small entities beside products: read-only lists of what the store holds.

Writing them is no part of the simulation: it answers as to a key without the
right to manage them, 403.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cscart_zoho_sim.cscart.asked import Query
from cscart_zoho_sim.cscart.listing import Page

Row = dict[str, Any]


def as_listed(row: Row) -> Row:
    """Most entities show the same row in the list and alone."""
    return row


@dataclass
class Table:
    """Rows of one entity and the way its list is wrapped.

    `sort_by` is None for plain lists (`items_per_page` a string, `total_items`
    a number, no echo of the query, nothing beyond the end); with a name, the list says how it is
    sorted, and **a page beyond the end is the last page again**. `told_back` are keys of the query that a plain
    list repeats, 0 for those that were not asked.
    """

    key: str
    id_field: str
    rows: list[Row] = field(default_factory=list)
    sort_by: str | None = None
    by_id: bool = False
    bare: bool = False
    echo: Row = field(default_factory=dict)
    single: Callable[[Row], Row] = as_listed
    filters: tuple[str, ...] = ("status", "type")
    told_back: tuple[str, ...] = ()

    def find(self, row_id: str) -> Row | None:
        """The row with this id, or None."""
        return next((row for row in self.rows if str(row[self.id_field]) == row_id), None)

    def listed(self, asked: Query, default_size: int, *, unpaged: bool = False) -> Any:
        """The body of the list; `unpaged` is version 1.0: rows and nothing around them."""
        rows = [row for row in self.rows if self._matches(row, asked)]
        if self.bare or unpaged:
            return self._shown(rows)
        page = Page.of(asked, default_size)
        if self.sort_by is not None and page.size:
            page = Page(min(page.number, max(1, -(-len(rows) // page.size))), page.size)
        return {self.key: self._shown(page.cut(rows)), "params": self._params(asked, page, len(rows))}

    def _matches(self, row: Row, asked: Query) -> bool:
        for name in self.filters:
            wanted = asked.get(name)
            if wanted and name in row and row[name] not in (wanted if isinstance(wanted, list) else [wanted]):
                return False
        return True

    def _shown(self, rows: list[Row]) -> Any:
        return {str(row[self.id_field]): row for row in rows} if self.by_id else rows

    def _params(self, asked: Query, page: Page, total: int) -> Row:
        if self.sort_by is None:
            asked_for = {name: asked.get(name, 0) for name in self.told_back}
            return {**asked_for, "items_per_page": str(page.size), "page": page.number, "total_items": total}
        return {
            **self.echo,
            **asked,
            "page": page.number,
            "items_per_page": page.size or "0",
            "sort_order": "asc",
            "sort_by": self.sort_by,
            "sort_order_rev": "desc",
            "total_items": str(total) if page.size else total,
        }


def empty_tables() -> dict[str, Table]:
    """Every entity of the simulation besides products, without rows."""
    stores = Table("stores", "company_id", sort_by="company", single=single_company)
    return {
        "categories": Table("categories", "category_id", sort_by="position", single=single_category),
        "stores": stores,
        "vendors": Table("vendors", "company_id", rows=stores.rows, sort_by="company", single=single_company),
        "taxes": Table("taxes", "tax_id"),
        "statuses": Table("statuses", "status_id"),
        "languages": Table("languages", "lang_code", by_id=True),
        "payments": Table("payments", "payment_id", single=single_payment),
        "shippings": Table("shippings", "shipping_id"),
        "usergroups": Table("usergroups", "usergroup_id", by_id=True, bare=True),
        "features": Table("features", "feature_id", sort_by="position", echo=FEATURES_ECHO),
        "options": Table("product_options", "option_id", sort_by="internal_option_name", echo=OPTIONS_ECHO),
        "product_variations_groups": Table("groups", "id"),
        "settings": Table("settings", "object_id", filters=SETTINGS_ASKED, told_back=SETTINGS_ASKED),
    }


#: All that a list of settings can be narrowed by; there is no question for a name (read in the code of 4.20).
SETTINGS_ASKED = ("section_id", "section_tab_id")

FEATURES_ECHO: Row = {
    "product_id": 0,
    "category_ids": [],
    "statuses": [],
    "plain": True,
    "feature_types": [],
    "feature_id": 0,
    "exclude_feature_id": 0,
    "display_on": "",
    "exclude_group": False,
    "exclude_empty_groups": False,
    "exclude_filters": False,
    "get_top_features": False,
    "top_features_limit": 10,
    "existent_only": False,
    "variants": False,
    "variant_images": True,
    "variants_items_per_page": None,
    "variants_page": None,
    "variants_selected_only": False,
    "skip_variants_threshould": False,
    "variants_only": None,
    "get_descriptions": True,
}

OPTIONS_ECHO: Row = {
    "product_id": 0,
    "q": None,
    "excluded_ids": None,
    "get_variants": False,
    "option_id": None,
}


def single_category(row: Row) -> Row:
    """`GET categories/:id`: what the list says, and texts and views."""
    return {
        "level": str(row["id_path"].count("/") + 1),
        "usergroup_ids": "0",
        "timestamp": "0",
        "is_op": "N",
        "localization": "",
        "age_verification": "N",
        "age_limit": "0",
        "parent_age_verification": "N",
        "parent_age_limit": "0",
        "selected_views": [],
        "default_view": "",
        "product_details_view": "default",
        "product_columns": "0",
        "is_trash": "N",
        "is_default": "N",
        "lang_code": "en",
        "description": "",
        "meta_keywords": "",
        "meta_description": "",
        "page_title": "",
        "age_warning_message": "",
        "main_pair": [],
        **row,
    }


def single_company(row: Row) -> Row:
    """`GET stores/:id` or `vendors/:id`: the list's row and the address."""
    return {
        "address": "1 Example Street",
        "city": "Exampleton",
        "state": "MA",
        "country": "US",
        "zipcode": "00000",
        "phone": "+15550100",
        "url": "http://example.com",
        "entry_page": "none",
        "redirect_customer": "Y",
        "countries_list": [],
        "shippings": "1",
        "logos": "",
        "request_user_id": "0",
        "request_account_name": "",
        "request_account_data": None,
        "shippings_ids": ["1"],
        **row,
    }


def single_payment(row: Row) -> Row:
    """`GET payments/:id`: taxes as a list, pictures, storefronts, and no script of the processor."""
    shown = {key: value for key, value in row.items() if key != "processor_script"}
    return {
        **shown,
        "tax_ids": row["tax_ids"].split(",") if row["tax_ids"] else [],
        "processor": None,
        "processor_status": None,
        "image": [],
        "storefront_ids": "1",
        "storefront_owner_id": 1,
    }
