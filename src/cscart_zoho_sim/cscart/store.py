"""The simulated CS-Cart: `handle` answers the API, the other methods are what people do."""

import base64
import random
import string
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.cscart import damage, recorded, recorded_orders, seed
from cscart_zoho_sim.cscart.answers import empty, error, html_fault, html_page, ok
from cscart_zoho_sim.cscart.asked import VERSIONS, BadBody, Query, Route, accepts_json, body, query, route
from cscart_zoho_sim.cscart.catalogue import Catalogue, Refused
from cscart_zoho_sim.cscart.order_desk import Line, OrderDesk
from cscart_zoho_sim.cscart.product_api import ProductApi
from cscart_zoho_sim.cscart.switches import Switches
from cscart_zoho_sim.cscart.tables import Table, empty_tables
from cscart_zoho_sim.cscart.user_api import UserApi
from cscart_zoho_sim.cscart.users import Users
from cscart_zoho_sim.cscart.web_hooks import WebHooks
from cscart_zoho_sim.messages import Outbox
from cscart_zoho_sim.wire import Edit, Request, Response

USER_ENTITIES = ("users", "cscart_zoho_customers")
METHODS = frozenset(("GET", "POST", "PUT", "DELETE"))


class CsCart:
    """One store and its API.

    `version` and `edition` ("ultimate" or "multivendor") choose the answers;
    `switches` holds them one by one and may be changed at any time. `broken`
    is how many of the next requests end in a 500 with an HTML page before
    anything is read or written.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        rng: random.Random,
        url: str = "https://store.example.com",
        email: str = "admin@example.com",
        api_key: str | None = None,
        version: str = "4.20.1",
        edition: str = "ultimate",
        outbox: Outbox | None = None,
    ) -> None:
        self.url, self.email, self.version, self.edition = url.rstrip("/"), email, version, edition
        self.api_key = api_key or "".join(rng.choices(string.ascii_letters + string.digits, k=32))
        self.switches = Switches.of(version, edition)
        self.tables: dict[str, Table] = empty_tables()
        self.catalogue = Catalogue(clock, self.switches, self.tables)
        self.users_kept = Users(clock, self.switches, self._is_company, self._time_zone)
        self.desk = OrderDesk(
            clock, self.switches, self.tables, self.catalogue, self.users_kept.rows, self.url, self.email
        )
        self._product_api = ProductApi(self.catalogue, self.switches, self.tables, clock)
        self._user_api = UserApi(self.users_kept, self.switches, self.tables, clock.now, self.desk.checkout.regions)
        self.users_kept.watchers.append(self.desk.watch_users)
        self.web_hooks = WebHooks(
            self.switches,
            outbox or Outbox(clock),
            lambda id: self._product_api.shown(int(id), "2.0", {}),
            lambda id: self.desk.shapes.single(self.desk.orders.rows[int(id)], new=True),
            self._company_name,
            {"products": self.watchers, "users": self.user_watchers, "orders": self.order_watchers},
        )
        self.desk.shipments.watchers.append(self.web_hooks.shipped)
        self.writes = 0
        self.calls = 0
        self.broken = 0
        #: Entities that the user group of the key's owner may not see: 403 for each call (read in the code).
        self.denied: set[str] = set()
        #: Further administrators: by e-mail their key and the company that is all they see of the store, "" for all.
        self.administrators: dict[str, tuple[str, str]] = {}
        self._base = urlsplit(self.url).path
        names = ("Example store",) if edition == "ultimate" else ("Example vendor 1", "Example vendor 2")
        seed.fill(self.tables, urlsplit(self.url).netloc, names)
        seed.set_up(self.desk.checkout)

    # What people do

    def add_company(self, name: str) -> str:
        """One more storefront (Ultimate) or vendor (Multi-Vendor); its id."""
        rows = self.tables["vendors"].rows
        number = max((int(row["company_id"]) for row in rows), default=0) + 1
        rows.append(seed.company(number, name, urlsplit(self.url).netloc))
        return str(number)

    def add_administrator(self, email: str, company_id: str = "") -> str:
        """Another administrator, of the whole store or of one of its companies; the API key."""
        key = f"key-of-{email.partition('@')[0]}".ljust(32, "0")
        self.administrators[email.casefold()] = (key, company_id)
        return key

    def add_product(self, **fields: Any) -> int:
        """An administrator adds a product; without a name or a price it gets synthetic ones. Answers its id."""
        number = self.catalogue.products.highest_id + 1
        usual = {"product": f"Example product {number}", "price": "10.00"}
        if self.switches.category_needed:
            usual["category_ids"] = str(self.tables["categories"].rows[0]["category_id"])
        with self._columns():
            return self.catalogue.create({**usual, **fields}, "people")

    def edit_product(self, product_id: int, **fields: Any) -> None:
        """An administrator types new values. Raises KeyError for an unknown id."""
        only_stock = set(fields) == {"amount"}
        bump = self.switches.panel_bumps_on_stock or not only_stock
        with self._columns():
            self.catalogue.change(product_id, fields, "people", bump=bump)

    def order(self, product_id: int, amount: int) -> int:
        """A sale of which no order is kept; `updated_timestamp` does not move. Answers how many there were to sell."""
        return self.catalogue.sell(product_id, amount)

    def cancel_order(self, product_id: int, amount: int) -> None:
        """A cancelled order: stock comes back, `updated_timestamp` does not move."""
        self.catalogue.give_back(product_id, amount)

    def place_order(self, lines: Iterable[Line], **given: Any) -> int:
        """A shopper (`user_id`, or a `guest`'s data) checks out (product id, amount) lines: stock is taken.

        Answers the order's id. `given` is as for `OrderDesk.place`. Raises `Refused` when nothing is to be had.
        """
        with self._columns():
            return self.desk.place(lines, **given)

    def edit_order(self, order_id: int, **given: Any) -> None:
        """An administrator edits `lines`, an `address` or any columns. Raises KeyError and `Refused`."""
        with self._columns():
            self.desk.edit(order_id, **given)

    def set_order_status(self, order_id: int, letter: str) -> None:
        """An administrator chooses a status. Raises KeyError, and ValueError for an unknown letter."""
        self.desk.set_status(order_id, letter)

    def delete_order(self, order_id: int) -> None:
        """An administrator deletes an order: its stock comes back. Raises KeyError."""
        self.desk.delete(order_id)

    def order_of(self, order_id: int) -> dict[str, Any]:
        """What the API would tell of one order. Raises KeyError."""
        return self.desk.order(order_id)

    def orders(self) -> dict[int, dict[str, Any]]:
        """id -> what the API would tell, of all orders; parents and incomplete ones too."""
        return {id: self.desk.order(id) for id in self.desk.orders.rows}

    @property
    def order_watchers(self) -> list[Callable[[Edit], None]]:
        """Called after each change of an order, by people or the API."""
        return self.desk.watchers

    def set_state(self, country: str, code: str, name: str) -> None:
        """An administrator adds a state to a country, or calls it otherwise."""
        self.desk.checkout.regions.states[country, code] = name

    def set_time_zone(self, name: str) -> None:
        """An administrator chooses the store's time zone (Settings -> Appearance)."""
        self._zone_row()["value"] = name

    def _zone_row(self) -> dict[str, Any]:
        return next(row for row in self.tables["settings"].rows if row["name"] == "timezone")

    def _time_zone(self) -> str:
        return str(self._zone_row()["value"])

    def delete_product(self, product_id: int) -> None:
        """An administrator deletes a product. Raises KeyError for an unknown id."""
        self.catalogue.delete(product_id, "people")

    def plant(self, product_id: int, **columns: Any) -> None:
        """Columns past every rule, as an import or a broken add-on leaves them (`price="1,50"`)."""
        self.catalogue.plant(product_id, columns, "people")

    def product(self, product_id: int) -> dict[str, Any]:
        """A copy of what is stored: strings, `price` as "30.00", `tax_ids` as "6,7". Raises KeyError."""
        return self.catalogue.shown(product_id)

    def products(self) -> dict[int, dict[str, Any]]:
        """id -> a copy of what is stored, of all products."""
        return {each: self.catalogue.shown(each) for each in self.catalogue.products.rows}

    def add_user(self, **columns: Any) -> int:
        """A shopper registers, or an administrator adds one. Answers the id. Raises `Refused`."""
        company = str(self.tables["vendors"].rows[0]["company_id"]) if self.edition == "ultimate" else "0"
        with self._columns():
            user = self.users_kept.create({"user_type": "C", "company_id": company, **columns}, "people", strict=False)
        return int(user["user_id"])

    def add_staff(self, email: str, kind: str = "A", **columns: Any) -> int:
        """Another administrator (A) of the whole store, or a user of a vendor (V), is added; the id."""
        company = "0" if kind == "A" else str(self.tables["vendors"].rows[0]["company_id"])
        told = {"email": email, "user_type": kind, "company_id": company, "is_root": "N", **columns}
        return int(self.users_kept.create(told, "people", strict=False)["user_id"])

    def edit_user(self, user_id: int, **columns: Any) -> None:
        """Any columns, addresses and `fields` (custom profile fields) too. Raises KeyError and `Refused`."""
        with self._columns():
            self.users_kept.change(user_id, columns, "people")

    def delete_user(self, user_id: int) -> None:
        """An administrator deletes a user. Raises KeyError for an unknown id."""
        self.users_kept.delete(user_id, "people")

    def anonymize_user(self, user_id: int) -> None:
        """An administrator makes a customer anonymous (bundled GDPR add-on). Raises KeyError for an unknown id."""
        self.users_kept.anonymize(user_id, f"{user_id:016x}")

    def user(self, user_id: int) -> dict[str, Any]:
        """A copy of everything that is stored of a user. Raises KeyError."""
        return dict(self.users_kept.rows[user_id])

    def users(self) -> dict[int, dict[str, Any]]:
        """All customers by id, each with everything that is stored."""
        return {id: dict(user) for id, user in self.users_kept.rows.items() if user["user_type"] == "C"}

    def add_profile_field(self, name: str, section: str = "C", kind: str = "I", choices: Sequence[str] = ()) -> int:
        """A custom profile field; the id under which users keep it. Users keep the id of a choice, not its text."""
        id = max(self.users_kept.profile_fields, default=40) + 1
        values = {str(100 * id + n): text for n, text in enumerate(choices)}
        told = {"field_id": str(id), "name": name, "section": section, "type": kind, "values": values}
        self.users_kept.profile_fields[id] = told
        return id

    @property
    def user_watchers(self) -> list[Callable[[Edit], None]]:
        """Called after each change of a user, by people or the API."""
        return self.users_kept.watchers

    def _company_name(self, id: str) -> str:
        row = self.tables["vendors"].find(id)
        return "" if row is None else str(row["company"])

    def _is_company(self, id: str) -> bool:
        return self.tables["vendors"].find(id) is not None

    def load_store(self, folder: Path) -> None:
        """Become the recorded store of `folder`, with the promotion that it gave to orders through the API.

        Raises FileNotFoundError when it holds no products.
        """
        dressings = recorded.load_products(Path(folder), self.catalogue.products)
        self.catalogue.dressings = dressings
        recorded.load_tables(Path(folder), self.tables)
        for name in ("users-A", "users-C"):
            for row in recorded.read_rows(Path(folder), name):
                self.users_kept.take_recorded(row)
        recorded_orders.load(Path(folder), self.desk)
        recorded_orders.fill_profiles(self.desk, self.users_kept.rows)
        self.switches.order_promotion_off, self.switches.order_promotion_from = recorded_orders.PROMOTION

    @property
    def watchers(self) -> list[Callable[[Edit], None]]:
        """Called after each change of a product, by people or the API."""
        return self.catalogue.watchers

    def _columns(self) -> AbstractContextManager[None]:
        return damage.of_store(keeps_four_bytes=self.switches.keeps_four_bytes)

    # The API

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        with self._columns():
            answer = self._handled(request)
        before = b"\xef\xbb\xbf" if self.switches.byte_order_mark else b""
        before, after = before + self.switches.text_before.encode(), self.switches.text_after.encode()
        return replace(answer, body=before + answer.body + after) if answer.body and (before or after) else answer

    def _handled(self, request: Request) -> Response:
        self.calls += 1
        if self.broken:
            self.broken -= 1
            return html_fault()
        path = request.path.removeprefix(self._base)
        asked = query(request.query)
        if path == "/api.php":
            path = str(asked.pop("_d", ""))
        elif path.startswith("/api/") and self.switches.rewriting:
            path = path[len("/api/") :]
        else:
            return html_page(200 if path in ("", "/") else 404)
        if self.switches.https_only and not self.url.startswith("https://"):
            return error(403, "The API is only accessible over HTTPS")
        seen = self._admitted(request) if self.switches.keeps_authorization else None
        if seen is None:
            return error(401)
        try:
            return self._answer(request, path, asked, seen)
        except BadBody as bad:
            return error(bad.status, *bad.messages)
        except Refused as refused:
            if refused.under_errors:
                return error(400, errors=[refused.words])
            return error(400, refused.words)

    def _admitted(self, request: Request) -> str | None:
        """Basic authentication with an administrator's e-mail and key; nothing tells which of them is wrong.

        Answers the company that the administrator sees, "" for the whole store, None who is no administrator.
        """
        kind, _, credentials = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            email, _, key = base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")
        except ValueError:
            return None
        known, seen = {**self.administrators, self.email.casefold(): (self.api_key, "")}.get(email.casefold(), ("", ""))
        return seen if known and key == known else None

    def _answer(self, request: Request, path: str, asked: Query, seen: str) -> Response:
        if not accepts_json(request):
            return error(406)
        if request.method == "OPTIONS":
            return empty(200)
        if request.method not in METHODS:
            return error(405)
        where = route(path)
        parent, parts = (where.parts[:2], where.parts[2:]) if len(where.parts) > 2 else ((), where.parts)
        if parent:
            missing, asked = self._inside(parent[0], parent[1], parts[0], asked)
            if missing is not None:
                return missing
        name, row_id = (*parts, "", "")[:2]
        refusal = self._refusal(request.method, where.version, name, row_id)
        if refusal is not None:
            return refusal
        if name in self.denied or (parent and parent[0] in self.denied):
            return error(403)
        if seen:
            foreign = self._foreign(request, name, row_id, seen)
            if foreign is not None:
                return foreign
            asked = {**asked, "company_id": seen}
            parent = parent or (("stores", seen) if name == "orders" and not row_id else ())
        if name == "version":
            return ok({"Version": where.version}) if request.method == "GET" else error(405)
        if name == "versions":
            return ok({"versions": sorted(VERSIONS)}) if request.method == "GET" else error(405)
        return self._counted(request, self._of(request, Route(where.version, (name, row_id)), parent, asked))

    def _foreign(self, request: Request, name: str, row_id: str, seen: str) -> Response | None:
        """The answer to somebody who sees one company, about what is not of it."""
        if name in ("stores", "vendors"):
            own = replace(self.tables[name], rows=[self.tables[name].find(seen) or {}])
            return self._table(request.method, "2.0", own, row_id, {})
        rows: dict[str, dict[int, Any]] = {
            "products": self.catalogue.products.rows,
            "users": self.users_kept.rows,
            "orders": self.desk.orders.rows,
        }
        row = rows.get(name, {}).get(int(row_id)) if row_id.isdecimal() else None
        if row is None or str(row["company_id"]) == seen:
            return None
        return error(404) if name == "orders" else error(403, "Access denied")

    def _of(self, request: Request, where: Route, parent: tuple[str, ...], asked: Query) -> Response:
        """The answer of one entity."""
        name, row_id = where.parts
        if name == "products":
            return self._product_api.handle(request.method, where.version, row_id, asked, self._fields(request))
        if name in USER_ENTITIES:
            return self._users(request, name, row_id, asked)
        if name == "zapier_hooks":
            return self.web_hooks.handle(request.method, row_id, asked, self._fields(request))
        if name in ("orders", "shipments"):
            return self._orders(request, name, row_id, parent, asked)
        if name == "sra_currencies":
            return self._currencies(request.method, where.version)
        if name == "usergroups" and (parent[:1] == ("users",) or request.method == "POST"):
            return self._usergroups(request, parent[1] if parent else "", row_id)
        if name == "features" and parent and parent[0] == "products":
            return self._product_api.features_of(int(parent[1]), asked)
        if name == "categories" and request.method in ("POST", "PUT"):
            return self._categories(row_id, self._fields(request))
        return self._table(request.method, where.version, self.tables[name], row_id, asked)

    def _refusal(self, method: str, version: str, name: str, row_id: str) -> Response | None:
        """Unknown entities and versions, ids that are no numbers, methods that need an id or must have none."""
        if version not in VERSIONS or not self._exists(name):
            return error(404, f"The Entity {name} not found")
        if row_id and not row_id.isdecimal() and name not in ("product_variations_groups", "languages"):
            return error(404)
        if not row_id and method in ("PUT", "DELETE"):
            return error(405, "Object ID undefined")
        return error(405) if row_id and method == "POST" else None

    def _exists(self, name: str) -> bool:
        if name == "stores":
            return self.switches.vendors_are_stores
        if name == "version":
            return self.switches.version_entity
        if name == "versions":
            return self.switches.versions_entity
        if name == "sra_currencies":
            return self.switches.currencies_told
        if name == "zapier_hooks":
            return self.switches.web_hooks
        if name.startswith("cscart_zoho_"):
            return name in USER_ENTITIES and self.switches.addon
        return name in ("products", "users", "orders", "shipments") or name in self.tables

    def _inside(self, parent: str, parent_id: str, child: str, asked: Query) -> tuple[Response | None, Query]:
        """`stores/1/products`: the parent must exist, and narrows the list."""
        if parent == "products":
            known = parent_id.isdecimal() and self.catalogue.products.get(int(parent_id)) is not None
        elif parent == "users":
            known = parent_id.isdecimal() and int(parent_id) in self.users_kept.rows
        elif parent in ("orders", "shipments"):
            known = parent_id.isdecimal() and int(parent_id) in self.desk.orders.rows
        elif not self._exists(parent) or parent in ("version", "versions"):
            return error(404, f"The Entity {parent} not found"), asked
        else:
            known = self.tables[parent].find(parent_id) is not None
        if not known:
            return error(404), asked
        if child == "products" and parent in ("stores", "vendors"):
            asked = {**asked, "company_id": parent_id}
        elif child == "products" and parent == "categories":
            asked = {**asked, "cid": parent_id}
        return None, asked

    def _currencies(self, method: str, version: str) -> Response:
        """The currencies, as clients of the add-on for mobile apps read them (version 4.0 only: its own shape)."""
        if version != "4.0":
            return error(404, "The Entity sra_currencies not found")
        if method != "GET":
            return error(405)
        code = self.desk.checkout.currency
        return ok({"currencies": [{"currency_code": code, "symbol": code, "is_primary": True}]})

    def _users(self, request: Request, name: str, row_id: str, asked: Query) -> Response:
        if name == "cscart_zoho_customers":
            if request.method == "PUT":
                return self._user_api.put_into(row_id, self._fields(request))
            return self._user_api.addon(row_id, asked) if request.method == "GET" else error(405)
        fields = self._fields(request)
        if request.method in ("POST", "PUT") and not fields:
            return error(405, "Missing parameters")
        return self._user_api.handle(request.method, row_id, asked, fields)

    def _orders(self, request: Request, name: str, row_id: str, parent: tuple[str, ...], asked: Query) -> Response:
        fields = self._fields(request)
        if request.method in ("POST", "PUT") and not fields:
            return error(405, "Missing parameters")
        if name == "shipments":
            return self.desk.shipments.handle(request.method, row_id, asked, fields)
        store = parent[1] if parent[:1] in (("stores",), ("vendors",)) else ""
        return self.desk.api.handle(request.method, row_id, store, asked, fields)

    def _usergroups(self, request: Request, user_id: str, group: str) -> Response:
        fields = self._fields(request)
        if user_id:
            return self._user_api.usergroups_of(request.method, user_id, group, fields)
        return self._user_api.make_usergroup(fields)

    def _categories(self, row_id: str, fields: dict[str, Any]) -> Response:
        """A category is made or changed. That an empty `company_id` means the first store is supposed."""
        table = self.tables["categories"]
        known = table.find(row_id) if row_id else None
        if row_id and known is None:
            return error(404)
        if not fields:
            return error(405, "Missing parameters")
        if known is None and not fields.get("category"):
            return error(400, "The category field is required")
        usual = {"company_id": self.tables["vendors"].rows[0]["company_id"]}
        row = seed.category(table.rows, {**usual, **fields}, known)
        return ok({"category_id": int(row["category_id"])}, 200 if row_id else 201)

    def _fields(self, request: Request) -> dict[str, Any]:
        return self._body(request) if request.method in ("POST", "PUT") else {}

    def _body(self, request: Request) -> dict[str, Any]:
        return body(request, forms=self.switches.form_bodies, put_forms=self.switches.put_forms)

    def _counted(self, request: Request, answer: Response) -> Response:
        """The answer; a change that was carried out is counted."""
        if request.method != "GET" and answer.status < 300:
            self.writes += 1
        return answer

    def _table(self, method: str, version: str, table: Table, row_id: str, asked: Query) -> Response:
        if method != "GET":
            return error(403, "Access denied")
        if not row_id:
            return ok(table.listed(asked, self.switches.default_page, unpaged=version == "1.0"))
        row = table.find(row_id)
        return error(404) if row is None else ok(table.single(row))
