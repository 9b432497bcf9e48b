"""A person in Zoho Inventory deletes the only contact person of a customer. What the store has of that customer stays
as it is and waits with a sentence; it did so in silence. Once the person is there again, it goes over."""

from cscart_zoho.mapping.customer_choices import Home
from tests.situations.shop import Shop

ZOE = "zoe@example.com"


def test_the_customer_waits_with_a_sentence_until_the_person_is_there_again(shop: Shop) -> None:
    shop.live_in(Home.INVENTORY)
    user = shop.user(ZOE, firstname="Zoe", phone="+1 555 0100")
    shop.settle("customers")
    (contact,) = shop.world.zoho.contacts()

    shop.world.zoho.edit_contact(contact, contact_persons=[])
    shop.world.cscart.edit_user(user, phone="+1 555 0199")
    shop.sync("customers", "customers")

    row = shop.world.cscart.user(user)
    assert (row["firstname"], row["phone"]) == ("Zoe", "+1 555 0199")
    state, reason = shop.told("customers", cscart=user)
    assert state == "held"
    assert ZOE in reason
    assert "has no person at all" in reason

    again = [{"first_name": "Zoe", "email": ZOE, "phone": "+1 555 0100", "is_primary_contact": True}]
    shop.world.zoho.edit_contact(contact, contact_persons=again)
    shop.sync("customers", "customers", hours=13)
    shop.settle("customers")

    (person,) = shop.world.zoho.contact(contact)["contact_persons"]
    assert person["phone"] == "+1 555 0199"
    assert shop.told("customers", cscart=user) == ("synced", "")


def test_a_contact_that_never_had_a_person_gets_one_with_what_the_store_knows(shop: Shop) -> None:
    shop.live_in(Home.INVENTORY)
    contact = shop.contact("Acme GmbH")
    shop.sync("customers")
    (user,) = shop.world.cscart.users()

    shop.world.cscart.edit_user(user, firstname="Zoe", phone="+1 555 0100")
    shop.sync("customers", "customers")

    (person,) = shop.world.zoho.contact(contact)["contact_persons"]
    assert (person["first_name"], person["phone"], person["email"]) == ("Zoe", "+1 555 0100", "")
    assert shop.told("customers", cscart=user) == ("synced", "")
    shop.settle("customers")
