"""Who has bought: users of the store with the addresses that only their orders show, and guests."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from django.db.models import QuerySet

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.places import state_code
from cscart_zoho.order import GUEST, Address, Order, from_text, guest_id
from cscart_zoho.records import Entity, Record, Side, Value, Values
from cscart_zoho.store.known_users import KnownUsers
from cscart_zoho.store.models import Observation, Store
from cscart_zoho.sync.ports import Looks, OneByOne, Page

#: Buyers that are looked at together.
CHUNK = 500


class FromColumns(Protocol):
    """Makes a record of the columns of a user (`cscart_zoho.cscart.users`)."""

    def from_columns(self, id: str, columns: Mapping[str, Value]) -> Record: ...


def orders_of(store: Store) -> QuerySet[Observation]:
    """The orders of the store itself that are not known to be deleted."""
    return Observation.objects.filter(
        store=store, entity=Entity.ORDERS.value, side=Side.CSCART.value, gone_at=None
    ).order_by("-ordered_on", "-pk")


def latest_order(store: Store, buyer: str) -> Order | None:
    """The last order of a user or a guest, as it was last seen."""
    row = orders_of(store).filter(parent_id=buyer).first()
    text = row.values.get("document") if row is not None else None
    return from_text(text) if text else None


class BuyingUsers(KnownUsers):
    """Users as they are known, with the addresses of their last order where the store shows none of their own."""

    def scan(self, since: datetime | None) -> Iterator[Page]:
        """The users that are known, and those that only orders name: no run of customers has seen them yet."""
        yield from super().scan(since)
        buyers = orders_of(self.store).exclude(parent_id__startswith=GUEST).exclude(parent_id="")
        unknown = buyers.exclude(parent_id__in=self._rows.values("remote_id")).order_by("parent_id")
        ids = list(unknown.values_list("parent_id", flat=True).distinct())
        for start in range(0, len(ids), CHUNK):
            yield Page(tuple(self.read(ids[start : start + CHUNK]).values()), len(ids))

    def _record(self, row: Observation) -> Record:
        return self._with_addresses(super()._record(row))

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        return {id: self._with_addresses(record) for id, record in super().read(ids).items()}

    def _with_addresses(self, record: Record) -> Record:
        columns = {name[1:]: value for name, value in record.values.items() if name.startswith("@")}
        if any(columns.get(f"{kind}_address") for kind in "bs"):
            return record
        order = latest_order(self.store, record.id)
        if order is None:
            return record
        return self._users.from_columns(record.id, {**_addresses(order), **{n: v for n, v in columns.items() if v}})


class Guests(OneByOne):
    """`RecordSide` of people who have ordered without an account. They are known by their e-mail address."""

    side = Side.CSCART
    looks = Looks(changes=False)

    def __init__(self, store: Store, users: FromColumns) -> None:
        self.store = store
        self._users = users

    def scan(self, since: datetime | None) -> Iterator[Page]:
        """Every guest, from his or her last order."""
        guests = orders_of(self.store).filter(parent_id__startswith=GUEST).order_by("parent_id")
        ids = list(guests.values_list("parent_id", flat=True).distinct())
        for start in range(0, len(ids), CHUNK):
            yield Page(tuple(self.read(ids[start : start + CHUNK]).values()), len(ids))

    def sweep(self) -> Iterator[Page]:
        return iter(())

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        found = {id: latest_order(self.store, id) for id in ids}
        return {id: self._users.from_columns(id, _columns(order)) for id, order in found.items() if order is not None}

    def exists(self, id: str) -> bool:
        """A guest is there as long as an order is."""
        return orders_of(self.store).filter(parent_id=id).exists()

    def find(self, key: str) -> list[Record]:
        return list(self.read([guest_id(key)]).values()) if key else []

    def create(self, values: Values) -> Record:
        raise Unfit("A contact of Zoho cannot become a guest of the store.")

    def update(self, id: str, values: Values) -> Record:
        raise Unfit("What a guest has written in an order is not changed.")


def _columns(order: Order) -> dict[str, Value]:
    first, _, last = order.name.rpartition(" ")
    told: dict[str, Value] = {
        "email": order.email,
        "firstname": first,
        "lastname": last,
        "fullname": order.name,
        "company": order.company,
        "phone": order.phone,
    }
    return {**told, **_addresses(order)}


def _addresses(order: Order) -> dict[str, Value]:
    delivery = order.delivery if order.delivery != Address() else order.billing
    return {**_address("b", order.billing), **_address("s", delivery)}


def _address(kind: str, address: Address) -> dict[str, Value]:
    first, _, last = address.name.rpartition(" ")
    told = {
        "firstname": first,
        "lastname": last,
        "address": address.street,
        "address_2": address.street2,
        "city": address.city,
        "state": state_code(address.country, address.state),
        "country": address.country,
        "zipcode": address.zip,
        "phone": address.phone,
    }
    return {f"{kind}_{name}": value for name, value in told.items() if value}
