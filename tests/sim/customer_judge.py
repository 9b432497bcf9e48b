"""The invariants for customers, judged from what the sides' own rows hold. It knows nothing of how the engine decides.

It follows every value that people have typed, and whose it is: records are one person's where they have had the same
address, where people have merged them, or where one was made of the other. Of the ledger it reads only what people can
read as well: questions and their answers, what the lists say of a record, and which records count as a pair.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cscart_zoho.mapping.choices import Owner
from cscart_zoho.mapping.fields import FieldRow, Mode
from cscart_zoho.records import Direction
from cscart_zoho.store.models import Conflict, Intent, Link, Observation, Run, RunState, Store
from cscart_zoho.store.values import value_from_json
from cscart_zoho_sim.wire import Edit, Request, Response
from cscart_zoho_sim.world import World
from tests.sim import customer_values as values
from tests.sim.customer_setting import CustomerSetting
from tests.sim.customer_values import COMMON, Node

ACCOUNT = "Account_Name"


@dataclass
class CustomerJudge:
    """Watches every change and every call of a story."""

    world: World
    setting: CustomerSetting
    doubled: Callable[[], set[str]]
    disabled: Callable[[], set[int]]
    #: What people have decided against at our panel, and for what.
    decided: Callable[[], set[tuple[str, str]]]
    #: Value -> what it took the place of, and the record that it was typed into.
    parent: dict[str, str] = field(default_factory=dict)
    typed_on: dict[str, Node] = field(default_factory=dict)
    #: (side, id, slot) -> at which call people have changed it last.
    typed_at: dict[tuple[str, str, str], int] = field(default_factory=dict)
    #: (side, id) -> at which call the connector has read the record last.
    read_at: dict[Node, int] = field(default_factory=dict)
    #: Values that people have taken out, or that went with something of theirs.
    ended: set[str] = field(default_factory=set)
    excused: set[str] = field(default_factory=set)
    #: Values that the connector has carried over: what comes of them is decided where they have arrived.
    arrived: set[str] = field(default_factory=set)
    #: Who has been made anonymous, and at which call.
    anonymous: dict[str, int] = field(default_factory=dict)
    #: Contacts of Zoho that are gone, and users whom the connector has disabled.
    gone: dict[Node, int] = field(default_factory=dict)
    switched_off: set[str] = field(default_factory=set)
    calls: int = 0
    #: Changes that the connector has made.
    changes: int = 0
    race_window: int = 0
    #: What differed at rest and was named, by how; and how many values were compared.
    named: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    _owners: dict[tuple[str, str], set[Owner]] = field(default_factory=dict)
    _whose: dict[Any, Any] = field(default_factory=dict)

    def watch_all(self) -> None:
        """Watch every record of all sides."""
        self.world.cscart.user_watchers.append(self.watcher("store"))
        for number, zoho in enumerate(self.setting.organisations):
            zoho.crm.watchers.append(self.watcher(self.side("crm", number)))
            zoho.contact_watchers.append(self.watcher(self.side("inventory", number)))
        self.setting.on_removed = self.field_removed

    def side(self, product: str, number: int | None = None) -> str:
        """How a product of an organisation is called here; of the connected one where no number is given."""
        number = self.setting.connected if number is None else number
        return f"{product}@{number}" if number else product

    # Calls

    def watch_call(self, request: Request, response: Response) -> None:
        self.calls += 1
        self.world.clock.advance(1)  # type: ignore[attr-defined]  # no two calls in the same second
        self.history.append(
            f"{self.calls:5} {request.method} {request.path} {dict(request.query)} {request.body[:400]!r}"
            f" -> {response.status}"
        )
        product = "store" if request.host.startswith("store.") else "crm" if "/crm/" in request.path else "inventory"
        side = product if product == "store" else self.side(product)
        tail = request.path.rstrip("/").rsplit("/", 1)[-1]
        if request.method == "GET" and tail.isdigit():
            self.read_at[side, tail] = self.calls
        elif (product == "crm" and tail == "coql") or (request.method == "GET" and tail in ("users", "contacts")):
            for id in self.rows(side):
                self.read_at[side, id] = self.calls
        elif tail == "cscart_zoho_customers":
            for id in self.rows("store"):
                self.read_at["store", id] = self.calls

    def rows(self, side: str) -> dict[str, Mapping[str, Any]]:
        """All records of a side by id, as it holds them."""
        if side == "store":
            return {str(id): row for id, row in self.world.cscart.users().items()}
        product, _, number = side.partition("@")
        zoho = self.setting.organisations[int(number or 0)]
        return dict(zoho.crm.contacts() if product == "crm" else zoho.contacts())

    def sides(self) -> list[str]:
        numbers = range(len(self.setting.organisations))
        return ["store", *(self.side(product, number) for product in ("crm", "inventory") for number in numbers)]

    # Whose a record is

    def _head(self, of: Any) -> Any:
        while of in self._whose:
            of = self._whose[of]
        return of

    def _join(self, one: Any, other: Any) -> None:
        """Two records, or a record and an address, are one person's."""
        one, other = self._head(one), self._head(other)
        if one != other:
            self._whose[one] = other

    def same_person(self, one: Any, other: Any) -> bool:
        return bool(self._head(one) == self._head(other))

    def _meet(self, side: str, id: str, row: Mapping[str, Any] | None) -> None:
        """Learn the addresses that a record has now. Made-up ones of the store name the contact."""
        if row is None:
            return
        for node, email in values.addresses(side, id, row):
            if email.endswith("@example.invalid"):
                contact = email.removeprefix("zoho-").partition("@")[0]
                self._join(node, (self.side("crm"), contact))
            else:
                self._join(node, ("address", email))

    # Changes

    def watcher(self, side: str) -> Callable[[Edit], None]:
        return lambda edit: self._watch(side, edit)

    def _watch(self, side: str, edit: Edit) -> None:
        before, after = values.slots(side, edit.before), values.slots(side, edit.after)
        changes = {
            slot: after.get(slot, "")
            for slot in {**before, **after}
            if before.get(slot, "") != after.get(slot, "") and edit.after is not None
        }
        self.history.append(f"      {edit.author} {side} {edit.id}: {changes}{' GONE' if edit.after is None else ''}")
        if edit.author == "people":
            self._typed(side, edit, before, changes)
        else:
            self.changes += 1
            self._check_agreed(side, edit)
            self._written(side, edit, before, changes)
        self._meet(side, edit.id, edit.after)
        self._is_gone(side, edit)

    def _is_gone(self, side: str, edit: Edit) -> None:
        """Who is deleted with a record; of a contact that is merged the persons may live on in the other one."""
        row = edit.after or edit.before or {}
        persons = [(side, str(each["contact_person_id"])) for each in row.get("contact_persons") or []]
        for node in [(side, edit.id), *persons]:
            if edit.after is None:
                self.gone[node] = self.calls
            else:
                self.gone.pop(node, None)
        if edit.after is None:
            # A contact that is merged takes its own values along, and only its persons live on.
            gone = values.slots(side, edit.before)
            self.ended |= {value for slot, value in gone.items() if not slot.partition(".")[0].isdecimal()}
        if edit.after is None and persons:
            for other in self.rows(side).values():
                for each in other.get("contact_persons") or []:
                    self.gone.pop((side, str(each["contact_person_id"])), None)

    def _typed(self, side: str, edit: Edit, before: Mapping[str, str], changes: Mapping[str, str]) -> None:
        if edit.after is None:
            return
        if edit.after.get("anonymized") == "Y" and (edit.before or {}).get("anonymized") != "Y":
            self.anonymous[edit.id] = self.calls
            self.ended |= set(before.values())
            return
        for slot, value in changes.items():
            self.typed_at[side, edit.id, slot] = self.calls
            old = before.get(slot, "")
            if value in COMMON:
                self.ended |= self._line(old)
            else:
                if value in self.parent:
                    self._merged(side, edit, slot, value)
                else:
                    self.parent[value] = old if old not in COMMON else ""
                    self.typed_on[value] = values.nodes_of(side, edit.id, edit.after, slot)
                self.ended.discard(value)
        if side == "store" and edit.before and edit.before["status"] != edit.after["status"]:
            self.switched_off.discard(edit.id)

    def _merged(self, side: str, edit: Edit, slot: str, value: str) -> None:
        """People carry a value over only where they merge two records, or bring one back: they are one person's."""
        assert edit.after is not None
        node = values.nodes_of(side, edit.id, edit.after, slot)
        if edit.before is not None:
            self._join(node, self.typed_on[value])

    def field_removed(self, name: str) -> None:
        """An administrator of CRM deletes a field with all its values."""
        for row in self.rows(self.side("crm")).values():
            self.ended |= {values.slots("crm", row).get(name, "")}

    def _written(self, side: str, edit: Edit, before: Mapping[str, str], changes: Mapping[str, str]) -> None:
        """The connector has written. Every value that it took away must have somebody's word."""
        if edit.after is None:
            self.failures.append(f"I14: the connector has deleted {side} {edit.id}")
            return
        if edit.before is None:
            self._made(side, edit, changes)
            return
        if side == "store":
            self._status(edit)
        if self._about_nobody(side, edit, changes):
            return
        for slot, new in changes.items():
            node = values.nodes_of(side, edit.id, {**edit.after}, slot)
            self.arrived.add(new)
            old = before.get(slot, "")
            if old not in COMMON and old in self.parent:
                self._replaced(side, edit.id, slot, old, new)
            if new not in COMMON and new in self.typed_on and not self.same_person(node, self.typed_on[new]):
                whose = self.typed_on[new]
                self.failures.append(f"I12: {side} {edit.id}: {slot} was given {new!r}, which is of {whose}")

    def _about_nobody(self, side: str, edit: Edit, changes: Mapping[str, str]) -> bool:
        """Nothing of a person comes back to a user without one, and no stars go to a contact."""
        stars = {slot: value for slot, value in changes.items() if value and not value.strip("*")}
        if stars and side != "store":
            self.failures.append(f"I11: {side} {edit.id} was given stars: {stars}")
        if side != "store" or edit.id not in self.anonymous:
            return bool(stars)
        back = {slot: value for slot, value in changes.items() if value in self.parent}
        raced = self.anonymous[edit.id] >= self.read_at.get((side, edit.id), 0)
        if back and not raced:
            self.failures.append(f"I11: user {edit.id}, who was made anonymous, was given back {back}")
        return True

    def _made(self, side: str, edit: Edit, changes: Mapping[str, str]) -> None:
        """A record was made of another one: all that is in it is one person's."""
        assert edit.after is not None
        of = {self._head(self.typed_on[value]) for value in changes.values() if value in self.typed_on}
        if len(of) > 1:
            self.failures.append(f"I12: {side} {edit.id} was made of several people: {dict(changes)}")
        self.arrived |= set(changes.values())
        for slot, value in changes.items():
            if value in self.typed_on:
                self._join(values.nodes_of(side, edit.id, edit.after, slot), self.typed_on[value])

    def _replaced(self, side: str, id: str, slot: str, old: str, new: str) -> None:
        if old in self.ended:
            return  # somebody has taken it out where it came from, and what is there now follows
        told = self._told()
        # A value that its successor has replaced, or whose successor is kept, is not lost.
        if any(old in self._line(value) for value in (new, *told)) and (new or old in told):
            if old in told and old not in self._line(new) and old not in self.arrived:
                self._check_rule(side, id, slot, old, new)
            return
        if self.typed_at.get((side, id, slot), -1) >= self.read_at.get((side, id), 0):
            self.race_window += 1
            self.excused.add(old)
            if values.product_of(side) == "crm":
                self.failures.append(f"I2: {side} {id}: {slot} {old!r} was run over between read and write")
            return
        self.failures.append(f"I2: {side} {id}: {slot} {old!r} was overwritten by {new!r}, unseen")

    def _check_rule(self, side: str, id: str, slot: str, old: str, new: str) -> None:
        """What is told is not enough: the map's owner must have wanted it so, or a person's answer to these values."""
        if (old, new) in self.decided():
            return
        owners = set(self._owners_of(side, slot))
        wrong = {Owner.ASK, Owner.NOBODY, Owner.CSCART if side == "store" else Owner.ZOHO}
        if owners and owners <= wrong and not self._is_late(side, id, slot):
            self.failures.append(
                f"I2: {side} {id}: {slot} {old!r} was overwritten by {new!r}, and the rule is {sorted(owners)}"
            )

    def _is_late(self, side: str, id: str, slot: str) -> bool:
        """Whether the value came between our read and our write, where a side cannot refuse that."""
        late = self.typed_at.get((side, id, slot), -1) >= self.read_at.get((side, id), 0)
        return late and values.product_of(side) != "crm"

    def settings_saved(self) -> None:
        """Other settings count from now on; what is under way may still go by those of before."""
        for side in ("crm", "inventory"):
            for name, row in self.setting.rows(side).items():
                self._owners.setdefault((side, name), set()).add(_owner(row))

    def run_begins(self) -> None:
        """Nothing is under way: the settings of now are those that count."""
        self._owners.clear()
        self.settings_saved()

    def _owners_of(self, side: str, slot: str) -> Iterable[Owner]:
        products = ("crm", "inventory") if side == "store" else (values.product_of(side),)
        for product in products:
            if product == "crm" and not self.setting.has_crm:
                continue
            if product == "inventory" and not self.setting.has_inventory:
                continue
            for name, row in self.setting.rows(product).items():
                if row.column == slot if side == "store" else _is_slot(name, slot):
                    yield from self._owners.get((product, name), {_owner(row)})
                    if product == "inventory" and self.setting.has_crm:
                        yield Owner.CSCART  # what CRM rules goes to Inventory whatever stands there

    def _check_agreed(self, side: str, edit: Edit) -> None:
        number = int(side.partition("@")[2] or 0)
        if self.setting.agreed is None or (side != "store" and number != self.setting.agreed):
            self.failures.append(f"I15: {side} {edit.id} was written, and nobody has agreed to that")

    def _status(self, edit: Edit) -> None:
        """Nobody is switched off whose contact was not deleted, and nobody is switched on whom people switched off."""
        assert edit.before is not None
        assert edit.after is not None
        was, now = edit.before["status"], edit.after["status"]
        if was == now:
            return
        if now == "D":
            self.switched_off.add(edit.id)
            if not any(self.same_person(node, ("store", edit.id)) for node in self._gone_here()):
                self.failures.append(f"I14: user {edit.id} was switched off, and no contact was deleted")
        elif edit.id not in self.switched_off:
            self.failures.append(f"I14: user {edit.id} was switched on, whom people had switched off")

    def _gone_here(self) -> list[Node]:
        """Contacts of the connected organisation that are not there any more."""
        here = {self.side("crm"), self.side("inventory")}
        return [node for node in self.gone if node[0] in here]

    def _line(self, value: str) -> set[str]:
        """A value and all that it has replaced, one after the other."""
        line: set[str] = set()
        while value and value not in line:
            line.add(value)
            value = self.parent.get(value, "")
        return line

    @staticmethod
    def _told() -> set[str]:
        """Every value that people can read in a question, open or settled."""
        rows = Conflict.objects.values_list("cscart_value", "zoho_value")
        return {values.joined(str(value_from_json(v))) for row in rows for v in row if v}

    # When everything has come to rest

    def at_rest(self, store: Store, last: Run) -> None:
        """Both sides as they are now. What differs must be named, and everything that is named must have a reason."""
        self._no_duplicates()
        self._no_placeholder_in_zoho()
        self._sides_agree(store, last)
        self._nothing_typed_vanished()
        self._nobody_is_off()
        entities = [*self._entities(), *(["accounts"] if self.setting.has_crm else [])]
        for row in Observation.objects.filter(store=store, entity__in=entities, linked=False, gone_at=None):
            if not row.reason:
                self.failures.append(f"I4: {row.entity} {row.side} {row.remote_id} is not linked, nobody says why")
        open_intents = Intent.objects.filter(store=store, closed_at=None).count()
        if open_intents:
            self.failures.append(f"I9: {open_intents} writes have no answer")
        if Run.objects.filter(state__in=[RunState.RUNNING, RunState.WAITING]).exists():
            self.failures.append("I9: a run has not come to an end")

    def _no_duplicates(self) -> None:
        for side in self.sides():
            found = [email for id, row in self.rows(side).items() for _, email in values.addresses(side, id, row)]
            for email, number in Counter(found).items():
                if number > 1 and email not in self.doubled():
                    self.failures.append(f"I1: {side} has {email} {number} times")
        for zoho in self.setting.organisations:
            names = [" ".join(row["Account_Name"].split()).casefold() for row in zoho.crm.accounts().values()]
            for name, number in Counter(names).items():
                if number > 1:
                    self.failures.append(f"I1: CRM has the account {name} {number} times")

    def _no_placeholder_in_zoho(self) -> None:
        """An address that the connector made up for the store is nobody's edit (I10)."""
        for side in self.sides()[1:]:
            for id, row in self.rows(side).items():
                for _, email in values.addresses(side, id, row):
                    if email.endswith("@example.invalid"):
                        self.failures.append(f"I10: {side} {id} was given the placeholder {email}")

    def _sides_agree(self, store: Store, last: Run) -> None:
        pairs = {
            (side, link.cscart_id, link.zoho_id)
            for link in Link.objects.filter(store=store, entity__in=self._entities())
            for side in [self.side(self._product(link.entity))]
        }
        self._pairs_by_address(store, pairs)
        users = self.rows("store")
        for side, user, contact in sorted(pairs):
            rows = users.get(user), self.rows(side).get(contact)
            if rows[1] is None and (side, contact) not in self.gone:
                self.failures.append(f"I12: user {user} counts as the pair of {side} {contact}, which never was there")
            if rows[0] is None or rows[1] is None or user in self.anonymous:
                continue
            self._pair_agrees(_Pair(store, side, user, contact, rows[0], rows[1], last))

    def _entities(self) -> list[str]:
        """The kinds of pairs that are kept alike: of Inventory's contacts only where customers live there, too."""
        return ["customers", *(["contacts"] if self.setting.has_crm and self.setting.has_inventory else [])]

    def _product(self, entity: str) -> str:
        return "crm" if self.setting.has_crm and entity == "customers" else "inventory"

    def _pairs_by_address(self, store: Store, pairs: set[tuple[str, str, str]]) -> None:
        """Who has one address on both sides is a pair, or the lists say why not."""
        side = self.side("crm" if self.setting.has_crm else "inventory")
        users = {str(row["email"]).casefold(): id for id, row in self.rows("store").items()}
        contacts: dict[str, list[str]] = {}
        for id, row in self.rows(side).items():
            for node, email in values.addresses(side, id, row):
                if values.product_of(side) == "crm" or node[1] == values.person_of(row).get("contact_person_id"):
                    contacts.setdefault(email, []).append(id)
        for email, user in users.items():
            found = contacts.get(email, [])
            if user in self.anonymous or len(found) > 1:
                continue
            if found and (side, user, found[0]) in pairs:
                continue
            why = Observation.objects.filter(store=store, entity="customers", side="cscart", remote_id=user)
            told = [row for row in why if row.reason]
            if not told and not any((s, user) == (side, u) for s, u, _ in pairs):
                self.failures.append(f"I4: user {user} ({email}) has no pair in {side}, and nobody says why")
            self.named["not linked"] += bool(told)

    def _pair_agrees(self, pair: "_Pair") -> None:
        rows = self.setting.rows(pair.side)
        for name, row in rows.items():
            if name in ("Email", "contact_persons.email", "contact_name", "company_name", ACCOUNT):
                continue
            if row.column not in values.STORE and not row.column.startswith("fields."):
                continue
            if row.mode is not Mode.ALWAYS or not self._is_seen(pair.side, name, row):
                continue
            here = values.slots("store", pair.user_row).get(row.column, "")
            there = values.value_at(pair.side, pair.row, name, str(pair.user_row["email"]))
            self.named["compared"] += 1
            if here != there:
                self._differs(pair, name, row, here, there)
        if values.product_of(pair.side) == "crm" and ACCOUNT in rows and self.setting.companies:
            self._companies_agree(pair)

    def _is_seen(self, side: str, name: str, row: FieldRow) -> bool:
        """Whether the connector can see both places."""
        if row.column not in values.SHOWN and not self.world.cscart.switches.addon:
            return False
        if values.product_of(side) != "crm":
            return True
        fields = self.setting.zoho.crm.setup.modules["Contacts"].fields
        return name in fields and not fields[name].hidden

    def _differs(self, pair: "_Pair", name: str, row: FieldRow, here: str, there: str) -> None:
        if name in ("Last_Name", "contact_persons.last_name") and not here:
            self.named["no last name"] += 1
            return  # Zoho needs a last name and has got the next best
        if not self._source_has_any(pair.side, row, here, there):
            self.named["goes one way"] += 1
            return  # what is there before a field goes one way is left where it is
        if question := pair.question(name):
            shown = {values.joined(str(value_from_json(v) or "")) for v in question}
            if shown != {here, there}:
                self.failures.append(f"I4: {pair}: {name} asks about {shown}, and there are {here!r} and {there!r}")
            self.named["question"] += 1
            return
        causes = [each for each in self.setting.obstacles if each.explains(name, pair.contact)]
        if words := pair.held(name, here, there, whole=any(not each.fields for each in causes)):
            if not causes:
                self.failures.append(f"I4: {pair}: {name} is held, and nothing is in its way: {words}")
            self.named["held"] += 1
            return
        self.failures.append(f"I4: {pair}: {name} is {here!r} in CS-Cart and {there!r} in Zoho, and nobody says so")

    def _source_has_any(self, side: str, row: FieldRow, here: str, there: str) -> bool:
        """Whether a field that goes only one way has anything to bring."""
        ruled = {each.column for each in self.setting.rows("crm").values() if _owner(each) is Owner.ZOHO}
        if row.direction is Direction.TO_ZOHO or (
            values.product_of(side) == "inventory" and self.setting.has_crm and row.column in ruled
        ):
            return bool(here)
        return bool(there) if row.direction is Direction.TO_CSCART else True

    def _companies_agree(self, pair: "_Pair") -> None:
        if pair.question(ACCOUNT) or not self.setting.zoho.crm.switches.accounts:
            return
        account = (pair.row.get(ACCOUNT) or {}).get("name") or ""
        company = str(pair.user_row["company"])
        if " ".join(company.split()).casefold() == " ".join(account.split()).casefold():
            return
        whole = any(not each.fields and each.explains(ACCOUNT, pair.contact) for each in self.setting.obstacles)
        if pair.held(ACCOUNT, company, account, whole=whole):
            self.named["held"] += 1
            return
        self.failures.append(f"I4: {pair}: company is {company!r} in CS-Cart and {account!r} in Zoho")

    def _nothing_typed_vanished(self) -> None:
        shown, rows = self._told(), {side: self.rows(side) for side in self.sides()}
        for side, records in rows.items():
            for row in records.values():
                shown |= set(values.slots(side, row).values())
        persons = {
            str(each["contact_person_id"])
            for side, records in rows.items()
            if side.startswith("inventory")
            for row in records.values()
            for each in row["contact_persons"]
        }
        replaced = {*self.parent.values(), *self.excused, *self.ended}
        for value, (side, id) in self.typed_on.items():
            there = id in rows[side] or id in persons
            if there and value not in replaced and value not in shown:
                self.failures.append(f"I3: {value!r} was typed into {side} {id} and is nowhere")

    def _nobody_is_off(self) -> None:
        """Whom the connector has switched off is on again once the contact is back."""
        product = "crm" if self.setting.has_crm else "inventory"
        side = self.side(product)
        there = {email for id, row in self.rows(side).items() for _, email in values.addresses(side, id, row)}
        for id, row in self.rows("store").items():
            off = row["status"] == "D" and id in self.switched_off
            if off and str(row["email"]).casefold() in there - self.doubled():
                self.failures.append(f"I14: user {id} is switched off, and {row['email']} is in {side}")


