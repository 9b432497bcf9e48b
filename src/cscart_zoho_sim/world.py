"""A store, a Zoho organisation and the time they live in."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

from cscart_zoho_sim import catalogue, customers, hard_cases, orders, zoho_orders
from cscart_zoho_sim.catalogue import Mix
from cscart_zoho_sim.clock import Clock, VirtualClock
from cscart_zoho_sim.cscart import CsCart
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.messages import Outbox
from cscart_zoho_sim.orders import StoreOrder
from cscart_zoho_sim.transport import SimTransport, Watch
from cscart_zoho_sim.wire import Simulator
from cscart_zoho_sim.zoho import Zoho
from cscart_zoho_sim.zoho.regions import ACCOUNTS_HOSTS, API_HOSTS
from cscart_zoho_sim.zoho.several import Several

#: What the codes and tokens that a world hands out may do.
SCOPES = (
    "ZohoInventory.FullAccess.all,ZohoCRM.modules.contacts.ALL,ZohoCRM.modules.accounts.ALL,"
    "ZohoCRM.settings.fields.READ,ZohoCRM.settings.modules.READ,ZohoCRM.coql.READ,ZohoCRM.org.READ,ZohoCRM.users.READ,"
    "ZohoCRM.notifications.ALL"
)


class Setting(TypedDict, total=False):
    """What the two sides are, and where they stand. Zoho stands at its region's hosts unless told otherwise."""

    version: str
    edition: str
    cscart_url: str
    region: str
    plan: str
    accounts_url: str
    api_url: str
    per_minute_limit: int | None
    daily_limit: int | None


#: The keys of `Setting` that CS-Cart takes, by its own names; the others are Zoho's.
_CSCART = {"version": "version", "edition": "edition", "cscart_url": "url"}


