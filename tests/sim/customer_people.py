"""People who work on customers in the store, in Zoho CRM and in Zoho Inventory. Every value they type is new."""

from dataclasses import dataclass, field
from typing import Any

from cscart_zoho_sim.zoho.crm.refusals import CrmRefusal
from cscart_zoho_sim.zoho.refusals import Refusal
from tests.sim.working import Todo, Working


@dataclass
class CustomerPeople(Working):
    """Random work on all sides; `edits` counts what they did."""

    refusals = (CrmRefusal, Refusal)

    #: Whether Zoho has a CRM, and whether customers live in Inventory as well.
    crm: bool = True
    inventory: bool = False
    #: Addresses that people have given to two records of one side on purpose.
    doubled: set[str] = field(default_factory=set)

    def _todo(self) -> Todo:
        todo: Todo = [
            (30, self._edit_user),
            (10, self._add_user),
            (4, self._move_user),
            (2, self._delete_user),
            (3, self._change_address),
        ]
        if self.crm:
            todo += [
                (30, self._edit_contact),
                (6, self._add_contact),
                (3, self._add_to_both),
                (3, self._add_without_email),
                (3, self._lose_or_find_email),
                (2, self._double),
                (2, self._merge),
                (2, self._delete_contact),
                (4, self._rename_account),
                (3, self._add_parent),
                (2, self._move_contact),
            ]
        if self.inventory:
            todo += [(20, self._edit_inventory), (3, self._add_inventory), (1, self._delete_inventory)]
        return todo

    def settle_in(self, number: int) -> None:
        """The records that are there before the connector is."""
        ways = [self._add_user, *([self._add_contact, self._add_to_both, self._add_without_email] if self.crm else [])]
        ways += [self._add_inventory] if self.inventory else []
        for _ in range(number):
            self.rng.choice(ways)()

    def _email(self) -> str:
        return f"person{self._new()}@example.com"

    def _phone(self) -> str:
        return f"+1 555 {self._new():05}"

    def _name(self) -> str:
        """Names repeat only on purpose: two shoppers may be called the same."""
        return f"Name {self._new()}"

    def _company(self) -> str:
        """One of a few companies, sometimes written in capitals."""
        name = f"Company {self.rng.randrange(4)}"
        return name.upper() if self.rng.random() < 0.2 else name

    # The store

    def _add_user(self, email: str = "") -> None:
        company = self._company() if self.rng.random() < 0.5 else ""
        self.world.cscart.add_user(
            email=email or self._email(),
            firstname="Twin" if self.rng.random() < 0.1 else self._name(),
            lastname="Twin" if self.rng.random() < 0.1 else self._name(),
            phone=self._phone(),
            company=company,
        )

    def _some_user(self) -> int | None:
        ids = sorted(self.world.cscart.users())
        return self.rng.choice(ids) if ids else None

    def _edit_user(self) -> None:
        if (user := self._some_user()) is not None:
            change = self.rng.choice(
                [{"phone": self._phone()}, {"firstname": self._name()}, {"lastname": self._name()}]
            )
            self.world.cscart.edit_user(user, **change)

    def _move_user(self) -> None:
        if (user := self._some_user()) is not None:
            self.world.cscart.edit_user(user, company=self._company())

    def _change_address(self) -> None:
        if (user := self._some_user()) is not None:
            self.world.cscart.edit_user(user, email=self._email())

    def _delete_user(self) -> None:
        if len(self.world.cscart.users()) > 5 and (user := self._some_user()) is not None:
            self.world.cscart.delete_user(user)

    # CRM

    def _account(self) -> dict[str, Any]:
        ids = sorted(self.world.zoho.crm.accounts())
        return {"Account_Name": {"id": self.rng.choice(ids)}} if ids and self.rng.random() < 0.5 else {}

    def _add_contact(self, email: str | None = None) -> None:
        address = {"Email": self._email()} if email is None else {"Email": email} if email else {}
        self.world.zoho.crm.add_contact(
            First_Name=self._name(), Last_Name=self._name(), Phone=self._phone(), **address, **self._account()
        )

    def _add_without_email(self) -> None:
        self._add_contact(email="")

    def _add_to_both(self) -> None:
        email = self._email()
        self._add_user(email)
        self._add_contact(email.upper() if self.rng.random() < 0.2 else email)

    def _some_contact(self) -> str | None:
        ids = sorted(self.world.zoho.crm.contacts())
        return self.rng.choice(ids) if ids else None

    def _edit_contact(self) -> None:
        if (contact := self._some_contact()) is not None:
            change = self.rng.choice(
                [{"Phone": self._phone()}, {"First_Name": self._name()}, {"Last_Name": self._name()}]
            )
            self.world.zoho.crm.edit_contact(contact, **change)

    def look_over_the_shoulder(self, asked: str) -> None:
        """Somebody edits a contact that the connector has just read by its id: the moment before it writes."""
        if self._away or " in (" not in asked or self.rng.random() > 0.2:
            return
        ids = [id for id in sorted(self.world.zoho.crm.contacts()) if id in asked]
        if ids:
            self.edits += 1
            self.world.zoho.crm.edit_contact(self.rng.choice(ids), Phone=self._phone())

    def _lose_or_find_email(self) -> None:
        if (contact := self._some_contact()) is not None:
            has = self.world.zoho.crm.contact(contact)["Email"]
            self.world.zoho.crm.edit_contact(contact, Email=None if has else self._email())

    def _double(self) -> None:
        """One e-mail on two contacts."""
        if (contact := self._some_contact()) is not None:
            email = self.world.zoho.crm.contact(contact)["Email"]
            if email:
                self.doubled.add(email.casefold())
                self._add_contact(email)

    def _merge(self) -> None:
        ids = sorted(self.world.zoho.crm.contacts())
        if len(ids) > 5:
            master, loser = self.rng.sample(ids, 2)
            self.world.zoho.crm.merge_contacts(master, loser)

    def _delete_contact(self) -> None:
        if len(self.world.zoho.crm.contacts()) > 5 and (contact := self._some_contact()) is not None:
            self.world.zoho.crm.delete_contact(contact)

    def _some_account(self) -> str | None:
        ids = sorted(self.world.zoho.crm.accounts())
        return self.rng.choice(ids) if ids else None

    def _rename_account(self) -> None:
        if (account := self._some_account()) is not None:
            self.world.zoho.crm.edit_account(account, Account_Name=f"Renamed {self._new()}")

    def _add_parent(self) -> None:
        """An account whose parent comes later."""
        child = self._some_account()
        parent = self.world.zoho.crm.add_account(Account_Name=f"Parent {self._new()}")
        if child is not None:
            self.world.zoho.crm.edit_account(child, Parent_Account={"id": parent})

    def _move_contact(self) -> None:
        account, contact = self._some_account(), self._some_contact()
        if account is not None and contact is not None:
            self.world.zoho.crm.edit_contact(contact, Account_Name={"id": account})

    # Inventory

    def _add_inventory(self) -> None:
        person = {
            "email": self._email(),
            "first_name": self._name(),
            "phone": self._phone(),
            "is_primary_contact": True,
        }
        self.world.zoho.add_contact(contact_name=f"Contact {self._new()}", contact_persons=[person])

    def _some_inventory(self) -> str | None:
        ids = sorted(self.world.zoho.contacts())
        return self.rng.choice(ids) if ids else None

    def _edit_inventory(self) -> None:
        if (contact := self._some_inventory()) is None:
            return
        persons = self.world.zoho.contact(contact)["contact_persons"]
        if persons:
            change = self.rng.choice([{"phone": self._phone()}, {"first_name": self._name()}])
            self.world.zoho.edit_contact(contact, contact_persons=[{**persons[0], **change}, *persons[1:]])

    def _delete_inventory(self) -> None:
        if len(self.world.zoho.contacts()) > 5 and (contact := self._some_inventory()) is not None:
            self.world.zoho.delete_contact(contact)
