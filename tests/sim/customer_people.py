"""People who work on customers in the store, in Zoho CRM and in Zoho Inventory. Every value they type is new."""

import contextlib
import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from cscart_zoho_sim.zoho import Zoho
from cscart_zoho_sim.zoho.crm.refusals import CrmRefusal
from cscart_zoho_sim.zoho.refusals import Refusal
from tests.sim import customer_values as values
from tests.sim.customer_setting import CustomerSetting
from tests.sim.working import Todo, Working

#: All sets of three choices: each is typed once.
SETS = tuple("; ".join(some) for some in itertools.combinations(values.CHOICES, 3))


@dataclass
class CustomerPeople(Working):
    """Random work on all sides; `edits` counts what they did."""

    refusals = (CrmRefusal, Refusal, KeyError)

    setting: CustomerSetting | None = None
    #: Addresses that people have given to two records of one side on purpose.
    doubled: set[str] = field(default_factory=set)
    #: Contacts of CRM that people have deleted and may take out of the recycle bin.
    binned: list[tuple[int, str]] = field(default_factory=list)
    #: Users whom people have disabled.
    disabled: set[int] = field(default_factory=set)

    @property
    def _setting(self) -> CustomerSetting:
        assert self.setting is not None
        return self.setting

    @property
    def zoho(self) -> Zoho:
        return self._setting.zoho

    @property
    def addon(self) -> bool:
        return self.world.cscart.switches.addon

    def _todo(self) -> Todo:
        todo: Todo = [
            (30, self._edit_user),
            (10, self._add_user),
            (4, self._move_user),
            (2, self._delete_user),
            (3, self._change_address),
            (3, self._clear_in_store),
            (1, self._disable_user),
            (2, self._share_phone),
        ]
        if self._setting.erases:
            todo.append((2, self._anonymize))
        if self._setting.has_crm:
            todo += [
                (30, self._edit_contact),
                (6, self._add_contact),
                (3, self._add_to_both),
                (3, self._add_without_email),
                (3, self._lose_or_find_email),
                (2, self._double),
                (2, self._merge),
                (2, self._delete_contact),
                (4, self._restore_contact),
                (3, self._clear_in_crm),
            ]
            if self.zoho.crm.switches.accounts:
                todo += [(4, self._rename_account), (3, self._add_parent), (2, self._move_contact)]
        if self._setting.has_inventory:
            todo += [
                (20, self._edit_inventory),
                (3, self._add_inventory),
                (3, self._add_company),
                (3, self._add_person),
                (2, self._merge_inventory),
                (2, self._clear_in_inventory),
                (1, self._delete_inventory),
            ]
        return todo

    def settle_in(self, number: int) -> None:
        """The records that are there before the connector is."""
        ways = [self._add_user]
        if self._setting.has_crm:
            ways += [self._add_contact, self._add_to_both, self._add_without_email]
        if self._setting.has_inventory:
            ways += [self._add_inventory, self._add_company]
        for _ in range(number):
            self.rng.choice(ways)()

    def settle_in_elsewhere(self, zoho: Zoho) -> None:
        """What another organisation knows before it is connected: some of the same people, and others."""
        users = [row for row in self.world.cscart.users().values() if row.get("anonymized") != "Y"]
        for user in users:
            if user["email"].endswith("@example.invalid"):
                continue
            if self.rng.random() < 0.5:
                zoho.crm.add_contact(**self._names(), Email=user["email"], Phone=self._phone())
            if self.rng.random() < 0.3:
                zoho.add_contact(contact_name=f"Contact {self._new()}", contact_persons=[self._person(user["email"])])
        zoho.crm.add_contact(**self._names(), Email=self._email())

    # Values

    def _email(self) -> str:
        return f"person{self._new()}@example.com"

    def _phone(self) -> str:
        return f"+1 555 {self._new():05}"

    def _name(self) -> str:
        """Names repeat only on purpose: two shoppers may be called the same. Some are long."""
        return f"Name {self._new()} of the long ones" if self.rng.random() < 0.1 else f"Name {self._new()}"

    def _names(self) -> dict[str, str]:
        return {"First_Name": self._name(), "Last_Name": self._name()}

    def _day(self) -> str:
        return (date(1971, 1, 1) + timedelta(days=self._new())).isoformat()

    def _likes(self) -> str:
        return SETS[self._new() % len(SETS)]

    def _company(self) -> str:
        """One of a few companies, sometimes written in capitals."""
        name = f"Company {self.rng.randrange(4)}"
        return name.upper() if self.rng.random() < 0.2 else name

    # The store

    def _add_user(self, email: str = "") -> None:
        company = self._company() if self.rng.random() < 0.5 else ""
        more = {"fax": self._phone(), "b_city": f"City {self._new()}"} if self.addon and self.rng.random() < 0.4 else {}
        self.world.cscart.add_user(
            email=email or self._email(),
            firstname="Twin" if self.rng.random() < 0.1 else self._name(),
            lastname="Twin" if self.rng.random() < 0.1 else self._name(),
            phone=self._phone(),
            company=company,
            **more,
        )

    def _some_user(self) -> int | None:
        users = self.world.cscart.users()
        ids = sorted(id for id, row in users.items() if row.get("anonymized") != "Y")
        return self.rng.choice(ids) if ids else None

    def _edit_user(self) -> None:
        if (user := self._some_user()) is None:
            return
        changes: list[dict[str, Any]] = [
            {"phone": self._phone()},
            {"firstname": self._name()},
            {"lastname": self._name()},
        ]
        if self.addon:
            changes += [
                {"fax": self._phone()},
                {"birthday": values.seconds_of(self._day())},
                {"b_city": f"City {self._new()}"},
                {"s_city": f"City {self._new()}"},
                {"b_phone": self._phone()},
            ]
        if self._setting.level_column:
            level, likes = (each.removeprefix("fields.") for each in self._columns())
            changes += [{"fields": {level: f"Level {self._new()}"}}, {"fields": {likes: self._likes()}}]
        self.world.cscart.edit_user(user, **self.rng.choice(changes))

    def _columns(self) -> tuple[str, str]:
        return self._setting.level_column, self._setting.likes_column

    def think_again(self, user: str, contact: str, field: str) -> None:
        """Somebody types another name or phone over one of two values that a person has just decided between."""
        kind = field.rpartition(".")[2].lower().replace("_", "")
        if self._away or kind not in ("firstname", "lastname", "phone"):
            return
        value = self._phone() if kind == "phone" else self._name()
        self.edits += 1
        with contextlib.suppress(*self.refusals):
            if self.rng.random() < 0.5:
                self.world.cscart.edit_user(int(user), **{kind: value})
            elif contact in self.zoho.crm.contacts():
                self.zoho.crm.edit_contact(contact, **{field: value})

    def type_into(self, column: str) -> None:
        """Somebody types a new value into a column of some user."""
        if (user := self._some_user()) is None:
            return
        kinds = {"phone": self._phone, "fax": self._phone, "b_phone": self._phone, "firstname": self._name}
        value = kinds[column]() if column in kinds else f"City {self._new()}"
        custom, _, id = column.partition(".")
        self.edits += 1
        self.world.cscart.edit_user(user, **({"fields": {id: value}} if custom == "fields" else {column: value}))

    def _clear_in_store(self) -> None:
        if (user := self._some_user()) is not None:
            some = ["phone", "firstname", *(["fax", "b_city"] if self.addon else [])]
            self.world.cscart.edit_user(user, **{self.rng.choice(some): ""})

    def _share_phone(self) -> None:
        """Several of a family have one phone."""
        if (user := self._some_user()) is not None:
            self.world.cscart.edit_user(user, phone=values.FAMILY)

    def _move_user(self) -> None:
        if (user := self._some_user()) is not None:
            self.world.cscart.edit_user(user, company=self._company())

    def _change_address(self) -> None:
        if (user := self._some_user()) is not None:
            self.world.cscart.edit_user(user, email=self._email())

    def _delete_user(self) -> None:
        if len(self.world.cscart.users()) > 5 and (user := self._some_user()) is not None:
            self.world.cscart.delete_user(user)

    def _disable_user(self) -> None:
        if (user := self._some_user()) is not None:
            self.disabled.add(user)
            self.world.cscart.edit_user(user, status="D")

    def _anonymize(self) -> None:
        if len(self.world.cscart.users()) > 5 and (user := self._some_user()) is not None:
            self.disabled.add(user)
            self.world.cscart.anonymize_user(user)

    # CRM

    def _account(self) -> dict[str, Any]:
        ids = sorted(self.zoho.crm.accounts()) if self.zoho.crm.switches.accounts else []
        return {"Account_Name": {"id": self.rng.choice(ids)}} if ids and self.rng.random() < 0.5 else {}

    def _add_contact(self, email: str | None = None) -> None:
        address = {"Email": self._email()} if email is None else {"Email": email} if email else {}
        more = {"Fax": self._phone(), "Date_of_Birth": self._day()} if self.rng.random() < 0.3 else {}
        self.zoho.crm.add_contact(**self._names(), Phone=self._phone(), **address, **more, **self._account())

    def _add_without_email(self) -> None:
        self._add_contact(email="")

    def _add_to_both(self) -> None:
        email = self._email()
        self._add_user(email)
        self._add_contact(email.upper() if self.rng.random() < 0.2 else email)

    def _some_contact(self) -> str | None:
        ids = sorted(self.zoho.crm.contacts())
        return self.rng.choice(ids) if ids else None

    def _edit_contact(self) -> None:
        if (contact := self._some_contact()) is None:
            return
        there = self.zoho.crm.setup.modules["Contacts"].fields
        changes: list[dict[str, Any]] = [
            {"Phone": self._phone()},
            {"First_Name": self._name()},
            {"Last_Name": self._name()},
            {"Fax": self._phone()},
            {"Date_of_Birth": self._day()},
            {"Mailing_City": f"City {self._new()}"},
            {"Other_City": f"City {self._new()}"},
            *({name: f"Level {self._new()}"} for name in (values.LEVEL, values.RENAMED) if name in there),
            *({name: self._likes().split("; ")} for name in (values.LIKES,) if name in there),
        ]
        self.zoho.crm.edit_contact(contact, **self.rng.choice(changes))

    def _clear_in_crm(self) -> None:
        if (contact := self._some_contact()) is not None:
            name = self.rng.choice(["Phone", "First_Name", "Fax", "Mailing_City"])
            self.zoho.crm.edit_contact(contact, **{name: None})

    def look_over_the_shoulder(self, asked: str) -> None:
        """Somebody edits a contact that the connector has just read by its id: the moment before it writes."""
        if self._away or " in (" not in asked or self.rng.random() > 0.2:
            return
        ids = [id for id in sorted(self.zoho.crm.contacts()) if id in asked]
        if ids:
            self.edits += 1
            self.zoho.crm.edit_contact(self.rng.choice(ids), Phone=self._phone())

    def _lose_or_find_email(self) -> None:
        if (contact := self._some_contact()) is not None:
            has = self.zoho.crm.contact(contact)["Email"]
            self.zoho.crm.edit_contact(contact, Email=None if has else self._email())

    def _double(self) -> None:
        """One e-mail on two contacts."""
        if (contact := self._some_contact()) is not None:
            email = self.zoho.crm.contact(contact)["Email"]
            if email:
                self.doubled.add(email.casefold())
                self._add_contact(email)

    def _merge(self) -> None:
        ids = sorted(self.zoho.crm.contacts())
        if len(ids) > 5:
            master, loser = self.rng.sample(ids, 2)
            self.zoho.crm.merge_contacts(master, loser)

    def _delete_contact(self) -> None:
        if len(self.zoho.crm.contacts()) > 5 and (contact := self._some_contact()) is not None:
            self.zoho.crm.delete_contact(contact)
            self.binned.append((self._setting.connected, contact))

    def _restore_contact(self) -> None:
        here = [each for each in self.binned if each[0] == self._setting.connected]
        if here:
            found = self.rng.choice(here)
            self.binned.remove(found)
            self.zoho.crm.restore_contact(found[1])
            email = str(self.zoho.crm.contact(found[1])["Email"] or "").casefold()
            if sum(str(row["Email"] or "").casefold() == email for row in self.zoho.crm.contacts().values()) > 1:
                self.doubled.add(email)

    def _some_account(self) -> str | None:
        ids = sorted(self.zoho.crm.accounts())
        return self.rng.choice(ids) if ids else None

    def _rename_account(self) -> None:
        if (account := self._some_account()) is not None:
            self.zoho.crm.edit_account(account, Account_Name=f"Renamed {self._new()}")

    def _add_parent(self) -> None:
        """An account whose parent comes later."""
        child = self._some_account()
        parent = self.zoho.crm.add_account(Account_Name=f"Parent {self._new()}")
        if child is not None:
            self.zoho.crm.edit_account(child, Parent_Account={"id": parent})

    def _move_contact(self) -> None:
        account, contact = self._some_account(), self._some_contact()
        if account is not None and contact is not None:
            self.zoho.crm.edit_contact(contact, Account_Name={"id": account})

    # Inventory

    def _person(self, email: str = "", *, primary: bool = True) -> dict[str, Any]:
        return {
            "email": email or self._email(),
            "first_name": self._name(),
            "last_name": self._name(),
            "phone": self._phone(),
            "is_primary_contact": primary,
        }

    def _add_inventory(self) -> None:
        self.zoho.add_contact(contact_name=f"Contact {self._new()}", contact_persons=[self._person()])

    def _add_company(self) -> None:
        """A company with two persons."""
        persons = [self._person(), self._person(primary=False)]
        self.zoho.add_contact(contact_name=f"Contact {self._new()}", contact_persons=persons)

    def _some_inventory(self) -> str | None:
        ids = sorted(self.zoho.contacts())
        return self.rng.choice(ids) if ids else None

    def _edit_inventory(self) -> None:
        """One person's phone or name, or a city, is changed."""
        if (contact := self._some_inventory()) is None:
            return
        row = self.zoho.contact(contact)
        persons = [dict(each) for each in row["contact_persons"]]
        if self.addon and self.rng.random() < 0.3:
            kind = self.rng.choice(["billing_address", "shipping_address"])
            self.zoho.edit_contact(contact, **{kind: {**row[kind], "city": f"City {self._new()}"}})
        elif persons:
            change = self.rng.choice([{"phone": self._phone()}, {"first_name": self._name()}])
            self.rng.choice(persons).update(change)
            self.zoho.edit_contact(contact, contact_persons=persons)

    def _add_person(self) -> None:
        if (contact := self._some_inventory()) is not None:
            persons = self.zoho.contact(contact)["contact_persons"]
            if persons:
                self.zoho.edit_contact(contact, contact_persons=[*persons, self._person(primary=False)])

    def _clear_in_inventory(self) -> None:
        if (contact := self._some_inventory()) is not None:
            persons = [dict(each) for each in self.zoho.contact(contact)["contact_persons"]]
            if persons:
                self.rng.choice(persons)[self.rng.choice(["phone", "first_name"])] = ""
                self.zoho.edit_contact(contact, contact_persons=persons)

    def _merge_inventory(self) -> None:
        ids = sorted(self.zoho.contacts())
        if len(ids) > 4:
            master, loser = self.rng.sample(ids, 2)
            self.zoho.merge_contacts(master, loser)

    def _delete_inventory(self) -> None:
        if len(self.zoho.contacts()) > 5 and (contact := self._some_inventory()) is not None:
            self.zoho.delete_contact(contact)
