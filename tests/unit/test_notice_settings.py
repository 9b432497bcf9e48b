"""Who hears of what needs a person: what may be set, and what is refused."""

import pytest

from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs.notices import change_settings, read_addresses, read_hour
from cscart_zoho.jobs.telling import read_webhook
from cscart_zoho.store.models import NoticeSettings, Store

pytestmark = pytest.mark.django_db
HOOK = "https://hooks.example.com/services/canary-part-4417"


@pytest.fixture
def store() -> Store:
    return Store.objects.create(name="Example")


@pytest.mark.parametrize(
    "given",
    ["anna", "anna@example.com\nBcc: x", "a@example.com\r\nSubject: x", "a b@example.com", "a@example.com\u2028x", "@"],
)
def test_an_address_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(WrongSetting, match="is no e-mail address") as refused:
        read_addresses(given)
    assert str(refused.value).isprintable()


def test_addresses_are_kept_one_a_line_and_not_without_number() -> None:
    given = " anna@example.com, bert@example.com\n\nanna@example.com "
    assert read_addresses(given) == "anna@example.com\nbert@example.com"
    with pytest.raises(WrongSetting, match="There are 21 addresses"):
        read_addresses("\n".join(f"a{n}@example.com" for n in range(21)))


@pytest.mark.parametrize("given", ["", "24", "-1", "8.5", "eight", "٨"])
def test_an_hour_is_one_of_a_day(given: str) -> None:
    assert read_hour("8") == 8
    with pytest.raises(WrongSetting):
        read_hour(given)


@pytest.mark.parametrize(
    "given",
    [
        "http://hooks.example.com/canary",
        "https://user:canary@hooks.example.com/",
        "file:///etc/canary",
        "https://",
        "https://hooks.example.com/\ncanary",
        "https://hooks.example.com/canary" + "x" * 2000,
    ],
)
def test_an_address_for_messages_that_cannot_be_used_is_refused_and_not_repeated(given: str) -> None:
    assert read_webhook(f" {HOOK} ") == HOOK
    assert read_webhook("") == ""
    with pytest.raises(WrongSetting) as refused:
        read_webhook(given)
    assert "canary" not in refused.value.for_people()


def test_the_address_for_messages_is_not_readable_in_the_database(store: Store) -> None:
    change_settings(store, webhook=HOOK)
    (stored,) = NoticeSettings.objects.extra(select={"raw": "webhook"}).values_list("raw", flat=True)
    assert "canary" not in stored


def test_saving_the_same_changes_nothing(store: Store) -> None:
    assert change_settings(store, emails="anna@example.com", digest_hour=8) == ["emails"]
    assert change_settings(store, emails="anna@example.com", digest_hour=8) == []
