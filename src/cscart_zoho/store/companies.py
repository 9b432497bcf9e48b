"""The companies of a store's users, and the accounts of Zoho CRM by their names.

CS-Cart has no companies of its own: a company is the name that users carry.
Users whose company differs only in case or white space have the same one.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet

from cscart_zoho.errors import Bug, Unfit
from cscart_zoho.mapping.customer_map import ACCOUNT, NO_ACCOUNT, missing_account, values_of_first
from cscart_zoho.mapping.fields import FieldRow
from cscart_zoho.mapping.text import line
from cscart_zoho.records import Entity, Record, Side, Values
from cscart_zoho.store.models import Link, Observation, Store
from cscart_zoho.store.rows import folded
from cscart_zoho.store.values import from_json
from cscart_zoho.sync.plan import State
from cscart_zoho.sync.ports import Looks, OneByOne, Page

#: Rows that are looked at together.
CHUNK = 500
#: A chain of parent accounts that is longer is taken for a circle.
DEEPEST = 20
#: What is looked at of each user.
USER = ("pk", "remote_id", "folded_company", "reason")


def company_id(name: str) -> str:
    """The id of a company: the same for all spellings of its name."""
    return hashlib.sha256(folded(name).encode()).hexdigest()[:20]


class Companies(OneByOne):
    """`RecordSide` of the companies that users carry. Nothing is written: a company comes and goes with its users.

    A company counts when Zoho has an account of its name, or when a user needs
    one: a user without a contact, one whose company was changed in the store, or one whose contact waits for it.
    Users whose account was renamed in Zoho need none; they get its new name.
    """

    side = Side.CSCART
    looks = Looks(changes=False)

    def __init__(self, store: Store, rows: Mapping[str, FieldRow]) -> None:
        self._rows = rows
        self._store = store
        self._users: QuerySet[Observation] = Observation.objects.filter(
            store=store, entity=Entity.CUSTOMERS.value, side=Side.CSCART.value, gone_at=None
        ).exclude(folded_company="")

    def scan(self, since: datetime | None) -> Iterator[Page]:
        """Every company that counts, as its first user tells it."""
        ids = self._firsts()
        for start in range(0, len(ids), CHUNK):
            rows = Observation.objects.filter(pk__in=ids[start : start + CHUNK]).order_by("pk")
            yield Page(tuple(self._record(row) for row in rows), len(ids))

    def _firsts(self) -> list[int]:
        """The first users of the companies that count."""
        accounts = _accounts(self._store).exclude(folded_key="")
        wanted = set(accounts.values_list("folded_key", flat=True))
        firsts: dict[str, int] = {}
        last = 0
        while chunk := list(self._users.filter(pk__gt=last).order_by("pk").values_list(*USER)[:CHUNK]):
            last = chunk[-1][0]
            agreed = self._agreed([id for _, id, _, _ in chunk])
            for pk, id, company, reason in chunk:
                firsts.setdefault(company, pk)
                if agreed.get(id) != company or NO_ACCOUNT in reason:
                    wanted.add(company)
        return sorted(pk for company, pk in firsts.items() if company in wanted)

    def _agreed(self, ids: Sequence[str]) -> dict[str, str]:
        """By user the company that both sides agreed on last."""
        links = Link.objects.filter(store=self._store, entity=Entity.CUSTOMERS.value, cscart_id__in=list(ids))
        return {id: folded(str(base.get(ACCOUNT) or "")) for id, base in links.values_list("cscart_id", "base_cscart")}

    def _record(self, user: Observation) -> Record:
        name = line(user.company)
        values = {**values_of_first(self._rows, from_json(user.values)), ACCOUNT: name}
        etag = hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:16]
        return Record(Side.CSCART, company_id(name), name, values, etag, shown={"name": name, "phone": user.phone})

    def sweep(self) -> Iterator[Page]:
        return iter(())

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        wanted = set(ids)
        found: dict[str, Record] = {}
        for page in self.scan(None):
            found |= {record.id: record for record in page.records if record.id in wanted}
        return found

    def exists(self, id: str) -> bool:
        return id in self.read([id])

    def find(self, key: str) -> list[Record]:
        first = self._users.filter(folded_company=folded(key)).order_by("pk").first()
        return [] if first is None else [self._record(first)]

    def create(self, values: Values) -> Record:
        raise Bug("a company cannot be made by itself")

    def update(self, id: str, values: Values) -> Record:
        raise Bug("a company cannot be changed by itself")


def _accounts(store: Store) -> QuerySet[Observation]:
    return Observation.objects.filter(store=store, entity=Entity.ACCOUNTS.value, side=Side.ZOHO.value, gone_at=None)


def part_the_renamed(store: Store) -> None:
    """End the pairs of companies and accounts whose names have become different: they are paired by name alone."""
    links = list(Link.objects.filter(store=store, entity=Entity.ACCOUNTS.value))
    rows = Observation.objects.filter(store=store, entity=Entity.ACCOUNTS.value)
    names = {(side, id): key for side, id, key in rows.values_list("side", "remote_id", "folded_key")}
    for link in links:
        here, there = names.get((Side.CSCART, link.cscart_id)), names.get((Side.ZOHO, link.zoho_id))
        if here is not None and there is not None and here != there:
            rows.filter(side=Side.CSCART, remote_id=link.cscart_id).update(linked=False)
            rows.filter(side=Side.ZOHO, remote_id=link.zoho_id).update(linked=False)
            link.delete()


class AccountBook:
    """Zoho CRM's accounts as they were last seen: ids by name, parents by id."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._accounts = _accounts(store)
        self._companies = Observation.objects.filter(
            store=store, entity=Entity.ACCOUNTS.value, side=Side.CSCART.value, gone_at=None
        )
        #: Accounts that were found already. One that was not found is looked for again.
        self._known: dict[str, str] = {}

    def id_of(self, name: str) -> str:
        """The account of this name, or nothing where the next run makes it.

        Raises `Unfit` when several have the name and none is linked, and where Zoho refuses to have one.
        """
        key = folded(name)
        if key not in self._known:
            found = self._found(name)
            if not found:
                self._check_why_not(name)
                return ""
            self._known[key] = found
        return self._known[key]

    def _check_why_not(self, name: str) -> None:
        """Raises `Unfit` with the reason for which the company of this name got no account, or has none any more."""
        if self.was_deleted(name):
            raise missing_account(name, "It was deleted there. Enter it again, or give the customer another company.")
        company = self._companies.filter(folded_key=folded(name)).exclude(reason="").first()
        if company is not None and company.state in (State.HELD, State.FAILED, State.CONFLICT):
            raise missing_account(name, company.reason)

    def _found(self, name: str) -> str:
        found = list(self._accounts.filter(folded_key=folded(name)).order_by("-linked", "pk")[:2])
        if len(found) == 2 and not found[0].linked:
            raise Unfit(
                f'Zoho CRM has several accounts named "{name}".',
                advice="Merge them in Zoho, or give them different names.",
            )
        return found[0].remote_id if found else ""

    def was_deleted(self, name: str) -> bool:
        """Whether Zoho had an account of this name, and has none any more."""
        return folded(name) in self._deleted

    @cached_property
    def _deleted(self) -> frozenset[str]:
        rows = Observation.objects.filter(store=self._store, entity=Entity.ACCOUNTS.value, side=Side.ZOHO.value)
        gone = rows.exclude(gone_at=None).exclude(folded_key="").values_list("folded_key", flat=True)
        return frozenset(gone) - frozenset(rows.filter(gone_at=None).values_list("folded_key", flat=True))

    def chain(self, name: str) -> list[str]:
        """The names of an account's parents, the topmost first, and its own. Raises `Unfit` for a circle."""
        names, seen = [name], set[str]()
        row = self._accounts.filter(folded_key=folded(name)).order_by("-linked", "pk").first()
        while row is not None and row.parent_id:
            if row.remote_id in seen or len(names) > DEEPEST:
                raise Unfit(
                    f'The parent accounts of "{name}" in Zoho CRM go round in a circle.',
                    advice="Correct the parent account in Zoho.",
                )
            seen.add(row.remote_id)
            row = self._accounts.filter(remote_id=row.parent_id).first()
            if row is not None:
                names.insert(0, row.key)
        return names
