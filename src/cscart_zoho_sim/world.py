"""A simulated store and a simulated Zoho in one world: one clock, one seed."""

import random
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cscart_zoho_sim import catalogue
from cscart_zoho_sim.catalogue import Catalogue
from cscart_zoho_sim.clock import Clock, VirtualClock
from cscart_zoho_sim.cscart import CsCart
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.transport import SimTransport, Watch
from cscart_zoho_sim.wire import Simulator
from cscart_zoho_sim.zoho import Zoho
from cscart_zoho_sim.zoho.regions import REGIONS

#: What the refresh token of the ready line may do: every permission of Inventory.
EVERYTHING = "ZohoInventory.FullAccess.all"

#: Of a recorded store, each third product has a partner in Zoho, and one item in ten a stranger's SKU.
EVERY_THIRD = 3


class World:
    """Both simulators. `clock` is a `VirtualClock` unless another is given."""

    def __init__(self, seed: int, clock: Clock, cscart: CsCart, zoho: Zoho) -> None:
        self.seed = seed
        self.clock = clock
        self.cscart = cscart
        self.zoho = zoho

    @classmethod
    def empty(
        cls,
        seed: int = 0,
        *,
        clock: Clock | None = None,
        store_url: str = "https://store.example.com",
        version: str = "4.20.1",
        edition: str = "ultimate",
        **zoho: Any,
    ) -> "World":
        """Both sides without a product; `zoho` are switches of `Zoho` (region, plan, limits, addresses)."""
        rng = random.Random(seed)
        clock = clock or VirtualClock()
        store = CsCart(clock, rng=rng, url=store_url, version=version, edition=edition)
        return cls(seed, clock, store, Zoho(clock, rng=rng, **zoho))

    @classmethod
    def demo(cls, seed: int = 1, **switches: Any) -> "World":
        """The reference shop's proportions: 272 products, 145 items, 102 of them partners."""
        return cls.synthetic(catalogue.STORE_PRODUCTS, seed, **switches)

    @classmethod
    def synthetic(cls, products: int, seed: int = 1, **switches: Any) -> "World":
        """A synthetic store of any size."""
        world = cls.empty(seed, **switches)
        world.fill(catalogue.reference(random.Random(seed), products))
        return world

    @classmethod
    def nasty(cls, seed: int = 1, **switches: Any) -> "World":
        """A few products that no connector can sync, among some that it can."""
        world = cls.empty(seed, **switches)
        world.fill(catalogue.nasty())
        twin = world.cscart.add_product(product="Example price", product_code="N-9", price="1.00")
        world.cscart.plant(twin, price="1,50")
        return world

    @classmethod
    def from_store(cls, folder: Path, seed: int = 1, **switches: Any) -> "World":
        """The store of a recorded folder, and a Zoho that has partners for a third of its products.

        Raises `FileNotFoundError` when the folder holds no products.
        """
        world = cls.empty(seed, **switches)
        world.cscart.load_store(folder)
        rng = random.Random(seed)
        taken: set[str] = set()
        for n, product in enumerate(world.cscart.products().values()):
            name, sku = " ".join(str(product["product"]).split())[:100], str(product["product_code"])
            if n % EVERY_THIRD or not sku or {sku, name} & taken:
                continue
            taken |= {sku, name}
            world.zoho.add_item(
                name=name, sku=sku, rate=float(product["price"]), stock_on_hand=max(0, int(product["amount"]))
            )
        for sample in catalogue.samples(rng, max(1, len(taken) // 10), "ZO"):
            world.zoho.add_item(**sample.item())
        return world

    def fill(self, what: Catalogue) -> None:
        """Put a catalogue onto both sides, a second apart, as time stamps of real shops are."""
        for sample in what.products:
            self.cscart.add_product(**sample.product())
        for sample in what.items:
            self.zoho.add_item(**sample.item())

    def transport(self, faults: FaultPlan | None = None, watch: Watch | None = None) -> SimTransport:
        """The seam for an HTTP client in this process."""
        if faults is not None:
            faults.expire_tokens = self.zoho.expire_tokens
        regions = (host for region in REGIONS.values() for host in (region.accounts_host, region.api_host))
        hosts: dict[str, Simulator] = {
            # Every data centre is there, and all but the right one refuse what they do not know.
            **dict.fromkeys(regions, self.zoho),
            urlsplit(self.cscart.url).netloc: self.cscart,
            urlsplit(self.zoho.accounts_url).netloc: self.zoho,
            urlsplit(self.zoho.api_url).netloc: self.zoho,
        }
        return SimTransport(hosts, faults, watch)

    def description(self) -> dict[str, Any]:
        """What a client needs to reach both sides: the ready line of `cscart-zoho-sim serve`."""
        zoho = self.zoho
        return {
            "cscart": {"url": self.cscart.url, "email": self.cscart.email, "key": self.cscart.api_key},
            "zoho": {
                "accounts_url": zoho.accounts_url,
                "inventory_url": f"{zoho.api_url}/inventory/v1",
                "crm_url": f"{zoho.api_url}/crm/v8",
                "client_id": zoho.client_id,
                "client_secret": zoho.client_secret,
                "organization_id": zoho.organization_id,
                "grant_code": zoho.self_client_code(EVERYTHING),
                "refresh_token": zoho.issue_refresh_token(EVERYTHING),
            },
        }