@dataclass
class World:
    """Both simulators with one clock and one source of chance, and what they send by themselves.

    `past` are the orders that the store began with.
    """

    clock: Clock
    cscart: CsCart
    zoho: Zoho
    rng: random.Random
    outbox: Outbox
    past: list[StoreOrder] = field(default_factory=list)
    #: Organisations and stores besides the first ones, which people may connect instead.
    other_organisations: list[Zoho] = field(default_factory=list)
    other_stores: list[CsCart] = field(default_factory=list)

    def add_organisation(self, name: str, *, same_account: bool = False, region: str = "") -> Zoho:
        """One more organisation of Zoho: of the same account, or of another one and there with a CRM of its own.

        In another region the account is another one, too. The application is the same in all of them.
        """
        seed = random.Random(f"{name} {len(self.other_organisations)} {self.zoho.organization_id}")
        made = Zoho(
            self.clock,
            rng=seed,
            region=region or self.zoho.region,
            plan=self.zoho.plan,
            per_minute_limit=None,
            name=name,
            outbox=self.outbox,
            beside=self.zoho if same_account else None,
        )
        made.accounts.client_id, made.accounts.client_secret = self.zoho.client_id, self.zoho.client_secret
        self.other_organisations.append(made)
        return made

    def add_store(self, url: str, **setting: Any) -> CsCart:
        """One more store at an address of its own."""
        seed = random.Random(f"{url} {len(self.other_stores)}")
        made = CsCart(self.clock, rng=seed, url=url, outbox=self.outbox, **setting)
        self.other_stores.append(made)
        return made

    @classmethod
    def empty(cls, seed: int, *, clock: Clock | None = None, **setting: Unpack[Setting]) -> "World":
        """Two sides without products. The clock is a virtual one unless another is given."""
        rng, clock = random.Random(seed), clock or VirtualClock()
        given: Mapping[str, Any] = setting
        for_cscart = {_CSCART[key]: value for key, value in given.items() if key in _CSCART}
        for_zoho = {key: value for key, value in given.items() if key not in _CSCART}
        outbox = Outbox(clock)
        cscart = CsCart(clock, rng=random.Random(rng.random()), outbox=outbox, **for_cscart)
        zoho = Zoho(clock, rng=random.Random(rng.random()), outbox=outbox, **for_zoho)
        return cls(clock, cscart, zoho, rng, outbox)

    @classmethod
    def demo(
        cls,
        seed: int,
        *,
        size: float = 1,
        past_orders: int | None = None,
        sales_orders: bool = True,
        clock: Clock | None = None,
        **setting: Unpack[Setting],
    ) -> "World":
        """The reference shop's proportions, with the few differences that first contacts have.

        `size` 0.1 makes it a tenth as large in everything. Without `sales_orders` Zoho has none.
        """
        products = max(1, round(catalogue.REFERENCE.store * size))
        mix = catalogue.REFERENCE.scaled(products)
        world = cls.synthetic(products, seed, mix=mix, differences=True, clock=clock, **setting)
        customers.fill(world.cscart, world.zoho, seed, customers.DEMO.scaled(size))
        in_zoho = {str(item["sku"]) for item in world.zoho.items().values()}
        count = round(orders.REFERENCE * size) if past_orders is None else past_orders
        world.past = orders.fill(world.cscart, seed, count, in_zoho)
        if sales_orders:
            zoho_orders.fill(world.zoho, world.past, world.clock.now(), seed, round(orders.IN_ZOHO * size))
        return world

    @classmethod
    def synthetic(
        cls,
        products: int,
        seed: int,
        *,
        mix: Mix | None = None,
        differences: bool = False,
        nasty: bool = False,
        clock: Clock | None = None,
        **setting: Unpack[Setting],
    ) -> "World":
        """A synthetic store of so many products, and Zoho items in the reference shop's proportions.

        `mix` gives the proportions; `differences` makes a few pairs differ;
        `nasty` adds the hard cases of `hard_cases` on top.
        """
        world = cls.empty(seed, clock=clock, **setting)
        catalogue.fill(world.cscart, world.zoho, mix or catalogue.REFERENCE.scaled(products), seed, differences)
        if nasty:
            hard_cases.add(world.cscart, world.zoho)
        return world

    @classmethod
    def from_store(cls, folder: Path, seed: int, *, clock: Clock | None = None, **setting: Unpack[Setting]) -> "World":
        """A recorded store, and Zoho items for a part of its SKUs. Raises FileNotFoundError for an empty folder."""
        world = cls.empty(seed, clock=clock, **setting)
        world.cscart.load_store(folder)
        catalogue.fill_from_store(world.cscart, world.zoho, seed)
        customers.fill(world.cscart, world.zoho, seed)
        kept = world.cscart.desk.orders.rows
        world.past = [orders.written_down(kept[id]) for id in sorted(kept)]
        return world

    def transport(self, faults: FaultPlan | None = None, watch: Watch | None = None) -> SimTransport:
        """Both sides for an HTTP client. Zoho answers at the hosts of all its regions; only one knows the account."""
        return SimTransport(_Hosts(self), faults, watch)

    def description(self) -> dict[str, dict[str, str]]:
        """Addresses, keys and a new grant code: all that a client needs. The code lives three minutes."""
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
                "grant_code": zoho.self_client_code(SCOPES),
                "refresh_token": zoho.issue_refresh_token(SCOPES),
            },
        }

    def state(self) -> dict[str, dict[str, int]]:
        """How much there is on both sides, and what was called and written."""
        cscart, zoho = self.cscart, self.zoho
        return {
            "cscart": {
                "products": len(cscart.catalogue.products),
                "users": len(cscart.users()),
                "orders": len(cscart.desk.orders.rows),
                "writes": cscart.writes,
                "calls": cscart.calls,
            },
            "zoho": {
                "items": zoho.item_count,
                "contacts": len(zoho.contacts()),
                "salesorders": zoho.salesorder_count,
                "crm_contacts": zoho.crm.contact_count,
                "crm_accounts": zoho.crm.account_count,
                "writes": zoho.writes + zoho.crm.writes,
                "calls": zoho.calls + zoho.crm.calls,
                "token_calls": zoho.token_calls,
            },
        }


class _Hosts(Mapping[str, Simulator]):
    """Which simulator answers at a host, as things are at this moment."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, host: str) -> Simulator:
        store = next((each for each in self._stores() if _netloc(each.url) == host), None)
        if store is not None:
            return store
        if host not in self:
            raise KeyError(host)
        others = self._world.other_organisations
        return Several([self._world.zoho, *others]) if others else self._world.zoho

    def __contains__(self, host: object) -> bool:
        return host in set(self)

    def __iter__(self) -> Iterator[str]:
        zoho = self._world.zoho
        yield from {*ACCOUNTS_HOSTS, *API_HOSTS, *map(_netloc, (zoho.accounts_url, zoho.api_url))}
        yield from {_netloc(each.url) for each in self._stores()}

    def __len__(self) -> int:
        return len(list(self))

    def _stores(self) -> list[CsCart]:
        return [self._world.cscart, *self._world.other_stores]


def _netloc(url: str) -> str:
    return urlsplit(url).netloc
