"""The connection points to another organisation of Zoho than the one that links were made with."""

from collections.abc import Callable

import pytest

from cscart_zoho import app
from cscart_zoho.app.stock_figures import figure_gone
from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs import schedule
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Run
from cscart_zoho_sim.zoho import Zoho
from tests.pace import first
from tests.situations.elsewhere import connect_organisation, everything, links, present, try_sync
from tests.situations.shop import Shop


def filled(shop: Shop, products: int = 3) -> None:
    for number in range(products):
        shop.both(f"S-{number}", 5)
    for name in ("ann", "bob"):
        shop.user(f"{name}@example.com")
    shop.order(("S-0", 1))
    shop.sync()
    shop.sync()


def other_account(shop: Shop) -> Zoho:
    return shop.world.add_organisation("Second Ltd")


def same_account(shop: Shop) -> Zoho:
    return shop.world.add_organisation("Second Ltd", same_account=True)


def other_region(shop: Shop) -> Zoho:
    return shop.world.add_organisation("Second Ltd", region="eu")


def same_id_in_another_region(shop: Shop) -> Zoho:
    other = shop.world.add_organisation("Second Ltd", region="eu")
    other.organisation.id = shop.world.zoho.organization_id
    return other


Another = Callable[[Shop], Zoho]
OTHERS = (other_account, same_account, other_region, same_id_in_another_region)


@pytest.mark.parametrize("another", first(2, OTHERS))
def test_nothing_is_synced_over_the_old_links(shop: Shop, another: Another) -> None:
    filled(shop, 9)
    other = another(shop)
    known, before = links(), everything(shop)
    told = connect_organisation(shop, other)
    assert "Second Ltd" in told
    assert "Sample Organisation" in told
    for run in try_sync(shop):
        assert run.state == "failed"
        assert "Second Ltd" in run.message
        assert "Sample Organisation" in run.message
        assert "start-anew" in run.message
    assert everything(shop) == before
    assert links() == known
    assert "Second Ltd" in schedule.not_possible(present(), Entity.PRODUCTS)
    # ... and back
    assert connect_organisation(shop, shop.world.zoho) == ""
    shop.settle()
    assert everything(shop) == before
    assert links() == known


@pytest.mark.parametrize("another", first(1, OTHERS))
def test_whoever_starts_anew_pairs_anew_and_finds_the_old_links_again(shop: Shop, another: Another) -> None:
    filled(shop)
    other = another(shop)
    other.add_item(sku="S-0", name="Product S-0", rate=10.0, stock_on_hand=4)
    known = links()
    connect_organisation(shop, other)
    told = app.start_anew(present())
    assert f"{len(known)} links with Sample Organisation are set aside" in told
    assert links() == set()
    live = shop.world.cscart.products()
    shop.sync()
    assert shop.world.cscart.products() == live
    assert len(other.items()) == 3
    assert {link[1] for link in links() if link[0] == "products"} == {
        link[1] for link in known if link[0] == "products"
    }
    anew = links()
    told = connect_organisation(shop, shop.world.zoho)
    assert f"{len(known)} links with Sample Organisation are back" in told
    assert links() == known
    shop.settle()
    assert all(row["status"] == "A" for row in shop.world.cscart.products().values())
    assert all(row["status"] == "active" for row in shop.world.zoho.items().values())
    assert links() == known
    assert f"{len(anew)} links with Second Ltd are back" in connect_organisation(shop, other)
    assert links() == anew
    shop.settle()
    assert all(row["status"] == "A" for row in shop.world.cscart.products().values())


def another_grant(shop: Shop) -> None:
    """Nothing but a new grant of the same user."""


def another_client(shop: Shop) -> None:
    shop.world.zoho.accounts.client_id = "1000.ANOTHERCLIENT"
    shop.world.zoho.accounts.client_secret = "another secret"


def another_name(shop: Shop) -> None:
    shop.world.zoho.organisation.name = "Sample Organisation GmbH"


@pytest.mark.parametrize("how", [another_grant, another_client, another_name])
def test_the_same_organisation_goes_on_without_a_question(shop: Shop, how: Callable[[Shop], None]) -> None:
    filled(shop)
    known = links()
    how(shop)
    assert connect_organisation(shop, shop.world.zoho) == ""
    shop.settle()
    assert links() == known
    assert present().made_with["organisation"]["name"] == shop.world.zoho.organisation.name


def test_another_id_that_is_typed_over_is_tried_first(shop: Shop) -> None:
    filled(shop)
    known = links()
    other = same_account(shop)
    org = present().zoho
    assert org is not None
    with pytest.raises(WrongSetting, match="no organisation 4711"):
        app.choose_organisation(org, "4711")
    shop.settle()
    assert "Second Ltd" in app.choose_organisation(org, other.organization_id)
    assert {run.state for run in try_sync(shop)} == {"failed"}
    assert links() == known
    assert app.choose_organisation(org, shop.world.zoho.organization_id) == ""
    shop.settle()
    assert links() == known


def test_what_was_only_looked_at_is_no_reason_to_ask(shop: Shop) -> None:
    for number in range(3):
        shop.product(f"S-{number}", 5)
    shop.sync("products", dry_run=True)
    other = other_account(shop)
    assert connect_organisation(shop, other) == ""
    shop.sync("products")
    assert len(other.items()) == 3
    assert shop.world.zoho.items() == {}


def test_a_first_load_that_waits_does_not_go_on_in_another_organisation(shop: Shop) -> None:
    filled(shop, 3)
    waiting = Run.objects.create(
        store=present(),
        entity="products",
        trigger="button",
        asked={"only": "unsynced"},
        asked_key="x",
        asked_at=app.now(),
        phase="applying",
        chapter="products",
    )
    other = other_account(shop)
    connect_organisation(shop, other)
    app.start_anew(present())
    waiting.refresh_from_db()
    assert waiting.state == "stopped"


def test_nothing_starts_anew_while_a_run_is_under_way(shop: Shop) -> None:
    filled(shop, 3)
    connect_organisation(shop, other_account(shop))
    run = Run.objects.create(
        store=present(), entity="products", trigger="button", asked_key="x", asked_at=app.now(), state="running"
    )
    with pytest.raises(WrongSetting, match="under way"):
        app.start_anew(present())
    Run.objects.filter(pk=run.pk).update(state="done")
    assert "set aside" in app.start_anew(present())


def test_nothing_starts_anew_with_what_links_were_made_with(shop: Shop) -> None:
    filled(shop, 3)
    with pytest.raises(WrongSetting, match="is what the links were made with"):
        app.start_anew(present())


def test_the_figure_that_stock_rests_on_is_known_again_when_the_old_one_comes_back(shop: Shop) -> None:
    """Zoho has ceased to show it meanwhile: stock stands still, and rests on no other figure."""
    filled(shop, 2)
    other = other_account(shop)
    other.add_item(sku="S-0", name="Product S-0", rate=10.0, stock_on_hand=4)
    connect_organisation(shop, other)
    app.start_anew(present())
    shop.store = present()
    try_sync(shop, "products")
    shop.world.zoho.switches.figures_for_sale = "missing"
    connect_organisation(shop, shop.world.zoho)
    shop.sell("S-1", 1)
    shop.sync("products", full=True)
    assert "does not show the figure" in figure_gone(present(), present().zoho)
    assert (shop.stock("S-1")[0], shop.adjustments()) == (4, [])
