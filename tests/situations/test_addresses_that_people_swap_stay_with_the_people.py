"""Two customers swap their e-mail addresses, or one takes the address that another one gives up. A customer is who is
linked, and an address goes with its person: nothing of one is written over the other, and nobody is made twice."""

from collections.abc import Callable
from typing import Any

import pytest

from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.store.models import Link
from tests.situations.shop import Shop

A, B, NEW, ELSEWHERE = "ann@example.com", "bob@example.com", "new@example.com", "elsewhere@example.com"
HOMES = [Home.INVENTORY, Home.CRM, Home.BOTH]


class Couple:
    """Ann and Bob, customers on both sides, each with a phone that says who is who."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.ann = shop.user(A, firstname="Ann", lastname="Alpha", phone="+1 555 0100")
        self.bob = shop.user(B, firstname="Bob", lastname="Beta", phone="+1 555 0199")
        shop.sync("customers", "customers")
        self.links = self.linked()

    @staticmethod
    def linked() -> dict[str, str]:
        return dict(Link.objects.filter(entity="customers").values_list("cscart_id", "zoho_id"))

    @property
    def in_crm(self) -> bool:
        return self.shop.customer_choices.home is not Home.INVENTORY

    def in_store(self, user: int, email: str) -> None:
        self.shop.world.cscart.edit_user(user, email=email)

    def in_zoho(self, user: int, email: str) -> None:
        """A person changes the address of the contact that is this user's."""
        id = self.links[str(user)]
        if self.in_crm:
            self.shop.world.zoho.crm.edit_contact(id, Email=email)
            return
        rows = self.shop.world.zoho.contact(id)["contact_persons"]
        self.shop.world.zoho.edit_contact(id, contact_persons=[{**each, "email": email} for each in rows])

    def store(self) -> dict[str, tuple[str, str]]:
        """By first name the address and phone in the store."""
        return {row["firstname"]: (row["email"], row["phone"]) for row in self.shop.world.cscart.users().values()}

    def zoho(self) -> dict[str, tuple[str, str]]:
        if self.in_crm:
            people = self.shop.world.zoho.crm.contacts().values()
            return {row["First_Name"]: (row["Email"], row["Phone"]) for row in people}
        people = self.shop.world.zoho.contacts().values()
        return {row["first_name"]: (row["email"], row["contact_persons"][0]["phone"]) for row in people}

    def alone(self) -> bool:
        """Whether there are these two and nobody else, on each side, and linked as they were."""
        contacts = self.shop.world.zoho.contacts() if not self.in_crm else self.shop.world.zoho.crm.contacts()
        return len(contacts) == len(self.shop.world.cscart.users()) == 2 and self.linked() == self.links


@pytest.fixture(params=HOMES)
def couple(shop: Shop, request: pytest.FixtureRequest) -> Couple:
    shop.live_in(request.param, inventory_at_once=True)
    if request.param is not Home.INVENTORY:
        shop.world.zoho.crm.setup.forbid_duplicates("Contacts", "Email")
    return Couple(shop)


def swapped(couple: Couple, edit: Callable[[int, str], Any]) -> None:
    """Two swap their addresses on a side that takes none twice: by way of another one."""
    edit(couple.ann, ELSEWHERE)
    edit(couple.bob, A)
    edit(couple.ann, B)


def test_swapped_in_the_store(couple: Couple) -> None:
    swapped(couple, couple.in_store)
    couple.shop.settle("customers", rounds=6)

    assert couple.store() == {"Ann": (B, "+1 555 0100"), "Bob": (A, "+1 555 0199")}
    assert couple.zoho() == couple.store()
    assert couple.alone()


def test_swapped_in_zoho(couple: Couple) -> None:
    swapped(couple, couple.in_zoho)
    couple.shop.settle("customers", rounds=6)

    assert couple.zoho() == {"Ann": (B, "+1 555 0100"), "Bob": (A, "+1 555 0199")}
    assert couple.store() == couple.zoho()
    assert couple.alone()


@pytest.mark.parametrize("side", ["in_store", "in_zoho"])
def test_one_takes_the_address_that_the_other_gives_up(couple: Couple, side: str) -> None:
    edit = getattr(couple, side)
    edit(couple.bob, NEW)
    edit(couple.ann, B)
    couple.shop.settle("customers", rounds=6)

    wanted = {"Ann": (B, "+1 555 0100"), "Bob": (NEW, "+1 555 0199")}
    assert (couple.store(), couple.zoho()) == (wanted, wanted)
    assert couple.alone()


