"""Logging in: one answer for every failure, counted per account and per address."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from cscart_zoho.panel.login import ENDED, LOGGED_IN, LOGGED_OUT, PER_ACCOUNT, PER_ADDRESS, REFUSED, SORRY
from cscart_zoho.panel.roles import Role, ensure_roles, may, role_of
from cscart_zoho.panel.security import IDLE_S, LIFE_S
from cscart_zoho.store.models import AuditEntry
from tests.panel.conftest import PASSWORD


@pytest.fixture
def user(db: None) -> User:
    ensure_roles()
    made = User.objects.create_user("vera", password=PASSWORD)
    made.groups.add(Group.objects.get(name="viewer"))
    return made


def attempt(name: str, password: str, *, address: str = "192.0.2.1", **more: str) -> tuple[int, str]:
    answer = Client(REMOTE_ADDR=address).post("/login/", {"username": name, "password": password}, headers=more)
    return answer.status_code, answer.content.decode()


def test_the_right_password_opens_and_leaves_one_row(user: User) -> None:
    assert attempt("vera", PASSWORD)[0] == 302
    assert list(AuditEntry.objects.values_list("who", "what", "detail")) == [("vera", LOGGED_IN, "192.0.2.1")]


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(user: User) -> None:
    for name in ("vera", "stranger"):
        status, page = attempt(name, "wrong")
        assert status == 200
        assert SORRY in page
    assert AuditEntry.objects.filter(what=REFUSED).count() == 2


def test_a_user_without_a_role_cannot_log_in(user: User) -> None:
    user.groups.clear()
    status, page = attempt("vera", PASSWORD)
    assert (status, SORRY in page) == (200, True)


def test_after_ten_refusals_the_account_is_closed_to_every_address(user: User) -> None:
    for number in range(PER_ACCOUNT):
        attempt("vera", "wrong", address=f"192.0.2.{number}")
    assert attempt("Vera", PASSWORD, address="198.51.100.9")[0] == 200
    assert AuditEntry.objects.filter(what=REFUSED).count() == PER_ACCOUNT


def test_after_twenty_refusals_the_address_is_closed_to_every_account(user: User) -> None:
    for number in range(PER_ADDRESS):
        attempt(f"stranger-{number}", "wrong")
    assert attempt("vera", PASSWORD)[0] == 200
    assert attempt("vera", PASSWORD, address="198.51.100.9")[0] == 302


def test_a_forwarded_address_is_not_believed(user: User) -> None:
    for number in range(PER_ADDRESS):
        attempt(f"stranger-{number}", "wrong", **{"X-Forwarded-For": f"203.0.113.{number}"})
    assert attempt("vera", PASSWORD, **{"X-Forwarded-For": "203.0.113.99"})[0] == 200


def test_an_hour_later_the_account_is_open_again(user: User) -> None:
    for _ in range(PER_ACCOUNT):
        attempt("vera", "wrong")
    AuditEntry.objects.update(at=timezone.now() - timedelta(minutes=61))
    assert attempt("vera", PASSWORD)[0] == 302


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil.example"],
)
def test_after_login_nobody_is_sent_elsewhere(target: str, user: User) -> None:
    answer = Client().post("/login/", {"username": "vera", "password": PASSWORD, "next": target})
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
    assert "javascript" not in answer["Location"]


def test_a_control_character_in_a_name_stays_out_of_the_log(user: User) -> None:
    attempt("eve\x1b[31m\nadmin logged in", "wrong")
    assert all(entry.who.isprintable() for entry in AuditEntry.objects.all())


def test_logging_in_gives_a_new_session(user: User) -> None:
    client = Client()
    client.get("/login/")
    client.post("/login/", {"username": "vera", "password": PASSWORD})
    first = client.cookies["cscart-zoho"].value
    client.post("/logout/")
    again = Client()
    again.cookies["cscart-zoho"] = first
    assert again.get("/").status_code == 302


def test_roles_contain_each_other(people: dict[str, User]) -> None:
    assert role_of(people["nobody"]) is None
    assert [may(people["operator"], role) for role in Role] == [True, True, False]
    assert role_of(User(username="root", is_superuser=True)) is Role.ADMIN
    assert role_of(User(username="gone", is_superuser=True, is_active=False)) is None


def test_roles_can_be_made_twice(db: None) -> None:
    ensure_roles()
    ensure_roles()
    assert sorted(Group.objects.values_list("name", flat=True)) == ["admin", "operator", "viewer"]


def aged(client: Client, **seconds: float) -> Client:
    """The same session, so much older."""
    session = client.session
    for name, age_s in seconds.items():
        session[name] -= age_s
    session.save()
    return client


@pytest.mark.parametrize(
    ("ages", "open_"),
    [
        ({"seen": IDLE_S - 60}, True),
        ({"seen": IDLE_S + 1}, False),
        ({"began": LIFE_S - 60}, True),
        ({"began": LIFE_S + 1}, False),
    ],
)
def test_a_session_ends_when_idle_and_at_the_latest_after_twelve_hours(
    ages: dict[str, float], open_: bool, browse: Callable[[str], Client]
) -> None:
    client = aged(browse("viewer"), **ages)
    assert (client.get("/").status_code == 200) is open_


def test_use_keeps_a_session_open_and_a_progress_strip_does_not(browse: Callable[[str], Client]) -> None:
    client = aged(browse("viewer"), seen=600)
    before = client.session["seen"]
    client.get("/runs/1/progress/")
    assert client.session["seen"] == before
    client.get("/runs/")
    assert client.session["seen"] > before


def test_a_strip_without_a_session_reloads_the_page_instead_of_showing_a_login(db: None) -> None:
    answer = Client().get("/runs/1/progress/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (401, "true")


def test_a_lesser_role_gets_a_sentence(browse: Callable[[str], Client]) -> None:
    assert "This needs the role admin." in browse("viewer").get("/settings/").content.decode()


def last_row() -> tuple[str, str]:
    entry = AuditEntry.objects.latest("pk")
    return entry.who, entry.what


def test_a_log_out_leaves_a_row(user: User) -> None:
    client = Client()
    client.force_login(user)
    client.post("/logout/")
    assert last_row() == ("vera", LOGGED_OUT)


def test_a_session_that_grew_too_old_leaves_another_row(user: User) -> None:
    client = Client()
    client.force_login(user)
    session = client.session
    session["seen"] = 0.0
    session.save()
    client.get("/")
    assert last_row() == ("vera", ENDED)


def test_a_changed_password_leaves_a_row_and_a_refused_one_does_not(user: User) -> None:
    client = Client()
    client.force_login(user)
    new = "another synthetic one"
    client.post("/password/", {"old_password": "wrong", "new_password1": new, "new_password2": new})
    assert not AuditEntry.objects.exists()
    client.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert last_row() == ("vera", "password changed")