def _owner(row: FieldRow) -> Owner:
    if row.direction is Direction.BOTH:
        return row.owner
    return Owner.CSCART if row.direction is Direction.TO_ZOHO else Owner.ZOHO


def _is_slot(name: str, slot: str) -> bool:
    """Whether a field of a map is this slot: of Inventory's persons any of the same kind."""
    if name.startswith("contact_persons."):
        person, _, kind = slot.partition(".")
        return person.isdigit() and kind == name.removeprefix("contact_persons.")
    return name == slot


@dataclass(frozen=True)
class _Pair:
    """A user and a contact that count as one, and what people can read about them."""

    store: Store
    side: str
    user: str
    contact: str
    user_row: Mapping[str, Any]
    row: Mapping[str, Any]
    last: Run

    def __str__(self) -> str:
        return f"user {self.user} = {self.side} {self.contact}"

    def question(self, name: str) -> tuple[Any, Any] | None:
        """The two values that an open question shows."""
        found = Conflict.objects.filter(
            store=self.store, cscart_id=self.user, zoho_id=self.contact, field=name, settled_at=None
        ).first()
        return (found.cscart_value, found.zoho_value) if found is not None else None

    def held(self, name: str, here: str, there: str, *, whole: bool) -> str:
        """What the lists say of this field or its value, or of the record where it waits as a `whole`."""
        rows = Observation.objects.filter(store=self.store, remote_id__in=(self.user, self.contact))
        told = [row.reason for row in rows if row.state in ("held", "failed") and row.reason]
        label = name.rpartition(".")[2].replace("_", " ")
        words = (label.casefold(), here, there)
        found = [each for each in told if whole or any(word and word.casefold() in each.casefold() for word in words)]
        return found[0] if found else ""
