"""Both adapters over the simulators, without a database: each with a real wire."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import httpx2

from cscart_zoho.cscart import probe
from cscart_zoho.cscart.products import CsCartProducts
from cscart_zoho.http import Wire
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.records import Record, Side
from cscart_zoho.sync.ports import RecordSide
from cscart_zoho.zoho import organisation
from cscart_zoho.zoho.adjustments import ZohoStockBook
from cscart_zoho.zoho.items import ZohoItems
from cscart_zoho.zoho.order_addresses import ContactAddresses
from cscart_zoho.zoho.salesorders import ZohoSalesOrders
from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.transport import Watch
from cscart_zoho_sim.world import World

#: The store of the simulator has two taxes, so one is chosen.
CHOICES = ProductChoices(default_tax_id="6")


class Wired:
    """A world and the adapters that look at it. `faults` may be ordered at any moment."""

    def __init__(self, world: World, clock: VirtualClock, watch: Watch | None = None) -> None:
        self.world, self.clock = world, clock
        self.faults = FaultPlan.none()
        client = httpx2.Client(transport=world.transport(self.faults, watch))
        store, zoho = world.cscart, world.zoho
        key = base64.b64encode(f"{store.email}:{store.api_key}".encode()).decode()
        self.token = zoho.issue_access_token()
        self.store_wire = Wire(
            name="CS-Cart",
            base_url=store.url,
            client=client,
            headers=lambda: {"authorization": f"Basic {key}"},
            examine=probe.examine,
            sleep=clock.sleep,
        )
        self.zoho_wire = Wire(
            name="Zoho",
            base_url=zoho.api_url,
            client=client,
            headers=lambda: {"authorization": f"Zoho-oauthtoken {self.token}"},
            examine=partial(organisation.examine, pauses=organisation.NoPauses()),
            renew=self._renew,
            still_refused=organisation.refused_token,
            sleep=clock.sleep,
            constant_params=(("organization_id", zoho.organization_id),),
        )

    def renewed_token(self) -> str:
        return self.world.zoho.issue_access_token()

    def _renew(self) -> None:
        self.token = self.renewed_token()

    def store(self) -> CsCartProducts:
        return CsCartProducts(self.store_wire, probe.probe(self.store_wire), CHOICES)

    def items(self, choices: ProductChoices = CHOICES) -> ZohoItems:
        return ZohoItems(self.zoho_wire, self.organisation(), choices)

    def book(self) -> ZohoStockBook:
        return ZohoStockBook(self.zoho_wire, self.organisation(), CHOICES, self.today)

    def salesorders(self, choices: OrderChoices | None = None) -> ZohoSalesOrders:
        addresses = ContactAddresses(self.zoho_wire)
        return ZohoSalesOrders(
            self.zoho_wire,
            self.organisation(),
            choices or OrderChoices(),
            address_id=addresses,
            gone_addresses=addresses.gone,
        )

    def organisation(self) -> Mapping[str, Any]:
        return organisation.capabilities({}, self.zoho_wire)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def today(self) -> date:
        return self.now().date()


@dataclass
class Case:
    """One side, with what people do there in the words of both sides."""

    wired: Wired
    side: Side
    products: RecordSide

    @property
    def wire(self) -> Wire:
        return self.wired.store_wire if self.side is Side.CSCART else self.wired.zoho_wire

    def add(self, name: str, sku: str, price: str = "10.00", stock: int = 5) -> str:
        world = self.wired.world
        if self.side is Side.CSCART:
            added = world.cscart.add_product(product=name, product_code=sku, price=price, amount=stock)
            return str(added)
        return world.zoho.add_item(name=name, sku=sku, rate=float(price), stock_on_hand=stock)

    def rename(self, id: str, name: str) -> None:
        if self.side is Side.CSCART:
            self.wired.world.cscart.edit_product(int(id), product=name)
        else:
            self.wired.world.zoho.edit_item(id, name=name)

    def move_stock(self, id: str, delta: int) -> None:
        """Stock moves, and no time stamp tells."""
        if self.side is Side.CSCART:
            self.wired.world.cscart.order(int(id), -delta)
        else:
            self.wired.world.zoho.move_stock(id, delta)

    def remove(self, id: str) -> None:
        if self.side is Side.CSCART:
            self.wired.world.cscart.delete_product(int(id))
        else:
            self.wired.world.zoho.delete_item(id)

    def count(self) -> int:
        world = self.wired.world
        return len(world.cscart.products()) if self.side is Side.CSCART else world.zoho.item_count

    def scan(self, since: datetime | None = None) -> list[Record]:
        return [record for page in self.products.scan(since) for record in page.records]
