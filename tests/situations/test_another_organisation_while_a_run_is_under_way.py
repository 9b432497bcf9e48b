"""Somebody connects another organisation, or the old one again, in the middle of a run."""

import pytest

from cscart_zoho import app
from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home
from cscart_zoho.store.models import Run
from tests.situations.elsewhere import connect_organisation, links, present, try_sync
from tests.situations.shop import Shop


@pytest.mark.parametrize("call", [("POST", "coql"), ("GET", "/users"), ("PUT", "/Contacts")], ids=str)
def test_what_was_meant_for_one_crm_is_not_sent_to_another(shop: Shop, call: tuple[str, str]) -> None:
    """A token of CRM does not say which organisation it is for, and ids of ours mean nothing there."""
    shop.customer_choices = CustomerChoices(home=Home.CRM, when_deleted="disable", brake_percent=100)
    known = [shop.user(f"user{number}@example.com", lastname=f"Known{number}") for number in range(2)]
    shop.sync("customers")
    other, linked = shop.world.add_organisation("Second Ltd"), links()
    for user in known:
        shop.world.cscart.edit_user(user, lastname="Edited")
    shop.user("new@example.com", lastname="New")
    shop.during(*call, lambda: connect_organisation(shop, other) and None)
    (run,) = try_sync(shop, "customers")
    assert run.state == "failed"
    assert "Another organisation was connected meanwhile: Second Ltd" in run.message
    assert other.crm.contacts() == {}
    assert links() == linked
    assert connect_organisation(shop, shop.world.zoho) == ""
    shop.settle("customers")
    assert sorted(str(row["Last_Name"]) for row in shop.world.zoho.crm.contacts().values()) == ["Edited"] * 2 + ["New"]


def test_what_was_meant_for_one_inventory_is_not_sent_to_another(shop: Shop) -> None:
    shop.both("LAMP", 5)
    shop.sync("products")
    other = shop.world.add_organisation("Second Ltd")
    for number in range(3):
        shop.product(f"N-{number}", 3)
    shop.during("POST", "/items", lambda: connect_organisation(shop, other) and None)
    (run,) = try_sync(shop, "products")
    assert run.state == "failed"
    assert "Another organisation was connected meanwhile: Second Ltd" in run.message
    assert "failed" not in [shop.told("products", cscart=id)[0] for id in shop.world.cscart.products()]
    assert other.items() == {}
    assert connect_organisation(shop, shop.world.zoho) == ""
    shop.settle("products")
    assert len(shop.world.zoho.items()) == 4


def test_the_old_links_come_back_also_where_a_run_was_in_the_way(shop: Shop) -> None:
    """Connecting could not bring them back. Whoever presses "Start anew" then does not lose them either."""
    shop.both("LAMP", 5)
    shop.sync("products")
    known = links()
    connect_organisation(shop, shop.world.add_organisation("Second Ltd"))
    app.start_anew(present())
    shop.sync("products")
    run = Run.objects.create(
        store=present(), entity="products", trigger="button", asked_key="x", asked_at=app.now(), state="running"
    )
    with pytest.raises(WrongSetting, match="under way"):
        connect_organisation(shop, shop.world.zoho)
    Run.objects.filter(pk=run.pk).update(state="done")
    assert app.start_anew(present()) == "1 link with Sample Organisation is back. Those with Second Ltd are set aside."
    assert links() == known


def test_an_id_that_was_typed_over_after_disconnecting_sets_nothing_aside(shop: Shop) -> None:
    shop.both("LAMP", 5)
    shop.sync("products")
    known, org = links(), present().zoho
    assert org is not None
    app.disconnect_zoho(org)
    org.organization_id = "4711"
    org.save()
    with pytest.raises(WrongSetting, match="is what the links were made with"):
        app.start_anew(present())
    assert links() == known
