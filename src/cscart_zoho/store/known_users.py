"""Users of the store as customers have seen them: a second kind of contact needs no second look at the store."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from django.db.models import QuerySet

from cscart_zoho.records import Entity, Record, Side, Value, Values
from cscart_zoho.store.models import Observation, Store
from cscart_zoho.store.values import from_json
from cscart_zoho.sync.ports import Looks, OneByOne, Page

#: Rows that are looked at together.
CHUNK = 500


class Users(Protocol):
    """The store's users under another field map (`cscart_zoho.cscart.users`)."""

    def from_columns(self, id: str, columns: Mapping[str, Value]) -> Record: ...
    def read(self, ids: Sequence[str]) -> dict[str, Record]: ...
    def exists(self, id: str) -> bool: ...
    def find(self, key: str) -> list[Record]: ...
    def create(self, values: Values) -> Record: ...
    def complete(self, id: str, values: Values) -> Record | None: ...
    def update(self, id: str, values: Values) -> Record: ...


class KnownUsers(OneByOne):
    """`RecordSide` over the rows that the chapter of customers keeps. What is written goes to the store itself."""

    side = Side.CSCART
    looks = Looks(changes=False)

    def __init__(self, store: Store, users: Users) -> None:
        self.store = store
        self._rows: QuerySet[Observation] = Observation.objects.filter(
            store=store, entity=Entity.CUSTOMERS.value, side=Side.CSCART.value
        )
        self._users = users
        self.find, self.create = users.find, users.create
        self.complete, self.update = users.complete, users.update  # type: ignore[method-assign]

    def scan(self, since: datetime | None) -> Iterator[Page]:
        """Every user that is not known to be deleted."""
        there, last = self._rows.filter(gone_at=None), 0
        total = there.count()
        while chunk := list(there.filter(pk__gt=last).order_by("pk")[:CHUNK]):
            last = chunk[-1].pk
            yield Page(tuple(self._record(row) for row in chunk), total)

    def _record(self, row: Observation) -> Record:
        return self._users.from_columns(row.remote_id, _columns(from_json(row.values)))

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """As the store tells them now; what it does not tell is as it was written last."""
        known = {row.remote_id: _columns(from_json(row.values)) for row in self._rows.filter(remote_id__in=list(ids))}
        told = self._users.read(ids)
        return {
            id: self._users.from_columns(id, {**known.get(id, {}), **_columns(record.values)})
            for id, record in told.items()
        }

    def sweep(self) -> Iterator[Page]:
        return iter(())

    def exists(self, id: str) -> bool:
        """False without asking when the chapter of customers knows that the user was deleted."""
        if self._rows.filter(remote_id=id).exclude(gone_at=None).exists():
            return False
        return self._users.exists(id)


def shipping_of(store: Store) -> Callable[[str], dict[str, Value]]:
    """By customer what is known of the shipping address: what the store add-on tells, or what was written last."""
    rows = Observation.objects.filter(store=store, entity=Entity.CUSTOMERS.value, side=Side.CSCART.value)

    def known(id: str) -> dict[str, Value]:
        row = rows.filter(remote_id=id).first()
        columns = _columns(from_json(row.values)) if row is not None else {}
        return {name: value for name, value in columns.items() if name.startswith("s_")}

    return known


def _columns(values: Values) -> dict[str, Value]:
    """The columns of a user. A placeholder is no address under which a contact could be found again."""
    return {name[1:]: value for name, value in values.items() if name.startswith("@") and name != "@_address"}
