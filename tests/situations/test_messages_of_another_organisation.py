"""Channels and web hooks belong to the shop and the organisation of the links: what others send is not believed."""

from datetime import timedelta

import pytest

from cscart_zoho import app
from cscart_zoho.jobs.hints import look_after_sources
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home
from cscart_zoho.store.inbox import Hint, HintSource
from cscart_zoho_sim.zoho import Zoho
from tests.hinted import Hinted
from tests.situations.elsewhere import connect_organisation, links, present
from tests.situations.shop import Shop


def listening(shop: Shop) -> Hinted:
    """A shop whose CRM tells of its changes through a channel."""
    shop.customer_choices = CustomerChoices(home=Home.CRM, when_deleted="disable", brake_percent=100)
    shop.user("ann@example.com")
    hinted = Hinted(shop.world)
    app.switch_on_hooks(shop.connect(), "crm")
    connect_organisation(shop, shop.world.zoho)
    source = HintSource.objects.get(kind="crm")
    app.look_after_hooks(source)
    assert source.trouble == ""
    shop.sync("customers")
    shop.settle("customers")
    return hinted


def edit(shop: Shop, zoho: Zoho, name: str) -> None:
    contact = next(iter(zoho.crm.contacts()))
    shop.hours(1)
    zoho.crm.edit_contact(contact, First_Name=name)


def delivered(hinted: Hinted) -> list[int]:
    """What the messages that are on their way are answered with."""
    before = len(hinted.answers)
    hinted.world.outbox.deliver()
    return hinted.answers[before:]


def test_the_channel_of_before_is_not_believed_while_another_organisation_is_connected(shop: Shop) -> None:
    hinted = listening(shop)
    delivered(hinted)
    connect_organisation(shop, shop.world.add_organisation("Second Ltd"))
    edit(shop, shop.world.zoho, "Edited")
    assert set(delivered(hinted)) == {400}
    assert not Hint.objects.filter(settled_at=None).exists()
    connect_organisation(shop, shop.world.zoho)
    edit(shop, shop.world.zoho, "Again")
    assert 200 in delivered(hinted)


def test_who_starts_anew_gets_a_channel_of_the_new_organisation_and_the_old_one_is_a_stranger(shop: Shop) -> None:
    hinted = listening(shop)
    delivered(hinted)
    other = shop.world.add_organisation("Second Ltd")
    old = HintSource.objects.get(kind="crm")
    connect_organisation(shop, other)
    app.start_anew(present())
    source = HintSource.objects.get(kind="crm", store=present())
    assert source.digest != old.digest
    assert source.secret != old.secret
    connect_organisation(shop, other)
    look_after_sources(app.now())
    source.refresh_from_db()
    assert source.trouble == ""
    edit(shop, shop.world.zoho, "Edited")
    assert set(delivered(hinted)) <= {404}
    other.crm.add_contact(Last_Name="New", Email="new@example.com")
    assert 200 in delivered(hinted)
    assert {hint.source_id for hint in Hint.objects.filter(settled_at=None)} == {source.pk}


def test_the_old_channel_lives_again_with_the_old_organisation(shop: Shop) -> None:
    hinted = listening(shop)
    delivered(hinted)
    old = HintSource.objects.get(kind="crm")
    connect_organisation(shop, shop.world.add_organisation("Second Ltd"))
    app.start_anew(present())
    shop.world.clock.advance(timedelta(days=8).total_seconds())  # type: ignore[attr-defined]
    connect_organisation(shop, shop.world.zoho)
    look_after_sources(app.now())
    source = HintSource.objects.get(kind="crm", store=present())
    assert (source.pk, source.trouble) == (old.pk, "")
    edit(shop, shop.world.zoho, "Again")
    assert 200 in delivered(hinted)


@pytest.mark.parametrize("kind", ["inventory", "cscart"])
def test_web_hooks_of_the_side_that_stays_go_on_and_those_of_the_other_are_off(shop: Shop, kind: str) -> None:
    shop.both("S-1", 5)
    store = shop.connect()
    source = app.switch_on_hooks(store, kind)
    shop.sync("products")
    connect_organisation(shop, shop.world.add_organisation("Second Ltd"))
    told = app.start_anew(present())
    source.refresh_from_db()
    if kind == "cscart":
        assert source.store_id == present().pk
    else:
        assert source.store_id != present().pk
        assert "Web hooks of Zoho Inventory are off" in told
        assert not HintSource.objects.filter(store=present()).exists()
    connect_organisation(shop, shop.world.zoho)
    source.refresh_from_db()
    assert source.store_id == present().pk
    assert source.on
    assert len(links()) == 1
