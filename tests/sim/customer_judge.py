"""The invariants for customers on three sides. It knows nothing of how the engine decides."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cscart_zoho.store.models import Conflict, Intent, Link, Observation, Run, RunState
from cscart_zoho.store.values import value_from_json
from cscart_zoho_sim.wire import Edit, Request, Response
from cscart_zoho_sim.world import World

#: Our word -> the side's own key. Every value that people type into these is unique, but for twins.
TYPED = {
    "store": {"first": "firstname", "last": "lastname", "phone": "phone"},
    "crm": {"first": "First_Name", "last": "Last_Name", "phone": "Phone"},
    "inventory": {"first": "first_name", "last": "last_name", "phone": "phone"},
}
#: Our word -> the names under which conflicts keep it.
FIELDS = {
    "first": ("First_Name", "contact_persons.first_name"),
    "last": ("Last_Name", "contact_persons.last_name"),
    "phone": ("Phone", "contact_persons.phone"),
}
TWINS = frozenset({"Twin", ""})


def typed(side: str, row: Mapping[str, Any] | None) -> dict[str, str]:
    """The typed values of a row."""
    told: Mapping[str, Any] = row or {}
    if side == "inventory":
        persons = told.get("contact_persons") or [{}]
        told = next((each for each in persons if each.get("is_primary_contact")), persons[0])
    return {name: str(told[key]) for name, key in TYPED[side].items() if told.get(key)}


@dataclass
class CustomerJudge:
    """Watches every change and every call of a story."""

    world: World
    doubled: Callable[[], set[str]]
    parent: dict[tuple[str, str], str] = field(default_factory=dict)
    typed_on: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    typed_at: dict[tuple[str, str, str], int] = field(default_factory=dict)
    #: (side, id) -> at which call the connector has read the record last.
    read_at: dict[tuple[str, str], int] = field(default_factory=dict)
    excused: set[tuple[str, str]] = field(default_factory=set)
    calls: int = 0
    race_window: int = 0
    failures: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)

    def watch_call(self, request: Request, response: Response) -> None:
        self.calls += 1
        self.world.clock.advance(1)  # type: ignore[attr-defined]  # no two calls in the same second
        self.history.append(
            f"{self.calls:5} {request.method} {request.path} {dict(request.query)} {request.body[:400]!r}"
        )
        side = "store" if request.host.startswith("store.") else "crm" if "/crm/" in request.path else "inventory"
        tail = request.path.rstrip("/").rsplit("/", 1)[-1]
        if request.method == "GET" and tail.isdigit():
            self.read_at[side, tail] = self.calls
        elif (side == "crm" and tail == "coql") or (request.method == "GET" and tail in ("users", "contacts")):
            for id in self._all(side):
                self.read_at[side, id] = self.calls
        elif tail == "cscart_zoho_customers":
            for id in self._all("store"):
                self.read_at["store", id] = self.calls

    def _all(self, side: str) -> dict[str, Mapping[str, Any]]:
        if side == "store":
            return {str(id): row for id, row in self.world.cscart.users().items()}
        return dict(self.world.zoho.crm.contacts() if side == "crm" else self.world.zoho.contacts())

    def watcher(self, side: str) -> Callable[[Edit], None]:
        return lambda edit: self._watch(side, edit)

    def _watch(self, side: str, edit: Edit) -> None:
        before, after = typed(side, edit.before), typed(side, edit.after)
        changes = {name: value for name, value in after.items() if before.get(name) != value}
        self.history.append(f"      {edit.author} {side} {edit.id}: {changes}{' GONE' if edit.after is None else ''}")
        for name, value in changes.items():
            if edit.author == "people":
                self.parent.setdefault((name, value), before.get(name, ""))
                self.typed_on[name, value] = (side, edit.id)
                self.typed_at[side, edit.id, name] = self.calls
            elif before.get(name) and edit.before is not None:
                self._replaced(side, edit, name, before[name], value)

    def _replaced(self, side: str, edit: Edit, name: str, old: str, new: str) -> None:
        if old in TWINS or (name, old) not in self.parent:
            return
        # A value that its successor has replaced, or whose successor is kept, is not lost.
        if any(old in self._line(name, value) for value in (new, *self._inbox(name))):
            return
        if self.typed_at.get((side, edit.id, name), -1) >= self.read_at.get((side, edit.id), 0):
            self.race_window += 1
            self.excused.add((name, old))
            if side == "crm":
                self.failures.append(f"I2: crm {edit.id}: {name} {old!r} was run over between read and write")
        elif new not in TWINS:
            self.failures.append(f"I2: {side} {edit.id}: {name} {old!r} was overwritten by {new!r}, unseen")

    def _line(self, name: str, value: str) -> set[str]:
        """A value and all that it has replaced, one after the other."""
        line: set[str] = set()
        while value and value not in line:
            line.add(value)
            value = self.parent.get((name, value), "")
        return line

    def _inbox(self, name: str) -> set[str]:
        rows = Conflict.objects.filter(field__in=FIELDS[name])
        return {str(value_from_json(v)) for row in rows for v in (row.cscart_value, row.zoho_value) if v}

    # When everything has come to rest

    def at_rest(self) -> None:
        self._no_duplicates()
        self._no_placeholder_in_zoho()
        self._sides_agree()
        self._nothing_typed_vanished()
        for row in Observation.objects.filter(linked=False, gone_at=None):
            if not row.reason:
                self.failures.append(f"I4: {row.entity} {row.side} {row.remote_id} is not linked, nobody says why")
        open_intents = Intent.objects.filter(closed_at=None).count()
        if open_intents:
            self.failures.append(f"I9: {open_intents} writes have no answer")
        if Run.objects.filter(state__in=[RunState.RUNNING, RunState.WAITING]).exists():
            self.failures.append("I9: a run has not come to an end")

    def _no_duplicates(self) -> None:
        emails = {
            "store": [row["email"] for row in self._all("store").values()],
            "crm": [row["Email"] for row in self._all("crm").values()],
            "inventory": [row["email"] for row in self._all("inventory").values()],
        }
        for side, told in emails.items():
            for email, number in Counter(each.casefold() for each in told if each).items():
                if number > 1 and email not in self.doubled():
                    self.failures.append(f"I1: {side} has {email} {number} times")
        names = [" ".join(row["Account_Name"].split()).casefold() for row in self.world.zoho.crm.accounts().values()]
        for name, number in Counter(names).items():
            if number > 1:
                self.failures.append(f"I1: CRM has the account {name} {number} times")

    def _no_placeholder_in_zoho(self) -> None:
        """An address that the connector made up for the store is nobody's edit (I10)."""
        for side, key in (("crm", "Email"), ("inventory", "email")):
            for id, row in self._all(side).items():
                if str(row[key] or "").endswith("@example.invalid"):
                    self.failures.append(f"I10: {side} {id} was given the placeholder {row[key]}")

    def _sides_agree(self) -> None:
        home = "crm" if Observation.objects.filter(entity="accounts").exists() else None
        for link in Link.objects.exclude(entity="accounts"):
            side = (home or self._home()) if link.entity == "customers" else "inventory"
            user, contact = self._all("store").get(link.cscart_id), self._all(side).get(link.zoho_id)
            if user is None or contact is None:
                continue
            open_fields = set(
                Conflict.objects.filter(
                    entity=link.entity, cscart_id=link.cscart_id, zoho_id=link.zoho_id, settled_at=None
                ).values_list("field", flat=True)
            )
            here, there = typed("store", user), typed(side, contact)
            for name, fields in FIELDS.items():
                if not open_fields & set(fields) and here.get(name, "") != there.get(name, ""):
                    self._differ(link, name, here, there)
            if side == "crm" and "Account_Name" not in open_fields:
                self._companies_agree(link, user, contact)

    def _home(self) -> str:
        ids = set(Link.objects.filter(entity="customers").values_list("zoho_id", flat=True))
        return "crm" if ids & set(self._all("crm")) else "inventory"

    def _differ(self, link: Link, name: str, here: Mapping[str, str], there: Mapping[str, str]) -> None:
        if name == "last" and not here.get(name):
            return  # Zoho needs a last name and has got the next best
        self.failures.append(
            f"I4: {link.entity} {link}: {name} is {here.get(name)!r} in CS-Cart and {there.get(name)!r} in Zoho"
        )

    def _companies_agree(self, link: Link, user: Mapping[str, Any], contact: Mapping[str, Any]) -> None:
        account = (contact.get("Account_Name") or {}).get("name") or ""
        if " ".join(user["company"].split()).casefold() == " ".join(account.split()).casefold():
            return
        self.failures.append(f"I4: {link}: company is {user['company']!r} in CS-Cart and {account!r} in Zoho")

    def _nothing_typed_vanished(self) -> None:
        rows = {side: self._all(side) for side in TYPED}
        shown = {name: self._inbox(name) for name in FIELDS}
        for side, records in rows.items():
            for row in records.values():
                for name, value in typed(side, row).items():
                    shown[name].add(value)
        replaced = {(name, old) for (name, _), old in self.parent.items()} | self.excused
        for (name, value), (side, id) in self.typed_on.items():
            gone = value in TWINS or (name, value) in replaced or id not in rows[side]
            if not gone and value not in shown[name]:
                self.failures.append(f"I3: {name} {value!r} was typed into {side} {id} and is nowhere")
