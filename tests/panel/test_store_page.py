"""The store connection, the overview and the users."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from cscart_zoho.cli.status import product_counts
from cscart_zoho.errors import NotConnected, Unreachable
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.store.models import AuditEntry, Conflict, Observation, Run, Store, ZohoOrganisation
from tests.panel.conftest import KEY, PASSWORD, SEEN, Remotes, fill

Browse = Callable[[str], Client]
FORM = {"name": "My store", "url": "https://store.example.com", "email": "admin@example.com", "api_key": KEY}


def test_a_new_store_is_saved_tried_out_and_joined_with_zoho(browse: Browse, remotes: Remotes) -> None:
    zoho = ZohoOrganisation.objects.create(client_id="1000.SYNTHETIC")
    page = browse("admin").post("/store/", FORM, follow=True).content.decode()
    saved = Store.objects.get()
    assert (saved.api_key, saved.zoho_id) == (KEY, zoho.pk)
    assert remotes.asked == [("connect_store", {})]
    assert "The store answers." in page
    assert "4.20.1" in page
    assert KEY not in page


def test_a_currency_that_has_changed_is_told_beside_the_button_that_confirms_it(store: Store, browse: Browse) -> None:
    store.capabilities = {**store.capabilities, "currency": "USD", "currency_reading": {"told": "EUR"}}
    store.save()
    page = browse("admin").get("/store/").content.decode()
    assert "primary currency is EUR now; it was USD when the store was connected" in page
    assert "Test the connection now" in page
    assert "Primary currency" in page
    assert "Currency reading" not in page
    assert "is EUR now" in browse("admin").get("/settings/orders/").content.decode()
    assert "is EUR now" in browse("viewer").get("/").content.decode()


def test_what_an_old_store_cannot_keep_is_told_until_it_can(store: Store, browse: Browse) -> None:
    store.capabilities = {**store.capabilities, "keeps_shipping": False, "addon": False}
    store.save()
    page = browse("admin").get("/store/").content.decode()
    assert "empties the shipping address of a customer" in page
    assert "changes from Zoho are held" in page

    store.capabilities = {**store.capabilities, "keeps_shipping": True}
    store.save()
    assert "empties the shipping address" not in browse("admin").get("/store/").content.decode()


def test_an_empty_key_keeps_the_stored_one(store: Store, browse: Browse) -> None:
    browse("admin").post("/store/", {**FORM, "name": "Renamed", "api_key": ""})
    store.refresh_from_db()
    assert (store.name, store.api_key) == ("Renamed", KEY)


def test_a_first_store_needs_a_key(browse: Browse, remotes: Remotes) -> None:
    page = browse("admin").post("/store/", {**FORM, "api_key": ""}).content.decode()
    assert "Enter the key" in page
    assert not Store.objects.exists()
    assert remotes.asked == []


@pytest.mark.parametrize(
    "typed", [{"url": "https://other.example.com"}, {"email": "someone@example.com"}, {"api_key": "mistyped"}]
)
def test_what_was_mistyped_leaves_a_connection_that_works_as_it_was(
    store: Store, browse: Browse, remotes: Remotes, typed: dict[str, str]
) -> None:
    before = (store.url, store.email, store.api_key, store.connected_at)
    remotes.error = Unreachable("Nothing answers.")
    page = browse("admin").post("/store/", {**FORM, **typed}, follow=True).content.decode()
    assert "Nothing answers." in page
    assert "Nothing was changed: the connection stays as it was." in page
    store.refresh_from_db()
    assert (store.url, store.email, store.api_key, store.connected_at) == before
    assert store.connected

    remotes.error = None
    browse("admin").post("/store/", {**FORM, **typed})
    store.refresh_from_db()
    assert (store.url, store.email, store.api_key) != before[:3]


def test_the_first_words_are_kept_though_nothing_answers_to_them(
    store: Store, browse: Browse, remotes: Remotes
) -> None:
    Store.objects.update(connected_at=None)
    remotes.error = Unreachable("Nothing answers.")
    browse("admin").post("/store/", {**FORM, "url": "https://other.example.com"})
    store.refresh_from_db()
    assert store.url == "https://other.example.com"
    assert not store.connected


def test_what_is_wrong_with_the_store_becomes_a_sentence(store: Store, browse: Browse, remotes: Remotes) -> None:
    remotes.error = NotConnected("The store refused the key.", advice="Copy the key again.")
    page = browse("admin").post("/store/test/", follow=True).content.decode()
    assert "The store refused the key. Copy the key again." in page
    remotes.error = Unreachable("Nothing answers at https://store.example.com.")
    assert "Nothing answers" in browse("admin").post("/store/", FORM, follow=True).content.decode()


def test_the_first_start_says_what_to_connect(browse: Browse) -> None:
    page = browse("admin").get("/").content.decode()
    assert "The store is not connected." in page
    assert "Zoho is not connected." in page
    assert "No run yet." in page


def test_the_overview_names_what_needs_attention_the_gravest_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "0")
    fill(store, cscart=4, zoho=2, linked=2)
    Observation.objects.filter(side="cscart", number__in=(1, 2)).update(state="held")
    Observation.objects.filter(side="zoho", number=1).update(state="failed")
    Conflict.objects.create(
        store=store, entity="products", cscart_id="1", zoho_id="1", field="name", policy="ask", found_at=SEEN
    )
    store.zoho.trouble = "The token was revoked."  # type: ignore[union-attr]
    assert [(c.text, c.address) for c in concerns(store, store.zoho)] == [
        ("Zoho: The token was revoked.", "/zoho/"),
        ("1 product of Zoho: failed.", "/zoho-items/?state__exact=failed"),
        ("2 products of CS-Cart: held.", "/products/?state__exact=held"),
        ("1 conflict waits for your answer.", "/conflicts/"),
    ]


def test_a_pair_that_is_held_needs_attention_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "0")
    fill(store, cscart=3, zoho=3, linked=2)
    Observation.objects.filter(number__in=(1, 3)).update(state="held")
    assert [c.text for c in concerns(store, store.zoho)] == [
        "2 products of CS-Cart: held.",
        "1 product of Zoho: held.",
    ]
    assert product_counts(store)["held"] == 3


def test_the_links_of_the_overview_show_what_they_name(store: Store, browse: Browse) -> None:
    fill(store, cscart=3, zoho=0, linked=0)
    Observation.objects.filter(number=2).update(state="held")
    page = browse("viewer").get("/products/?state__exact=held").content.decode()
    assert "Synthetic product 2" in page
    assert "Synthetic product 3" not in page


def test_a_run_that_nobody_takes_is_a_concern(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "0")
    long_ago = timezone.now() - timedelta(minutes=10)
    run = Run.objects.create(store=store, trigger="cli", asked={}, asked_key="k", asked_at=long_ago)
    assert [c.address for c in concerns(store, store.zoho)] == [f"/runs/{run.pk}/"]
    Run.objects.update(not_before=timezone.now() + timedelta(hours=1))
    assert concerns(store, store.zoho) == []


def test_an_admin_adds_a_user_with_a_role(browse: Browse) -> None:
    client = browse("admin")
    form = {"username": "vera", "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post("/users/add/", {**form, "groups": [Group.objects.get(name="viewer").pk]})
    assert answer.status_code == 302
    made = User.objects.get(username="vera")
    assert made.password.startswith("argon2")
    assert [group.name for group in made.groups.all()] == ["viewer"]
    assert AuditEntry.objects.filter(who="admin", what="user added").count() == 1


def test_a_user_form_cannot_make_a_superuser(browse: Browse, people: dict[str, User]) -> None:
    user = people["viewer"]
    form = {"username": "viewer", "is_active": "on", "is_superuser": "on", "is_staff": "on", "groups": []}
    browse("admin").post(f"/users/{user.pk}/change/", form)
    user.refresh_from_db()
    assert not user.is_superuser
    assert not user.is_staff


def test_a_short_or_common_password_is_refused(browse: Browse) -> None:
    for weak in ("short", "password1234"):
        form = {"username": "vera", "password1": weak, "password2": weak}
        assert browse("admin").post("/users/add/", form).status_code == 200
    assert not User.objects.filter(username="vera").exists()


def test_a_sign_of_life_needs_no_login_and_tells_nothing(db: None) -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_an_admin_cannot_take_away_the_own_role(browse: Browse, people: dict[str, User]) -> None:
    client, user = browse("admin"), people["admin"]
    assert client.get(f"/users/{user.pk}/change/").status_code == 200
    client.post(f"/users/{user.pk}/change/", {"username": "admin", "groups": []})
    user.refresh_from_db()
    assert user.is_active
    assert user.groups.filter(name="admin").exists()


def test_an_admin_changes_the_role_of_somebody_else(browse: Browse, people: dict[str, User]) -> None:
    user, group = people["viewer"], Group.objects.get(name="operator")
    browse("admin").post(f"/users/{user.pk}/change/", {"username": "viewer", "groups": [group.pk], "is_active": "on"})
    assert [g.name for g in user.groups.all()] == ["operator"]


def test_the_same_place_in_another_spelling_needs_no_word(store: Store, browse: Browse) -> None:
    fill(store, cscart=1, zoho=1, linked=1)
    for url in ("https://store.example.com/", "http://Store.example.com", "store.example.com"):
        assert browse("admin").post("/store/", {**FORM, "url": url}).status_code == 302


def test_a_store_without_pairs_may_move_freely(store: Store, browse: Browse) -> None:
    assert browse("admin").post("/store/", {**FORM, "url": "https://shop.example.com"}).status_code == 302
