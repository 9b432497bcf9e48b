"""The Zoho connection: consent with a state, codes, refresh and the end."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from cscart_zoho.errors import NotConnected
from cscart_zoho.panel.zoho_page import REGIONS, STATE
from cscart_zoho.store.models import AuditEntry, Store, ZohoOrganisation
from cscart_zoho.zoho import regions
from tests.panel.conftest import SECRET, Remotes

Browse = Callable[[str], Client]
CLIENT = {"region": "eu", "client_id": "1000.SYNTHETIC", "client_secret": SECRET, "organization_id": ""}


def state_of(client: Client) -> str:
    """The state in the address that the page shows."""
    found = re.search(r'id="zoho-authorise" href="[^"]*state=([\w-]+)"', client.get("/zoho/").content.decode())
    assert found is not None
    return found.group(1)


def connects(remotes: Remotes) -> list[dict[str, object]]:
    return [how for what, how in remotes.asked if what == "connect_zoho"]


@pytest.fixture
def admin(browse: Browse) -> Client:
    """An admin who has saved the client."""
    client = browse("admin")
    assert client.post("/zoho/", CLIENT).status_code == 302
    return client


def test_saving_the_client_gives_an_address_at_once(admin: Client) -> None:
    saved = ZohoOrganisation.objects.get()
    assert (saved.region, saved.client_id, saved.client_secret) == ("eu", "1000.SYNTHETIC", SECRET)
    assert len(state_of(admin)) >= 22  # 128 bits in base64


def test_the_callback_connects_with_what_zoho_said(admin: Client, remotes: Remotes) -> None:
    told = {"code": "grant-1", "location": "eu", "accounts-server": "https://accounts.zoho.eu"}
    answer = admin.get("/zoho/callback/", {**told, "state": state_of(admin)})
    assert answer["Location"] == "/zoho/"
    wanted = {"code": "grant-1", "location": "eu", "accounts_server": "https://accounts.zoho.eu"}
    assert connects(remotes) == [wanted]
    assert AuditEntry.objects.filter(who="admin", what="Zoho connected").count() == 1


def test_a_state_is_good_once(admin: Client, remotes: Remotes) -> None:
    state = state_of(admin)
    admin.get("/zoho/callback/", {"code": "grant-1", "state": state})
    assert admin.get("/zoho/callback/", {"code": "grant-2", "state": state}).status_code == 403
    assert len(connects(remotes)) == 1


@pytest.mark.parametrize("state", ["", "wrong", "ünïcode"])
def test_a_missing_or_wrong_state_connects_nothing_and_spends_the_right_one(
    state: str, admin: Client, remotes: Remotes
) -> None:
    right = state_of(admin)
    assert admin.get("/zoho/callback/", {"code": "grant", "state": state}).status_code == 403
    assert admin.get("/zoho/callback/", {"code": "grant", "state": right}).status_code == 403
    assert connects(remotes) == []


def test_a_state_is_bound_to_its_session(admin: Client, remotes: Remotes) -> None:
    other = Client()
    other.force_login(User.objects.create_superuser("another", password="!"))
    assert other.get("/zoho/callback/", {"code": "grant", "state": state_of(admin)}).status_code == 403
    assert connects(remotes) == []


def test_a_state_ends_after_ten_minutes(admin: Client, remotes: Remotes) -> None:
    state, session = state_of(admin), admin.session
    session[STATE] = {**session[STATE], "made_at": session[STATE]["made_at"] - timedelta(minutes=11).total_seconds()}
    session.save()
    assert "zoho-authorise" not in admin.get("/zoho/").content.decode()
    assert admin.get("/zoho/callback/", {"code": "grant", "state": state}).status_code == 403
    assert connects(remotes) == []


def test_consent_that_was_denied_is_told(admin: Client, remotes: Remotes) -> None:
    answer = admin.get("/zoho/callback/", {"error": "access_denied", "state": state_of(admin)}, follow=True)
    assert "Zoho gave no permission" in answer.content.decode()
    assert connects(remotes) == []


def test_a_pasted_code_connects_a_self_client(admin: Client, remotes: Remotes) -> None:
    admin.post("/zoho/code/", {"code": "  1000.pasted  "})
    assert connects(remotes) == [{"code": "1000.pasted", "self_client": True}]


def test_an_error_of_zoho_becomes_its_sentence(admin: Client, remotes: Remotes) -> None:
    remotes.error = NotConnected("Zoho knows no such client in Europe.", advice="Pick the other data centre.")
    page = admin.post("/zoho/code/", {"code": "1000.pasted"}, follow=True).content.decode()
    assert "Zoho knows no such client in Europe. Pick the other data centre." in page


def test_a_permission_that_was_not_given_is_told_at_once(admin: Client, remotes: Remotes) -> None:
    remotes.found = [("Zoho", True, "answers"), ("Zoho: permissions", False, "Missing: ZohoInventory.items.CREATE.")]
    page = admin.post("/zoho/code/", {"code": "1000.code"}, follow=True).content.decode()
    assert "Zoho is connected." in page
    assert "Missing: ZohoInventory.items.CREATE." in page


def test_that_adjustments_are_approved_is_told_at_once(admin: Client, remotes: Remotes) -> None:
    ZohoOrganisation.objects.update(capabilities={"preferences": {"adjustment_approval": True}})
    page = admin.post("/zoho/code/", {"code": "1000.code"}, follow=True).content.decode()
    assert "have to be approved in Zoho" in page


@pytest.mark.parametrize("address", ["/", "/zoho/"])
def test_a_token_that_does_not_work_is_not_called_connected(address: str, store: Store, browse: Browse) -> None:
    assert browse("admin").get(address).content.decode().count("Does not work") == 0
    ZohoOrganisation.objects.update(trouble="Zoho does not accept the connection any more.")
    page = browse("admin").get(address).content.decode()
    assert page.count("Does not work") == 1
    assert page.count("Zoho does not accept the connection any more.") == 1
    assert "Zoho: Zoho" not in page


def test_an_empty_code_is_told(admin: Client, remotes: Remotes) -> None:
    page = admin.post("/zoho/code/", {"code": " "}, follow=True).content.decode()
    assert "Paste the code" in page
    assert connects(remotes) == []


def test_without_a_client_there_is_nothing_to_authorise(browse: Browse, remotes: Remotes) -> None:
    client = browse("admin")
    for path in ("/zoho/authorise/", "/zoho/code/"):
        page = client.post(path, {"code": "x"}, follow=True).content.decode()
        assert "Save the client ID and the client secret first." in page
    assert remotes.asked == []


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_a_client_needs_an_id_and_a_secret(missing: str, browse: Browse) -> None:
    answer = browse("admin").post("/zoho/", {**CLIENT, missing: " "})
    assert "Enter the client" in answer.content.decode()
    assert not ZohoOrganisation.objects.exists()


def test_an_empty_secret_keeps_the_stored_one_and_no_page_shows_it(admin: Client) -> None:
    admin.post("/zoho/", {**CLIENT, "client_id": "1000.OTHER", "client_secret": ""})
    saved = ZohoOrganisation.objects.get()
    assert (saved.client_id, saved.client_secret) == ("1000.OTHER", SECRET)
    assert SECRET not in admin.get("/zoho/").content.decode()


def test_a_refused_form_does_not_show_the_secret_either(browse: Browse) -> None:
    answer = browse("admin").post("/zoho/", {**CLIENT, "client_id": ""})
    assert SECRET not in answer.content.decode()


def test_refresh_asks_for_a_new_token(store: Store, browse: Browse, remotes: Remotes) -> None:
    browse("admin").post("/zoho/refresh/")
    assert remotes.asked == [("refresh_token", {})]


def test_disconnect_revokes_and_shows_the_way_back(store: Store, browse: Browse, remotes: Remotes) -> None:
    page = browse("admin").post("/zoho/disconnect/", follow=True).content.decode()
    assert remotes.asked == [("disconnect_zoho", {})]
    assert "Disconnected. The token is revoked" in page
    assert "Not connected" in page
    assert "Make an authorisation address" in page


def test_the_page_shows_when_the_token_was_made_and_ends(store: Store, browse: Browse) -> None:
    page = browse("admin").get("/zoho/").content.decode()
    assert "2026-03-01 12:00:00 UTC" in page
    assert "2026-03-01 13:00:00 UTC" in page
    assert "4,321 of 5,000" in page


def test_the_page_lists_what_was_read_of_the_organisation_and_when(store: Store, browse: Browse) -> None:
    organisation = ZohoOrganisation.objects.get()
    organisation.capabilities = {
        "taxes": [{"id": "1", "name": "VAT", "percentage": "20"}],
        "locations": [{"id": "1", "name": "Main shop", "primary": True}, {"id": "2", "name": "Store house"}],
        "preferences": {"round_total": "whole", "adjustment_approval": None, "salesorder_approval": True},
        "read_at": "2026-03-01T11:58:00+00:00",
    }
    organisation.save()
    page = browse("admin").get("/zoho/").content.decode()
    told = page[page.index('id="zoho-told"') :]
    for what, words in (
        ("Locations", "Main shop (primary), Store house"),
        ("Round off total", "to a whole number"),
        ("Approval of inventory adjustments", "not told by Zoho"),
        ("Approval of sales orders", "yes"),
    ):
        assert f"<dt>{what}</dt><dd>{words}</dd>" in told
    assert "2026-03-01 11:58:00 UTC" in told


def test_the_page_offers_every_data_centre_of_the_table() -> None:
    assert {key for key, _ in REGIONS} == set(regions.REGIONS)
