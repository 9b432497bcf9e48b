"""A merchant's two systems in the words of a merchant, for the situations: the whole product on the simulators.

A situation is one small file: given (what lies on both sides), when (what people and the connector do), then
(what both sides' own records say afterwards). Nothing in here decides what is right.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import httpx2
import msgspec
from django.db import transaction

from cscart_zoho import app
from cscart_zoho.jobs import answers
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home, customer_choices_to_json
from cscart_zoho.mapping.fields import FieldRow, Module
from cscart_zoho.mapping.order_choices import OrderChoices, order_choices_to_json
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.choices import save_customer_choices
from cscart_zoho.store.models import Conflict, Observation, Run, Step, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.cscart.cart import Wanted
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect, resume, sync
from tests.judged import CUSTOM_FIELDS

#: How often a run is taken up again that makes room for one that is more urgent.
MAKES_ROOM = 20

#: A sale: SKU and pieces, and the options that were chosen ("Colour: red, Size: M").
Sale = tuple[str, int] | tuple[str, int, str]


class Shop:
    """One store and one organisation. Both are connected at the first `sync` (or `connect`)."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World.empty(1)
        self.world.zoho.lift_minute_limit()
        self.product_choices = ProductChoices(default_tax_id="6", brake_percent=100)
        self.order_choices = OrderChoices(brake_percent=100)
        self.customer_choices = CustomerChoices(home=Home.INVENTORY, brake_percent=100)
        self.store: Store | None = None
        #: Whether a person has started the first sync of everything before.
        self.begun = True
        #: Every call, as (method, path), since the last `forget_calls`.
        self.calls: list[tuple[str, str]] = []
        #: The runs of the last `sync`.
        self.runs: list[Run] = []
        #: Why runs made a pause and were taken up again, and how many writes there had been by then.
        self.pauses: list[tuple[str, int]] = []
        #: Calls, as (method, a part of the path), that never arrive, and those whose answer never comes.
        self.unsent: list[tuple[str, str]] = []
        self.unanswered: list[tuple[str, str]] = []
        #: Calls, as (method, a part of the path), that find no connection, and those that are sent elsewhere.
        self.unconnected: list[tuple[str, str]] = []
        self.redirected: list[tuple[str, str]] = []
        #: What people do at the very moment at which a call or its answer is lost.
        self.when_lost: Callable[[], object] = lambda: None
        #: What somebody does when a call is answered: method, ending of the path, act. Each happens once.
        self._meanwhile: list[tuple[str, str, Callable[[], None]]] = []
        self._during: list[tuple[str, str, Callable[[], None]]] = []

    # Given

    def product(self, sku: str, stock: int = 0, price: str = "10.00", **columns: Any) -> int:
        """A product of the store."""
        columns.setdefault("product", f"Product {sku}")
        return self.world.cscart.add_product(product_code=sku, price=price, amount=str(stock), **columns)

    def item(self, sku: str, stock: int = 0, rate: float = 10.0, **fields: Any) -> str:
        """An item of Zoho."""
        fields.setdefault("name", f"Product {sku}")
        return self.world.zoho.add_item(sku=sku, rate=rate, stock_on_hand=stock, **fields)

    def both(self, sku: str, stock: int = 0, price: str = "10.00") -> None:
        """A product and its item, equal in everything."""
        self.product(sku, stock, price)
        self.item(sku, stock, float(price))

    def user(self, email: str = "ann@example.com", **columns: Any) -> int:
        """A customer with an account in the store."""
        columns.setdefault("firstname", "Ann")
        columns.setdefault("lastname", "Example")
        return self.world.cscart.add_user(email=email, **columns)

    def order(self, *sales: Sale, user: int | None = None, status: str = "P", **given: Any) -> int:
        """An order of the store that takes its stock, as a checkout makes it; its id."""
        if user is None:
            user = self._first_user()
        lines = [self._wanted(*sale) for sale in sales]
        order = self.world.cscart.place_order(user_id=user, lines=lines, **given)
        if status != "O":
            self.world.cscart.set_order_status(order, status)
        return order

    def guest_order(self, *sales: Sale, status: str = "P", **given: Any) -> int:
        """An order of somebody without an account."""
        guest = {"email": "guest@example.com", "firstname": "Gus", "lastname": "Example"}
        order = self.world.cscart.place_order(guest=guest, lines=[self._wanted(*sale) for sale in sales], **given)
        if status != "O":
            self.world.cscart.set_order_status(order, status)
        return order

    def _wanted(self, sku: str, pieces: int, options: str = "", *, gift: bool = False) -> Wanted:
        chosen = dict(each.split(": ", 1) for each in options.split(", ")) if options else {}
        return Wanted(self._product_id(sku), pieces, options=chosen, gift=gift)

    def _first_user(self) -> int:
        users = self.world.cscart.users()
        return next(iter(users)) if users else self.user()

    def _product_id(self, sku: str) -> int:
        return next(id for id, row in self.world.cscart.products().items() if row["product_code"] == sku)

    def _item_id(self, sku: str) -> str:
        return next(id for id, row in self.world.zoho.items().items() if row["sku"] == sku)

    def contact(self, name: str, email: str = "") -> str:
        """A customer of Zoho; the id."""
        persons = [{"first_name": name, "email": email, "is_primary_contact": True}] if email else []
        return self.world.zoho.add_contact(contact_name=name, **({"contact_persons": persons} if persons else {}))

    def live_in(self, home: Home, **choices: Any) -> None:
        """The merchant chooses where customers live in Zoho."""
        self.customer_choices = msgspec.structs.replace(self.customer_choices, home=home, **choices)
        if self.store is not None:
            self.store.refresh_from_db()
            save_customer_choices(self.store, self.customer_choices)

    def crm_field(self, label: str, data_type: str = "text", *, module: str = "Contacts", **more: Any) -> str:
        """An administrator of CRM adds a field; its API name."""
        name = self.world.zoho.crm.add_field(module, label, data_type, **more)
        CUSTOM_FIELDS.add(name)
        return name

    def crm_contact(self, email: str = "", name: str = "Example", **fields: Any) -> str:
        """A person types a contact into CRM; its id."""
        return self.world.zoho.crm.add_contact(Last_Name=name, **({"Email": email} if email else {}), **fields)

    def map_field(self, field: str, column: str, module: Module = Module.CONTACT, **row: Any) -> None:
        """The merchant maps a field of Zoho to a column of the store, besides what is mapped already."""
        store = self.store or self.connect()
        app.read_fields(store, again=True)
        rows = {**app.field_map(store, module).rows, field: FieldRow(column, **row)}
        maps = {**self.customer_choices.maps, module: rows}
        self.customer_choices = msgspec.structs.replace(self.customer_choices, maps=maps)
        save_customer_choices(store, self.customer_choices)
        store.refresh_from_db()

    def sell_order(self, contact: str, *sales: tuple[str, int], confirmed: bool, rate: float = 10.0) -> str:
        """A person enters a sales order in Zoho; its id."""
        lines = [(self._item_id(sku), pieces, rate) for sku, pieces in sales]
        id = self.world.zoho.add_salesorder(contact, lines)
        if confirmed:
            self.world.zoho.confirm(id)
        return id

    # When

    def connect(self) -> Store:
        """Connect both sides and keep the merchant's choices."""
        if self.store is None:
            self.store = connect(self.world, self.product_choices, begun=self.begun)
        self.store.order_choices = order_choices_to_json(self.order_choices)
        self.store.customer_choices = customer_choices_to_json(self.customer_choices)
        self.store.save(update_fields=["order_choices", "customer_choices"])
        return self.store

    def sync(self, *what: str, hours: float = 1, **asked: Any) -> Run:
        """One run of each kind ("products", "customers", "orders"), `hours` apart; the last run."""
        store = (self.store and Store.objects.get()) or self.connect()
        self.runs = []
        for entity in what or ("products", "customers", "orders"):
            self.hours(hours)
            store.refresh_from_db()
            run = sync(store, Asked(**asked), entity=Entity(entity))
            for _ in range(MAKES_ROOM):
                if run.state == "waiting" and run.not_before is None:
                    self.pauses.append((run.message, self.writes()))
                run = resume(run) if run.state == "waiting" and run.not_before is None else run
            assert run.state in ("done", "attention"), f"{entity}: {run.state}: {run.message}"
            self.runs.append(run)
        return self.runs[-1]

    def run(self, what: str, **asked: Any) -> Run:
        """One run, however it ends."""
        store = self.store or self.connect()
        store.refresh_from_db()
        run = sync(store, Asked(**asked), entity=Entity(what))
        self.runs = [run]
        return run

    def allow_guests(self, *, allowed: bool) -> None:
        """The merchant chooses whether guests become contacts; without, their orders are held."""
        self.customer_choices = msgspec.structs.replace(self.customer_choices, guests=allowed)
        if self.store is not None:
            self.store.refresh_from_db()
            save_customer_choices(self.store, self.customer_choices)

    def hours(self, hours: float) -> None:
        self.world.clock.advance(hours * 3600)  # type: ignore[attr-defined]

    def sell_in_zoho(self, sku: str, pieces: int) -> None:
        """Pieces leave Zoho by an adjustment that a person books."""
        self.world.zoho.move_stock(self._item_id(sku), -pieces)

    def count_in_zoho(self, sku: str, pieces: int) -> None:
        """A person books so many pieces more, or less, in Zoho."""
        self.world.zoho.move_stock(self._item_id(sku), pieces)

    def sell(self, sku: str, pieces: int) -> None:
        """A sale of the store that leaves no trace but the amount: orders are not kept in sync yet."""
        self.world.cscart.order(self._product_id(sku), pieces)

    def approvals(self, *, begin_as: str = "pending_approval") -> None:
        """The merchant's organisation approves inventory adjustments from now on."""
        self.world.zoho.switches.adjustment_approvals = True
        self.world.zoho.switches.adjustments_begin_as = begin_as

    def set_stock(self, sku: str, amount: int) -> None:
        """A person types an amount in the store's admin panel."""
        self.world.cscart.edit_product(self._product_id(sku), amount=str(amount))

    def set_status(self, order: int, letter: str) -> None:
        """A person sets an order's status in the store."""
        self.world.cscart.set_order_status(order, letter)

    def edit_order(self, order: int, *sales: Sale, **columns: Any) -> None:
        """A person edits an order in the store's admin panel: these lines and no others."""
        lines = [self._wanted(*sale) for sale in sales]
        self.world.cscart.edit_order(order, **({"lines": lines} if lines else {}), **columns)

    def edit_sale(self, order: int, edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
        """A person edits the lines of an order's sales order; each is given and taken as the API has it."""
        sale = self.sale(order)
        assert sale is not None
        names = ("line_item_id", "item_id", "name", "description", "quantity", "rate", "tax_id")
        self.hours(0.1)
        rows = edit([{name: row.get(name) for name in names} for row in sale["line_items"]])
        self.world.zoho.edit_salesorder(str(sale["salesorder_id"]), line_items=rows)

    def answer(
        self, entity: str, field: str, side: str, *, seen: Conflict | None = None, who: str = "Ann"
    ) -> list[str]:
        """A person decides an open question for one side ("cscart" or "zoho"); what they are told if it is not taken.

        `seen` is the question as their page shows it: of now, or of earlier.
        """
        page = seen or self.conflicts(entity, field)[0]
        with transaction.atomic():
            judged = answers.judge({page.pk: page.version_shown}, Side(side))
            answers.keep(judged, Side(side), who)
        return answers.refusals(judged, lambda row: answers.Told(field, str(row.cscart_value), str(row.zoho_value)))

    def lose_call(self, method: str, path: str) -> None:
        """The next call of a method to a path with these words never gets there, and nobody can tell."""
        self.unsent.append((method, path))

    def lose_answer(self, method: str, path: str) -> None:
        """The next call of a method to a path with these words is carried out, and its answer never comes."""
        self.unanswered.append((method, path))

    # Then

    def stock(self, sku: str) -> tuple[int, int, int]:
        """What the store shows; what lies in Zoho, and what of it is for sale."""
        product = self.world.cscart.product(self._product_id(sku))
        item = self.world.zoho.items()[self._item_id(sku)]
        return int(product["amount"]), int(item["stock_on_hand"]), int(item["available_for_sale_stock"])

    def person(self, email: str) -> Mapping[str, Any]:
        """The only contact of CRM with this address."""
        (found,) = (row for row in self.world.zoho.crm.contacts().values() if row["Email"] == email)
        return found

    def people(self) -> set[str]:
        """The addresses of CRM's contacts."""
        return {str(row["Email"]) for row in self.world.zoho.crm.contacts().values()}

    def sale(self, order: int) -> Mapping[str, Any] | None:
        """The sales order of an order of the store, as Zoho shows it; None where there is none."""
        number = f"{self.order_choices.prefix}{order}"
        rows = [row for row in self.world.zoho.salesorders().values() if row["salesorder_number"] == number]
        assert len(rows) < 2, f"{number} is there {len(rows)} times"
        return rows[0] if rows else None

    def sales(self, order: int) -> list[Mapping[str, Any]]:
        """All sales orders whose reference is an order's number: more than one where it was made anew."""
        number = f"{self.order_choices.prefix}{order}"
        return [row for row in self.world.zoho.salesorders().values() if row["reference_number"] == number]

    def total(self, order: int) -> Decimal:
        """The store's total of an order."""
        return Decimal(str(self.world.cscart.order_of(order)["total"]))

    def told(self, entity: str, *, cscart: object = "", zoho: object = "") -> tuple[str, str]:
        """State and reason that the lists show for a record: ("held", "It has no SKU. ...")."""
        side, id = ("cscart", str(cscart)) if cscart else ("zoho", str(zoho))
        row = Observation.objects.get(entity=entity, side=side, remote_id=id)
        return row.state, row.reason

    def why(self, order: int) -> str:
        """What the list of orders says about an order that is held, in conflict or failed."""
        return self.told("orders", cscart=order)[1]

    def conflicts(self, entity: str = "products", field: str = "") -> list[Conflict]:
        """Open questions."""
        rows = Conflict.objects.filter(entity=entity, settled_at=None)
        return list(rows.filter(field=field) if field else rows)

    def adjustments(self) -> list[Mapping[str, Any]]:
        """The inventory adjustments that the connector has booked, oldest first."""
        return [row for row in self.world.zoho.adjustments() if row["reference_number"]]

    def writes(self) -> int:
        """How many writes both sides have taken through their APIs."""
        return self.world.cscart.writes + self.world.zoho.writes + self.world.zoho.crm.writes

    def forget_calls(self) -> None:
        self.calls = []

    def called(self, method: str, ending: str) -> int:
        """How many calls of a method there were to paths that end so."""
        return sum(1 for m, path in self.calls if m == method and path.endswith(ending))

    def settle(self, *what: str, rounds: int = 3) -> None:
        """Go on until a whole round writes nothing; fails where the sides do not come to rest."""
        for _ in range(rounds):
            before = self.writes()
            self.sync(*what)
            if self.writes() == before:
                return
        raise AssertionError(f"the sides do not come to rest: {[run.message for run in self.runs]}")

    def meanwhile(self, method: str, ending: str, act: Callable[[], None]) -> None:
        """Somebody does something right after the connector's next call like this, in the middle of a run."""
        self._meanwhile.append((method, ending, act))

    def during(self, method: str, part: str, act: Callable[[], None]) -> None:
        """Somebody does something right after the connector's next call to a path with these words."""
        self._during.append((method, part, act))

    def watch(self, request: Request, response: Response) -> None:
        self.calls.append((request.method, request.path))
        for each in [each for each in self._meanwhile if request.method == each[0] and request.path.endswith(each[1])]:
            self._meanwhile.remove(each)
            each[2]()
        for each in [each for each in self._during if request.method == each[0] and each[1] in request.path]:
            self._during.remove(each)
            each[2]()

    def lines(self, order: int) -> list[tuple[str, str, int, float]]:
        """The lines of an order in the store: SKU, options, pieces and price."""
        told = []
        for line in self.world.cscart.order_of(order)["products"].values():
            values = line["extra"].get("product_options_value") or []
            options = ", ".join(f"{each['option_name']}: {each['variant_name']}" for each in values)
            told.append((line["product_code"], options, int(line["amount"]), float(line["price"])))
        return told

    def line_items(self, order: int) -> list[Mapping[str, Any]]:
        """The lines of an order's sales order as the API tells them."""
        sale = self.sale(order)
        assert sale is not None
        return list(sale["line_items"])

    def last_words(self) -> str:
        """What the steps of the last runs say, and the reasons that lists show."""
        steps = Step.objects.filter(run__in=self.runs).values_list("message", "reason")
        rows = Observation.objects.values_list("problem", "reason")
        return " ".join(word for words in (*steps, *rows) for word in words if word)

    def sold(self, order: int) -> list[tuple[str, str, int, float]]:
        """The lines of an order's sales order: SKU, description, pieces and rate."""
        sale = self.sale(order)
        assert sale is not None
        return [
            (row["sku"], row["description"], int(row["quantity"]), float(row["rate"])) for row in sale["line_items"]
        ]


@contextmanager
def opened(shop: Shop) -> Iterator[Shop]:
    """The shop's two systems reachable for as long as the block lasts."""
    with app.using_transport(_Way(shop), shop.world.clock):
        yield shop


class _Way(httpx2.BaseTransport):
    """The way to both systems, on which a call or its answer may be lost."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._inner = shop.world.transport(watch=shop.watch)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if _strike(self._shop.unconnected, request):
            raise httpx2.ConnectError("connection refused", request=request)
        if _strike(self._shop.redirected, request):
            return httpx2.Response(301, headers={"location": "https://elsewhere.example.com/"}, request=request)
        if _strike(self._shop.unsent, request):
            self._shop.when_lost()
            raise httpx2.ReadTimeout("no answer", request=request)
        answer = self._inner.handle_request(request)
        if _strike(self._shop.unanswered, request):
            self._shop.when_lost()
            raise httpx2.ReadTimeout("no answer", request=request)
        return answer


def _strike(calls: list[tuple[str, str]], request: httpx2.Request) -> bool:
    """Whether this call is one of these; it is struck off then."""
    found = next((each for each in calls if each[0] == request.method and each[1] in request.url.path), None)
    if found is not None:
        calls.remove(found)
    return found is not None


def pieces(sale: Mapping[str, Any]) -> dict[str, int]:
    """SKU to pieces of a sales order."""
    found: dict[str, int] = {}
    lines: Iterable[Mapping[str, Any]] = sale["line_items"]
    for line in lines:
        found[str(line["sku"])] = found.get(str(line["sku"]), 0) + int(line["quantity"])
    return found
