"""The simulated Zoho as a whole: one user, one application, one organisation with Inventory and CRM.

For several of them at the same hosts see `cscart_zoho_sim.zoho.several`.
"""

import random
import threading
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.messages import Outbox
from cscart_zoho_sim.wire import Edit, Request, Response
from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.accounts import Accounts
from cscart_zoho_sim.zoho.adjustments import Adjustments
from cscart_zoho_sim.zoho.contacts import Contacts
from cscart_zoho_sim.zoho.crm import Crm
from cscart_zoho_sim.zoho.fulfilment import Fulfilment, Part
from cscart_zoho_sim.zoho.inventory import ROOT, Inventory
from cscart_zoho_sim.zoho.item import KEYS, STOCK, Number
from cscart_zoho_sim.zoho.item_import import ItemImport
from cscart_zoho_sim.zoho.items import Items
from cscart_zoho_sim.zoho.limits import CALLS_PER_DAY, CallLimits
from cscart_zoho_sim.zoho.neutral_words import neutral
from cscart_zoho_sim.zoho.organisation import Ids, Organisation
from cscart_zoho_sim.zoho.regions import API_HOSTS, REGIONS
from cscart_zoho_sim.zoho.salesorder import KEYS as ORDER_KEYS
from cscart_zoho_sim.zoho.salesorder import SalesOrder
from cscart_zoho_sim.zoho.salesorders import SalesOrders
from cscart_zoho_sim.zoho.switches import Switches
from cscart_zoho_sim.zoho.web_hooks import WebHooks

#: Item, quantity, rate.
OrderedLine = tuple[str, Number, Number]


