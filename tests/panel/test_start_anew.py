"""Another organisation or shop is connected than links were made with: what the pages say, and the one button."""

from collections.abc import Callable

import pytest
from django.test import Client

from cscart_zoho import app
from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.panel import start_anew, zoho_page
from cscart_zoho.store.models import AuditEntry, Link, Observation, Run, Schedule, Store, ZohoOrganisation
from cscart_zoho.sync.identity import MadeWith, Organisation, Shop
from tests.panel.conftest import Remotes, fill

Browse = Callable[[str], Client]


@pytest.fixture
def elsewhere(store: Store) -> Store:
    """A store with three links; Zoho is connected to another organisation than theirs."""
    fill(store, 5, 4, 3)
    made_with = MadeWith(Organisation("com", "10000", "First Ltd"), Shop("https://store.example.com"))
    Store.objects.filter(pk=store.pk).update(made_with=made_with.to_json())
    store.refresh_from_db()
    return store


def test_the_page_names_both_and_offers_the_two_ways_on(elsewhere: Store, browse: Browse) -> None:
    page = browse("admin").get("/zoho/").content.decode()
    assert "Another organisation is connected" in page
    assert "Zoho is connected to Synthetic Org (ID 10001, data centre com)." in page
    assert "3 links were made with First Ltd (ID 10000, data centre com). Nothing is synced." in page
    assert "Start anew with Synthetic Org" in page
    assert "Another organisation is connected" in browse("admin").get("/store/").content.decode()


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_an_admin_starts_anew(role: str, elsewhere: Store, browse: Browse) -> None:
    assert browse(role).post("/start-anew/", {"with": "Synthetic Org"}).status_code == 403
    assert Store.objects.get().pk == elsewhere.pk


def test_the_button_sets_the_links_aside(elsewhere: Store, browse: Browse) -> None:
    Schedule.objects.create(store=elsewhere, entity="products", every_minutes=5, changed_at=app.now())
    page = browse("admin").post("/start-anew/", {"with": "Synthetic Org"}, follow=True).content.decode()
    assert "3 links with First Ltd are set aside; connecting it again brings them back." in page
    assert "Another organisation" not in page
    fresh = Store.objects.get()
    assert fresh.pk != elsewhere.pk
    assert Link.objects.filter(store=elsewhere).count() == 3
    assert not Link.objects.filter(store=fresh).exists()
    assert Schedule.objects.get().store == fresh
    assert Store.every.get(pk=elsewhere.pk).api_key == ""
    assert AuditEntry.objects.filter(what="started anew").count() == 1


def test_what_was_set_aside_is_on_no_page(elsewhere: Store, browse: Browse) -> None:
    client = browse("admin")
    Observation.objects.filter(store=elsewhere).update(state="held", reason="It waits.")
    client.post("/start-anew/", {"with": "Synthetic Org"})
    for address in ("/", "/products/", "/zoho-items/", "/conflicts/", "/runs/"):
        assert "Synthetic product" not in client.get(address).content.decode(), address
    told = concerns(Store.objects.get(), ZohoOrganisation.objects.get(), app.now())
    assert [each.key for each in told if each.key.startswith("held")] == []


def test_a_button_of_an_old_page_does_nothing(elsewhere: Store, browse: Browse) -> None:
    page = browse("admin").post("/start-anew/", {"with": "Third Ltd"}, follow=True).content.decode()
    assert "The connection has changed meanwhile. Look at it again." in page
    assert Store.objects.get().pk == elsewhere.pk


@pytest.fixture
def moved(store: Store) -> Store:
    """A store with three links that were made at another address."""
    fill(store, 5, 4, 3)
    made_with = MadeWith(Organisation("com", "10001", "Synthetic Org"), Shop("https://old.example.com"))
    Store.objects.filter(pk=store.pk).update(made_with=made_with.to_json())
    store.refresh_from_db()
    return store


def test_about_a_shop_there_is_a_third_way_on(moved: Store, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    page = browse("admin").get("/store/").content.decode()
    assert "Another shop is connected" in page
    assert "3 links were made with https://old.example.com." in page
    assert "It is the same shop" in page
    said: list[Store] = []
    monkeypatch.setattr(start_anew.app, "same_shop", said.append)
    page = browse("admin").post("/same-shop/", {"with": "https://store.example.com"}, follow=True).content.decode()
    assert said == [moved]
    assert "The links go on with https://store.example.com." in page


def test_another_shop_is_not_taken_for_the_same(moved: Store, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(store: Store) -> None:
        raise WrongSetting("It is another shop.", advice="Start anew.")

    monkeypatch.setattr(start_anew.app, "same_shop", refuses)
    page = browse("admin").post("/same-shop/", {"with": "https://store.example.com"}, follow=True).content.decode()
    assert "It is another shop. Start anew." in page
    assert "Another shop is connected" in page


def test_about_an_organisation_its_id_decides(elsewhere: Store, browse: Browse) -> None:
    assert "It is the same shop" not in browse("admin").get("/zoho/").content.decode()


def test_a_run_that_is_under_way_is_waited_for(elsewhere: Store, browse: Browse) -> None:
    Run.objects.create(store=elsewhere, state="running", trigger="button", asked_key="x", asked_at=app.now())
    page = browse("admin").post("/start-anew/", {"with": "Synthetic Org"}, follow=True).content.decode()
    assert "A sync is under way. Stop it, or wait for its end; then try again." in page
    assert Store.objects.get().pk == elsewhere.pk


def test_no_run_is_asked_for_meanwhile_and_it_is_a_grave_concern(elsewhere: Store, browse: Browse) -> None:
    page = browse("operator").post("/products/ask/all/", follow=True).content.decode()
    assert "3 links were made with First Ltd" in page
    assert not Run.objects.exists()
    (concern,) = [each for each in concerns(elsewhere, elsewhere.zoho, app.now()) if each.key == "wrong_connection"]
    assert concern.grave
    assert concern.address == "/zoho/"
    assert "cscart-zoho start-anew" in concern.text


def test_another_id_that_is_typed_over_is_asked_for_before_it_is_kept(
    store: Store, browse: Browse, remotes: Remotes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoho_page, "app", remotes)
    typed = {"region": "com", "client_id": "1000.SYNTHETIC", "client_secret": "", "organization_id": "10002"}
    page = browse("admin").post("/zoho/", typed, follow=True).content.decode()
    assert ("choose_organisation", {"id": "10002"}) in remotes.asked
    assert "Zoho is connected to 10002." in page
    assert ZohoOrganisation.objects.get().organization_id == "10001"  # what Zoho has not told of is not kept here


def test_the_id_is_not_taken_away_by_an_empty_field(store: Store, browse: Browse, remotes: Remotes) -> None:
    typed = {"region": "com", "client_id": "1000.SYNTHETIC", "client_secret": "", "organization_id": ""}
    browse("admin").post("/zoho/", typed)
    assert ZohoOrganisation.objects.get().organization_id == "10001"
    assert [what for what, _ in remotes.asked if what == "choose_organisation"] == []
