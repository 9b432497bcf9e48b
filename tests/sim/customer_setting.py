"""What administrators make of the sides of a story, at its beginning and in the middle of its life.

They customise CRM, choose other field maps and another home, and connect another organisation. It is drawn apart from
all else of a seed. What they know themselves, such as which fields they have locked, the judge may ask.
"""

import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from cscart_zoho import app
from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping import field_map as maps
from cscart_zoho.mapping.choices import Owner
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home, customer_choices_from_json
from cscart_zoho.mapping.fields import FieldRow, Mode, Module
from cscart_zoho.records import Direction
from cscart_zoho.store.choices import save_customer_choices, save_maps
from cscart_zoho.store.identity import wrong_connection
from cscart_zoho.store.models import Store
from cscart_zoho_sim.world import World
from cscart_zoho_sim.zoho import Zoho
from tests.begun import BEGUN
from tests.judged import CUSTOM_FIELDS
from tests.sim import customer_values as values

HOMES = (
    (Home.CRM, False),
    (Home.CRM, False),
    (Home.BOTH, True),
    (Home.BOTH, False),
    (Home.INVENTORY, False),
)
OWNERS = (Owner.CSCART, Owner.ZOHO, Owner.NEWEST, Owner.ASK)
#: Fields that no administrator touches: customers are found by the address, and Zoho needs the last name.
KEYS = ("Email", "Last_Name", "contact_name", "contact_persons.email")


@dataclass
class Obstacle:
    """Something that keeps values from going over; `end` takes it away again. No fields = the whole record."""

    what: str
    fields: tuple[str, ...]
    end: Callable[[], None]
    id: str = ""

    def explains(self, name: str, id: str) -> bool:
        return (not self.fields or name in self.fields) and self.id in ("", id)