@pytest.mark.parametrize("side", ["in_store", "in_zoho"])
def test_three_hand_their_addresses_round(couple: Couple, side: str) -> None:
    shop, edit = couple.shop, getattr(couple, side)
    cal = shop.user("cal@example.com", firstname="Cal", lastname="Gamma", phone="+1 555 0177")
    shop.settle("customers")
    couple.links = couple.linked()
    edit(couple.ann, ELSEWHERE)
    edit(cal, A)
    edit(couple.bob, "cal@example.com")
    edit(couple.ann, B)
    shop.settle("customers", rounds=6)

    wanted = {
        "Ann": (B, "+1 555 0100"),
        "Bob": ("cal@example.com", "+1 555 0199"),
        "Cal": (A, "+1 555 0177"),
    }
    assert (couple.store(), couple.zoho()) == (wanted, wanted)
    assert couple.linked() == couple.links


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_swap_that_is_cut_off_goes_on(couple: Couple, lost: int) -> None:
    """Each answer of the store may be the one that never comes."""
    swapped(couple, couple.in_zoho)
    sent = 0

    def count() -> None:
        nonlocal sent
        sent += 1
        if sent == lost:
            couple.shop.lose_answer("PUT", "/users/")
        couple.shop.during("PUT", "/users/", count)

    count()
    couple.shop.sync(*["customers"] * 6)

    wanted = {"Ann": (B, "+1 555 0100"), "Bob": (A, "+1 555 0199")}
    assert (couple.store(), couple.zoho()) == (wanted, wanted)
    assert couple.alone()


@pytest.mark.parametrize("side", ["in_store", "in_zoho"])
def test_somebody_new_has_the_address_that_was_given_up(couple: Couple, side: str) -> None:
    shop = couple.shop
    getattr(couple, side)(couple.ann, NEW)
    if side == "in_store":
        shop.user(A, firstname="Cal", lastname="Gamma", phone="+1 555 0177")
    elif couple.in_crm:
        shop.crm_contact(A, "Gamma", First_Name="Cal", Phone="+1 555 0177")
    else:
        cal = {"first_name": "Cal", "last_name": "Gamma", "email": A, "phone": "+1 555 0177"}
        shop.world.zoho.add_contact(contact_name="Cal Gamma", contact_persons=[{**cal, "is_primary_contact": True}])
    shop.settle("customers", rounds=6)

    wanted = {"Ann": (NEW, "+1 555 0100"), "Bob": (B, "+1 555 0199"), "Cal": (A, "+1 555 0177")}
    assert (couple.store(), couple.zoho()) == (wanted, wanted)
    assert {id: couple.linked()[id] for id in couple.links} == couple.links


def test_swapped_with_a_contact_that_is_nobodys(shop: Shop) -> None:
    shop.live_in(Home.CRM, create_in_cscart=False)
    couple = Couple(shop)
    other = shop.crm_contact("cal@example.com", "Gamma", First_Name="Cal")
    shop.settle("customers")
    couple.in_zoho(couple.ann, "cal@example.com")
    shop.world.zoho.crm.edit_contact(other, Email=A)
    shop.settle("customers", rounds=6)

    assert couple.store() == {"Ann": ("cal@example.com", "+1 555 0100"), "Bob": (B, "+1 555 0199")}
    assert couple.linked() == couple.links
    assert shop.world.zoho.crm.contact(other)["Email"] == A
    assert shop.told("customers", zoho=other)[0] == "not_synced"


@pytest.mark.parametrize("home", HOMES)
def test_the_address_of_a_user_who_is_not_synced_is_left_to_that_user(shop: Shop, home: Home) -> None:
    shop.live_in(home, create_in_zoho=False, inventory_at_once=True)
    contacts = [shop.crm_contact, lambda email, name, **_: shop.contact(name, email)]
    for email, first in ((A, "Ann"), (B, "Bob")):
        contacts[home is Home.INVENTORY](email, first, First_Name=first)
    couple = Couple(shop)
    dan = shop.user("dan@example.com", firstname="Dan")
    shop.settle("customers")
    couple.in_zoho(couple.ann, "dan@example.com")
    shop.sync("customers", "customers", "customers")

    assert shop.world.cscart.user(dan)["email"] == "dan@example.com"
    assert shop.world.cscart.user(couple.ann)["email"] == A
    state, reason = shop.told("customers", cscart=couple.ann)
    assert state == "held"
    for named in ("dan@example.com", "Dan", "waits"):
        assert named in reason, reason