class Zoho:
    """Zoho accounts and Zoho Inventory behind one seam, plus what people do in Zoho's own pages.

    Without `accounts_url` and `api_url` it stands at the hosts of its region.
    `daily_limit` is that of the plan when None. Doubtful behaviours are
    `switches`, which may be turned at any time. Everything random comes from
    `rng`, every moment from `clock`. `beside` is another organisation of the
    same user: they share the account and its CRM.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        rng: random.Random,
        region: str = "com",
        accounts_url: str | None = None,
        api_url: str | None = None,
        plan: str = "standard",
        per_minute_limit: int | None = 100,
        daily_limit: int | None = None,
        concurrency_limit: int = 10,
        currency: str = "USD",
        price_precision: int = 2,
        quantity_precision: int = 2,
        time_zone: str = "Asia/Kolkata",
        name: str = "Sample Organisation",
        switches: Switches | None = None,
        outbox: Outbox | None = None,
        beside: "Zoho | None" = None,
    ) -> None:
        self.outbox = outbox or Outbox(clock)
        self.region = region
        self.accounts_url = accounts_url or REGIONS[region].accounts_url
        self.api_url = api_url or REGIONS[region].api_url
        self.switches = switches or Switches()
        self.plan = plan.lower()
        self._clock = clock
        self._lock = threading.RLock()
        self._count_lock = threading.Lock()
        self.accounts: Accounts = (
            Accounts(clock, rng, region, self.accounts_url, self.api_url, self.switches)
            if beside is None
            else beside.accounts
        )
        self.organisation = Organisation(
            id=str(rng.randrange(600_000_000, 900_000_000)),
            name=name,
            plan=self.plan,
            currency=currency,
            price_precision=price_precision,
            quantity_precision=quantity_precision,
            zone_name=time_zone,
            ids=Ids(rng),
        )
        self.organisation.add_tax("Reduced Rate", 5)
        self.organisation.add_tax("Standard Rate", 20)
        self.limits = CallLimits(
            ZoneInfo(time_zone),
            self.switches,
            per_minute_limit,
            CALLS_PER_DAY[self.plan] if daily_limit is None else daily_limit,
            concurrency_limit,
        )
        self.crm: Crm = (
            Crm(clock, rng, self.accounts.tokens, time_zone, self.api_url, self.outbox)
            if beside is None
            else beside.crm
        )
        if beside is not None:
            beside.organisation.siblings.append(self.organisation)
            self.organisation.siblings.append(beside.organisation)
        self._items = Items(self.organisation, self.switches, clock)
        self._adjustments = Adjustments(self.organisation, self._items, self.switches, clock)
        self._contacts = Contacts(self.organisation, self.switches, clock)
        self._orders = SalesOrders(self.organisation, self._items, self._contacts, self.switches, clock)
        self._fulfilment = Fulfilment(self._orders)
        #: Set up by people: there is no API for them.
        self.web_hooks = WebHooks(
            clock,
            self.organisation,
            self.switches,
            self.outbox,
            {
                "items": self._items.watchers,
                "contacts": self._contacts.watchers,
                "salesorders": self._orders.watchers,
            },
        )
        self._inventory = Inventory(
            clock,
            self.organisation,
            self._items,
            self._adjustments,
            self._contacts,
            self._orders,
            self.limits,
            self.accounts.tokens,
            self.switches,
        )

    # What programs see

    def handle(self, request: Request) -> Response:
        """Answer one request to the accounts server or to Inventory. Safe for several threads."""
        response = self._handled(request)
        return neutral(response) if self.switches.neutral_words else response

    def _handled(self, request: Request) -> Response:
        if request.path.startswith("/oauth/"):
            with self._lock:
                return self.accounts.handle(request)
        if request.path.startswith("/crm/v8/"):
            with self._lock:
                return self.crm.handle(request)
        if not request.path.startswith(f"{ROOT}/"):
            return refusals.unknown_address().response()
        if request.host in API_HOSTS and request.host != urlsplit(self.api_url).netloc:
            return refusals.not_authorised().response()
        self._in_flight(1)
        try:
            with self._lock:
                return self._inventory.handle(request)
        finally:
            self._in_flight(-1)

    @property
    def client_id(self) -> str:
        return self.accounts.client_id

    @property
    def client_secret(self) -> str:
        return self.accounts.client_secret

    @property
    def organization_id(self) -> str:
        return self.organisation.id

    @property
    def calls(self) -> int:
        """API calls that count against the limits; token calls do not."""
        return self.limits.calls

    @property
    def token_calls(self) -> int:
        return self.accounts.calls

    @property
    def writes(self) -> int:
        """Changing API calls that were carried out."""
        return self._inventory.writes

    @property
    def watchers(self) -> list[Callable[[Edit], None]]:
        """Called after each change of an item, by people or through the API."""
        return self._items.watchers

    # The account

    def self_client_code(self, scopes: str) -> str:
        """A code as the API console generates it, for these scopes (by comma or space)."""
        return self.accounts.self_client_code(scopes)

    def issue_refresh_token(self, scopes: str) -> str:
        return self.accounts.issue_refresh_token(scopes)

    def issue_access_token(self, scopes: str = "ZohoInventory.FullAccess.all") -> str:
        """An access token without a grant behind it, for tests and control endpoints."""
        wanted = frozenset(scopes.replace(",", " ").split())
        return self.accounts.tokens.new_access_token(wanted, self._clock.now())[0]

    def expire_tokens(self) -> None:
        """All access tokens are too old from now on; grants stand."""
        self.accounts.tokens.expire_access_tokens()

    def revoke_everything(self) -> None:
        """The user removes the application from the account."""
        self.accounts.tokens.revoke_everything()

    def lift_minute_limit(self) -> None:
        self.limits.lift_minute()

    def add_organization(self, name: str) -> str:
        """One more organisation of the same user. It can be listed; its records cannot be called."""
        id = str(int(self.organisation.id) + 1 + len(self.organisation.others))
        self.organisation.others[id] = name
        return id

    def add_tax(self, name: str, percentage: float, **more: Any) -> str:
        """`more` as for `Organisation.add_tax`: `is_default`, `compound`, `specific_type`, `country_code`."""
        return self.organisation.add_tax(name, percentage, **more)

    def add_tax_group(self, name: str, *tax_ids: str) -> str:
        return self.organisation.add_tax_group(name, tax_ids)

    def add_currency(self, code: str, rate: float = 1) -> str:
        """One more currency that contacts may have; `rate` is what it is worth in the base currency."""
        return self.organisation.add_currency(code, rate)

    def add_custom_field(self, label: str, data_type: str = "string", choices: tuple[str, ...] = ()) -> str:
        """A custom field of items. The id; its `api_name` is `cf_` and the label in lower case."""
        return self.organisation.add_custom_field(label, data_type, choices)

    def add_location(self, name: str, status: str = "active", *, first: bool = False) -> str:
        """One more place where stock may lie; its id. `first` lists it before the others."""
        return self.organisation.add_location(name, status, first=first)

    def make_primary(self, location_id: str) -> None:
        """Another location becomes the primary one; stock stays where it lies."""
        self.organisation.location_id = location_id

    def set_location_status(self, location_id: str, status: str) -> None:
        """ "active" or "inactive"."""
        self.organisation.locations[location_id].status = status

    # What people do

    def add_item(self, **fields: Any) -> str:
        """A new item, typed in by a person; the id. Raises `Refusal` (a ValueError) as Zoho's form would.

        Keys are those of the API, and also `status` and `stock_on_hand` (the
        opening stock). Goods are tracked unless `item_type` says otherwise.
        """
        status = fields.pop("status", "active")
        if "stock_on_hand" in fields:
            fields["initial_stock"] = fields.pop("stock_on_hand")
        _check_keys(fields, KEYS)
        with self._lock:
            if fields.get("product_type") != "service" and "track_inventory" not in fields:
                fields.setdefault("item_type", "inventory")
            if status not in ("active", "inactive"):
                raise refusals.invalid("status")
            item = self._items.create(fields, "people")
            if status == "inactive":
                self._items.set(item, {"status": status}, "people")
            return item.id

    def import_items(
        self, content: bytes, mapping: Mapping[str, str] | None = None, *, overwrite: bool = False
    ) -> dict[str, Any]:
        """A person imports a file of items: see `ItemImport.run`. Raises `Unreadable` (a ValueError)."""
        with self._lock:
            return ItemImport(self._items, self.organisation, self.switches).run(
                content, mapping or {}, overwrite=overwrite
            )

    def edit_item(self, item_id: str, **fields: Any) -> None:
        """Change an item as a person does; `status` too. Stock moves by `move_stock` only."""
        _check_keys(fields, KEYS - set(STOCK) | {"status"})
        with self._lock:
            item = self._items.find(item_id)
            status = fields.pop("status", item.status)
            if status not in ("active", "inactive"):
                raise refusals.invalid("status")
            if fields:
                self._items.update(item, fields, "people")
            if status != item.status:
                self._items.set(item, {"status": status}, "people")

    def move_stock(self, item_id: str, delta: Number) -> None:
        """A person books an adjustment of one item."""
        with self._lock:
            self._adjustments.move(self._items.find(item_id), delta)

    def approve_adjustment(self, adjustment_id: str) -> None:
        """A person approves an adjustment that waits; a draft is submitted first."""
        with self._lock:
            waiting = self._adjustments.find(adjustment_id)
            if waiting.status == "draft":
                waiting = self._adjustments.step(waiting, "submit", "people")
            self._adjustments.step(waiting, "approve", "people")

    def reject_adjustment(self, adjustment_id: str) -> None:
        with self._lock:
            self._adjustments.step(self._adjustments.find(adjustment_id), "reject", "people")

    def send_back_adjustment(self, adjustment_id: str) -> None:
        """Whoever should approve makes a draft of it again (supposed)."""
        with self._lock:
            self._adjustments.step(self._adjustments.find(adjustment_id), "send back", "people")

    def correct_adjustment(self, adjustment_id: str, item_id: str, delta: Number | None) -> None:
        """A person writes another quantity into an adjustment that waits, or takes the item out of it (None)."""
        with self._lock:
            self._adjustments.correct(self._adjustments.find(adjustment_id), item_id, delta)

    def delete_adjustment(self, adjustment_id: str) -> None:
        with self._lock:
            self._adjustments.delete(self._adjustments.find(adjustment_id), "people")

    def receive(self, item_id: str, quantity: Number) -> None:
        """Goods come in from a supplier with their bill."""
        with self._lock:
            self._items.move(self._items.find(item_id), quantity, "people")

    def commit_stock(self, item_id: str, quantity: Number) -> None:
        """A sales order over so many units is confirmed, or released when negative."""
        with self._lock:
            self._items.commit(self._items.find(item_id), quantity, "people")

    def delete_item(self, item_id: str) -> None:
        """The item goes, together with whatever used it."""
        with self._lock:
            self._items.delete([self._items.find(item_id)], "people")

    # Contacts of Inventory

    def add_contact(self, **fields: Any) -> str:
        """A person types a contact in; keys are those of the API. Raises `Refusal`."""
        with self._lock:
            return str(self._contacts.create(fields, "people")["contact_id"])

    def edit_contact(self, contact_id: str, **fields: Any) -> None:
        """Change a contact as a person does. Persons and addresses are given whole, persons with their ids."""
        with self._lock:
            self._contacts.update(self._contacts.find(contact_id), fields, "people")

    def sync_with_crm(self) -> None:
        """One round of Zoho's own sync of its CRM and its Inventory, which a person has switched on.

        Each contact of CRM has its contact in Inventory, by the address; a new one with the names of CRM (supposed).
        """
        with self._lock:
            known = {self._contacts.show(each)["email"]: each for each in self._contacts}
            for row in self.crm.contacts().values():
                email, first, last = (str(row.get(name) or "") for name in ("Email", "First_Name", "Last_Name"))
                contact = known.get(email)
                if contact is None:
                    person = {"email": email, "first_name": first, "last_name": last, "is_primary_contact": True}
                    told = {"contact_name": f"{first} {last}".strip() or email, "contact_persons": [person]}
                    self._contacts.create({**told, "is_linked_with_zohocrm": True}, "people")
                elif not contact["is_linked_with_zohocrm"]:
                    self._contacts.set(contact, "people", is_linked_with_zohocrm=True)

    def end_sync_with_crm(self) -> None:
        """A person switches it off again."""
        with self._lock:
            for each in self._contacts:
                self._contacts.set(each, "people", is_linked_with_zohocrm=False)

    def delete_contact(self, contact_id: str) -> None:
        """Raises `Refusal` for a contact with sales orders."""
        with self._lock:
            contact = self._contacts.find(contact_id)
            self._orders.check_unused(contact)
            self._contacts.delete(contact, "people")

    def merge_contacts(self, master: str, *losers: str) -> None:
        """Several contacts become one: their persons, addresses and sales orders go to it, and they are gone."""
        with self._lock:
            kept, gone = self._contacts.find(master), [self._contacts.find(each) for each in losers]
            for order in [order for order in self._orders if order.customer_id in losers]:
                self._orders.set(order, replace(order, customer_id=master), "people")
            self._contacts.merge(kept, gone)

    def add_address(self, contact_id: str, **fields: str) -> str:
        """One more address of a contact; its id."""
        with self._lock:
            return self._orders.addresses.add(self._contacts.find(contact_id), fields, "people")["address_id"]

    def delete_address(self, contact_id: str, address_id: str) -> None:
        """An added address of a contact goes; orders that were made with it keep it. Raises `Refusal`."""
        with self._lock:
            self._orders.addresses.delete(self._contacts.find(contact_id), address_id, "people")

    def contact(self, contact_id: str) -> dict[str, Any]:
        """The contact as the API shows it in full. Raises `Refusal` for an unknown id."""
        with self._lock:
            return self._contacts.show(self._contacts.find(contact_id))

    def contacts(self) -> dict[str, dict[str, Any]]:
        """All contacts by id, oldest first."""
        with self._lock:
            return {str(each["contact_id"]): self._contacts.show(each) for each in self._contacts}

    def add_contact_field(self, label: str, data_type: str = "string", choices: tuple[str, ...] = ()) -> str:
        """A custom field of contacts; its API name."""
        return self._contacts.add_field(label, data_type, choices)

    @property
    def contact_watchers(self) -> list[Callable[[Edit], None]]:
        """Called after each change of a contact of Inventory."""
        return self._contacts.watchers

    # Sales orders

    def add_salesorder(self, customer_id: str, lines: Sequence[OrderedLine], **given: Any) -> str:
        """A person types a draft in, its lines as (item id, quantity, rate); the id. Raises `Refusal`.

        Further keys are those of the API; `salesorder_number` may be one of their own.
        """
        _check_keys(given, ORDER_KEYS)
        with self._lock:
            rows = [{"item_id": item, "quantity": quantity, "rate": rate} for item, quantity, rate in lines]
            body = {"customer_id": customer_id, "line_items": rows, **given}
            return self._orders.create(body, "people", own_number="salesorder_number" in given).id

    def edit_salesorder(self, order_id: str, lines: Sequence[OrderedLine] | None = None, **given: Any) -> None:
        """Change an order as a person does. Lines are given whole; a line of the same item stays the same line."""
        _check_keys(given, ORDER_KEYS)
        with self._lock:
            order = self._orders.find(order_id)
            body = {**given, **({} if lines is None else {"line_items": _rows(order, lines)})}
            self._orders.update(order, body, "people", own_number="salesorder_number" in given)

    def confirm(self, order_id: str) -> None:
        with self._lock:
            self._orders.confirm(self._orders.find(order_id), "people")

    def void(self, order_id: str) -> None:
        with self._lock:
            self._orders.void(self._orders.find(order_id), "people")

    def approve(self, order_id: str, action: str = "approve") -> None:
        """submit, approve or reject."""
        with self._lock:
            self._orders.approve(self._orders.find(order_id), action, "people")

    def ship(self, order_id: str, part: Part = None, **told: str) -> None:
        """Pack and send what is left of an order, or a part of it: item -> quantity. `carrier` and `tracking` too."""
        with self._lock:
            self._fulfilment.ship(self._orders.find(order_id), part, **told)

    def deliver(self, order_id: str) -> None:
        """What was sent has arrived."""
        with self._lock:
            self._fulfilment.deliver(self._orders.find(order_id))

    def invoice(self, order_id: str, part: Part = None, *, paid: bool = False) -> None:
        """Bill what is left of an order, or a part of it: item -> quantity."""
        with self._lock:
            self._fulfilment.invoice(self._orders.find(order_id), part, paid=paid)

    def close(self, order_id: str) -> None:
        """Nothing more will be shipped or invoiced; what was kept back is free."""
        self.mark(order_id, "closed")

    def mark(self, order_id: str, word: str) -> None:
        """ "closed", "onhold", "backordered", "drop_shipped", or "" for none of them."""
        with self._lock:
            self._fulfilment.mark(self._orders.find(order_id), word)

    def delete_salesorder(self, order_id: str) -> None:
        """Raises `Refusal` for an order with packages or invoices."""
        with self._lock:
            self._orders.delete(self._orders.find(order_id), "people")

    def salesorder(self, order_id: str) -> dict[str, Any]:
        """The order as the API shows it in full. Raises `Refusal` for an unknown id."""
        with self._lock:
            return self._orders.show(self._orders.find(order_id))

    def salesorders(self) -> dict[str, dict[str, Any]]:
        """All orders by id, oldest first."""
        with self._lock:
            return {order.id: self._orders.show(order) for order in self._orders}

    @property
    def salesorder_count(self) -> int:
        return len(self._orders)

    @property
    def salesorder_watchers(self) -> list[Callable[[Edit], None]]:
        """Called after each change of a sales order."""
        return self._orders.watchers

    def item(self, item_id: str) -> dict[str, Any]:
        """The full item as the API shows it. Raises `Refusal` for an unknown id."""
        with self._lock:
            return self._items.show(self._items.find(item_id))

    def items(self) -> dict[str, dict[str, Any]]:
        """All items by id, oldest first, each as the API shows it in full."""
        with self._lock:
            return {item.id: self._items.show(item) for item in self._items}

    @property
    def item_count(self) -> int:
        """How many items there are, without showing them."""
        return len(self._items)

    def adjustments(self) -> list[dict[str, Any]]:
        """All adjustments with their lines, oldest first."""
        with self._lock:
            return self._adjustments.all()

    def _in_flight(self, step: int) -> None:
        with self._count_lock:
            self.limits.in_flight += step


def _rows(order: SalesOrder, lines: Sequence[OrderedLine]) -> list[dict[str, Any]]:
    """Lines as the API takes them, each with the id of the line that has its item already."""
    left = list(order.lines)
    rows = []
    for item, quantity, rate in lines:
        row: dict[str, Any] = {"item_id": item, "quantity": quantity, "rate": rate}
        same = next((line for line in left if line.item_id == item), None)
        if same is not None:
            left.remove(same)
            row["line_item_id"] = same.id
        rows.append(row)
    return rows


def _check_keys(fields: Mapping[str, Any], known: Set[str]) -> None:
    """The API ignores what it does not know; an edit in a simulation must not go unnoticed."""
    unknown = sorted(fields.keys() - known)
    if unknown:
        raise TypeError(f"there is no field {', '.join(unknown)} that a person could change")