@dataclass
class CustomerSetting:
    """One seed's administrators."""

    world: World
    rng: random.Random
    home: Home
    at_once: bool
    #: Whether anything is customised in the middle of the life; what kinds of changes there are at all.
    customises: bool = False
    remaps: bool = False
    moves: bool = False
    swaps: bool = False
    erases: bool = False
    answers: bool = False
    disables: bool = False
    companies: bool = True
    level_column: str = ""
    likes_column: str = ""
    #: The organisation that is connected, by its number; and the one that an administrator has agreed to write to.
    connected: int = 0
    agreed: int | None = 0
    obstacles: list[Obstacle] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    on_removed: Callable[[str], None] = lambda name: None

    @classmethod
    def drawn(cls, seed: int, world: World, home: Home, at_once: bool) -> "CustomerSetting":
        rng = random.Random(f"setting of customers {seed}")
        kinds = ("customises", "remaps", "moves", "swaps", "erases", "answers", "disables")
        setting = cls(world, rng, home, at_once, **{name: rng.random() < 0.45 for name in kinds})
        setting.companies = rng.random() < 0.8
        crm = world.zoho.crm.switches
        crm.accounts = rng.random() < 0.85
        crm.locked_fields = rng.choice(["ignored", "refused"])
        crm.restoring_modifies = rng.random() < 0.5
        crm.rule_names_field = rng.random() < 0.7
        world.zoho.switches.persons_are_replaced = rng.random() < 0.5
        if setting.swaps:
            other = world.add_organisation("Second Ltd")
            other.lift_minute_limit()
        if world.cscart.switches.addon:
            setting._custom_fields()
        return setting

    def _custom_fields(self) -> None:
        """A text and several choices, in both organisations or in the first alone."""
        for zoho in (self.world.zoho, *self.world.other_organisations):
            if zoho is self.world.zoho or self.rng.random() < 0.6:
                zoho.crm.add_field("Contacts", "Loyalty level")
                zoho.crm.add_field("Contacts", "Likes", "multiselectpicklist", choices=values.CHOICES)
        CUSTOM_FIELDS.update((values.LEVEL, values.RENAMED, values.LIKES))
        self.level_column = f"fields.{self.world.cscart.add_profile_field('Level')}"
        self.likes_column = f"fields.{self.world.cscart.add_profile_field('Likes')}"

    # What is connected

    @property
    def organisations(self) -> list[Zoho]:
        return [self.world.zoho, *self.world.other_organisations]

    @property
    def zoho(self) -> Zoho:
        """The organisation in which people work: the connected one."""
        return self.organisations[self.connected]

    @property
    def has_crm(self) -> bool:
        return self.home is not Home.INVENTORY

    @property
    def has_inventory(self) -> bool:
        return self.home is not Home.CRM

    def swap(self) -> None:
        """Another organisation is connected; nobody has agreed to writing there yet, unless it was connected before."""
        self.connected = 1 - self.connected
        zoho, org = self.zoho, self.store().zoho
        assert org is not None
        app.disconnect_zoho(org)
        org.region, org.client_id, org.client_secret = zoho.region, zoho.client_id, zoho.client_secret
        org.organization_id = zoho.organization_id
        org.save()
        zoho.switches.neutral_words = True
        self.agreed = None
        words = app.connect_zoho(org, code=zoho.self_client_code(app.scopes()), self_client=True)
        if not wrong_connection(self.store()):
            self.agreed = self.connected
        chosen = self.choices()  # with links that are back are the choices that they were made by
        self.home, self.at_once = chosen.home, chosen.inventory_at_once
        self.history.append(f"      connected {zoho.organisation.name}: {words}")

    def start_anew(self) -> None:
        """An administrator says so on the page of the connection."""
        self.agreed = self.connected
        self.history.append(f"      start anew: {app.start_anew(self.store())}")
        Store.objects.update(first_syncs=BEGUN)  # ... and a person starts the first sync with it
        self.choose_maps()

    @staticmethod
    def store() -> Store:
        return Store.objects.select_related("zoho").get()

    # Choices

    def choose(self) -> None:
        """The choices of the beginning: the default maps, with other owners now and then."""
        choices = CustomerChoices(
            home=self.home,
            inventory_at_once=self.at_once,
            brake_percent=100,
            brake_new=1000,
            when_deleted="disable" if self.disables else "tell",
            account_for_company=self.companies,
        )
        save_customer_choices(self.store(), choices)
        self.choose_maps()

    def choose_maps(self) -> None:
        """The default maps of what is connected now, with the custom fields and with other owners."""
        store = self.store()
        app.read_fields(store, again=True)
        chosen = {module: self._rows(store, module) for module in app.modules_of(store)}
        save_maps(store, chosen)

    def _rows(self, store: Store, module: Module) -> dict[str, FieldRow]:
        rows = dict(app.field_map(store, module).rows)
        fields = app.zoho_fields(store, module)
        if module is Module.CONTACT and self.level_column:
            rows |= {name: FieldRow(self.level_column) for name in (values.LEVEL,) if name in fields}
            rows |= {name: FieldRow(self.likes_column) for name in (values.LIKES,) if name in fields}
        for name, row in rows.items():
            if row.direction is Direction.BOTH and module is not Module.ACCOUNT and self.rng.random() < 0.3:
                rows[name] = msgspec.structs.replace(row, owner=self.rng.choice(OWNERS))
        return rows

    def choices(self) -> CustomerChoices:
        return customer_choices_from_json(self.store().customer_choices)

    def rows(self, side: str) -> dict[str, FieldRow]:
        """The map that the administrator has chosen for a product of Zoho."""
        module = Module.CONTACT if values.product_of(side) == "crm" else Module.INVENTORY
        return dict(self.choices().maps.get(module) or {})

    def move(self) -> None:
        """Customers get another home."""
        homes = [each for each in (Home.CRM, Home.BOTH, Home.INVENTORY) if each is not self.home]
        self.home, self.at_once = self.rng.choice(homes), self.rng.random() < 0.6
        changed = msgspec.structs.replace(self.choices(), home=self.home, inventory_at_once=self.at_once)
        save_customer_choices(self.store(), changed)
        self.history.append(f"      home: {self.home.value} {self.at_once}")
        with contextlib.suppress(Exception):
            self.choose_maps()

    def remap(self) -> None:
        """An administrator saves another map; one that the page would refuse is not saved."""
        store = self.store()
        modules = [each for each in app.modules_of(store) if each is not Module.ACCOUNT]
        module = self.rng.choice(modules)
        shown = app.field_map(store, module)
        rows = dict(self.choices().maps.get(module) or shown.rows)
        names = [name for name in rows if name not in KEYS and name != "Account_Name"]
        if not names:
            return
        phones = [name for name in names if rows[name].column in ("phone", "b_phone")]
        name = self.rng.choice(phones) if phones and self.rng.random() < 0.4 else self.rng.choice(names)
        self._change(rows, name)
        if maps.problems(module, rows, shown.fields, shown.columns):
            return
        self.history.append(f"      map of {module.value}: {name} is {rows.get(name)}")
        with contextlib.suppress(WrongSetting):
            save_maps(store, {module: rows})

    def _change(self, rows: dict[str, FieldRow], name: str) -> None:
        row, kind = rows[name], self.rng.randrange(6)
        if row.column in ("phone", "b_phone") and self.rng.random() < 0.5:
            kind = 3
        if kind == 0:
            rows[name] = msgspec.structs.replace(row, owner=self.rng.choice(OWNERS), direction=Direction.BOTH)
        elif kind == 1:
            rows[name] = msgspec.structs.replace(row, direction=self.rng.choice(list(Direction)))
        elif kind == 2:
            del rows[name]
        elif kind == 3 and row.column in ("phone", "b_phone"):
            rows[name] = msgspec.structs.replace(row, column="b_phone" if row.column == "phone" else "phone")
        elif kind == 4:
            rows[name] = msgspec.structs.replace(row, mode=self.rng.choice(list(Mode)))
        else:
            self._map_again(rows)

    def _map_again(self, rows: dict[str, FieldRow]) -> None:
        """What was taken out of the map comes back."""
        known = {**values.CRM, values.LEVEL: self.level_column, values.LIKES: self.likes_column}
        usual = known if "Email" in rows else values.INVENTORY
        rows |= {name: FieldRow(column) for name, column in usual.items() if name not in rows and column}

    # CRM

    def customise(self) -> None:
        """An administrator of CRM changes something in its settings, or takes a change back."""
        if self.obstacles and self.rng.random() < 0.35:
            self._take_back(self.rng.choice(self.obstacles))
            return
        ways: list[Callable[[], Obstacle | None]] = [
            self._lock, self._lock, self._hide, self._require, self._unique, self._shorten, self._rule, self._withhold,
            self._lock_record, self._blueprint, self._fewer_choices, self._remove, self._rename,
        ]  # fmt: skip
        found = self.rng.choice(ways)()
        if found is not None:
            self.obstacles.append(found)
            self.history.append(f"      CRM: {found.what} {', '.join(found.fields)} {found.id}")

    def lock_one(self) -> str:
        """A field becomes read-only for the connected user; its name, or nothing."""
        found = self._lock()
        if found is None:
            return ""
        self.obstacles.append(found)
        self.history.append(f"      CRM: {found.what} {found.fields[0]}")
        return found.fields[0]

    def _take_back(self, obstacle: Obstacle) -> None:
        obstacle.end()
        self.obstacles.remove(obstacle)
        self.history.append(f"      CRM: no longer {obstacle.what} {', '.join(obstacle.fields)} {obstacle.id}")

    def open_up(self) -> None:
        """Everything that is in the way is taken away."""
        for obstacle in list(self.obstacles):
            self._take_back(obstacle)

    def _field(self, *names: str) -> str:
        fields = self.zoho.crm.setup.modules["Contacts"].fields
        there = [each for each in names if each in fields and not any(each in o.fields for o in self.obstacles)]
        return self.rng.choice(there) if there else ""

    def _lock(self) -> Obstacle | None:
        setup, name = self.zoho.crm.setup, self._field("Phone", "Fax", "Mailing_City", "First_Name", values.LEVEL)
        if not name:
            return None
        setup.lock("Contacts", name)
        return Obstacle("locked", (name,), lambda: setup.lock("Contacts", name, locked=False))

    def _hide(self) -> Obstacle | None:
        setup, name = self.zoho.crm.setup, self._field("Phone", "Fax", "Mailing_City", values.LEVEL, values.LIKES)
        if not name:
            return None
        setup.hide("Contacts", name)
        return Obstacle("hidden", (name,), lambda: setup.hide("Contacts", name, hidden=False))

    def _require(self) -> Obstacle | None:
        setup, name = self.zoho.crm.setup, self._field("First_Name", "Phone", "Fax")
        if not name:
            return None
        setup.require("Contacts", name)
        # Who has nothing there is not made at all, so every field of the record waits.
        return Obstacle("required", (), lambda: setup.require("Contacts", name, required=False))

    def _unique(self) -> Obstacle | None:
        setup, name = self.zoho.crm.setup, self._field("Phone", "First_Name")
        if not name:
            return None
        setup.forbid_duplicates("Contacts", name)
        return Obstacle("unique", (), lambda: setup.forbid_duplicates("Contacts", name, unique=False))

    def _shorten(self) -> Obstacle | None:
        setup, name = self.zoho.crm.setup, self._field("First_Name", "Mailing_City", values.LEVEL)
        if not name:
            return None
        before = setup.field("Contacts", name).length
        setup.shorten("Contacts", name, 12)
        return Obstacle("short", (name,), lambda: setup.shorten("Contacts", name, before))

    def _rule(self) -> Obstacle | None:
        setup, name = self.zoho.crm.setup, self._field("Phone", "Mailing_City")
        if not name:
            return None
        setup.add_rule("Contacts", name, lambda row: not str(row.get(name) or "").endswith(("7", "3")))
        names = (name,) if self.zoho.crm.switches.rule_names_field else ()
        return Obstacle("ruled", names, lambda: setup.rules["Contacts"].clear())

    def _withhold(self) -> Obstacle | None:
        return self._record(
            "withheld", lambda setup, id: setup.withhold("Contacts", id), lambda s, id: s.share("Contacts", id)
        )

    def _lock_record(self) -> Obstacle | None:
        return self._record(
            "locked",
            lambda s, id: s.lock_record("Contacts", id),
            lambda s, id: s.lock_record("Contacts", id, locked=False),
        )

    def _blueprint(self) -> Obstacle | None:
        records = self.zoho.crm.setup.modules["Contacts"]
        found = self._record(
            "in a blueprint",
            lambda setup, id: setup.put_into_blueprint("Contacts", id, "Phone"),
            lambda setup, id: records.in_blueprint.pop(id, None),
        )
        if found is not None:
            found.fields = ("Phone",)
        return found

    def _record(self, what: str, do: Callable[..., object], undo: Callable[..., object]) -> Obstacle | None:
        setup, ids = self.zoho.crm.setup, sorted(self.zoho.crm.contacts())
        if not ids:
            return None
        id = self.rng.choice(ids)
        do(setup, id)
        return Obstacle(what, (), lambda: undo(setup, id) and None, id)

    def _fewer_choices(self) -> Obstacle | None:
        setup, name, switches = self.zoho.crm.setup, self._field(values.LIKES), self.zoho.crm.switches
        if not name:
            return None
        setup.choices("Contacts", name, *values.CHOICES[:6])
        switches.new_choices = False

        def end() -> None:
            setup.choices("Contacts", name, *values.CHOICES)

        return Obstacle("without half its choices", (name,), end)

    def _remove(self) -> Obstacle | None:
        setup, name = self.zoho.crm.setup, self._field(values.LEVEL, values.LIKES, values.RENAMED)
        if not name or self.rng.random() < 0.5:
            return None
        self.on_removed(name)
        setup.remove("Contacts", name)
        return Obstacle("without the field", (name,), lambda: None)

    def _rename(self) -> Obstacle | None:
        """The field goes on under another name; the administrator maps it anew when everything is opened up."""
        setup, name = self.zoho.crm.setup, self._field(values.LEVEL)
        if not name or self.rng.random() < 0.5:
            return None
        setup.rename("Contacts", name, values.RENAMED)

        def end() -> None:
            store = self.store()
            with contextlib.suppress(Exception):
                app.read_fields(store, again=True)
            rows = self.rows("crm")
            if not rows or values.RENAMED not in app.zoho_fields(store, Module.CONTACT):
                return
            rows.pop(values.LEVEL, None)
            rows[values.RENAMED] = FieldRow(self.level_column)
            save_maps(store, {Module.CONTACT: rows})

        return Obstacle("with another name for", (name,), end)
