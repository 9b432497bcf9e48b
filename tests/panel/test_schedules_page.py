"""The page Schedules: when things run, what may be changed, and secrets that are shown once."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cscart_zoho.jobs import cron_addresses
from cscart_zoho.jobs.timing import Quiet
from cscart_zoho.records import Entity
from cscart_zoho.store.models import AuditEntry, CronAddress, Run, RunState, Schedule, Store, ZohoOrganisation

Browse = Callable[[str], Client]
ENTITIES = ("products", "customers", "orders")


@pytest.fixture(autouse=True)
def _hourly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CSCART_ZOHO_EVERY_MINUTES", raising=False)


@pytest.fixture
def permitted(store: Store) -> Store:
    ZohoOrganisation.objects.update(scopes="ZohoInventory.FullAccess.all", time_zone="Asia/Kolkata")
    return store


def filled(**changes: str) -> dict[str, str]:
    """What a browser sends for a fresh page; `products_every="30"` changes one input, `products_on=""` unticks it."""
    sent = {f"{entity}-{name}": "" for entity in ENTITIES for name in ("every", "cron", "quiet_from", "quiet_until")}
    sent |= {f"{entity}-on": "on" for entity in ENTITIES}
    sent |= {name.replace("_", "-", 1): value for name, value in changes.items()}
    return {name: value for name, value in sent.items() if value or not name.endswith("-on")}


def shown(client: Client) -> str:
    return unescape(client.get("/schedules/").content.decode())


def row_of(page: str, entity: str, kind: str = "schedule") -> str:
    return page.split(f'id="{kind}-{entity}">')[1].split("</tr>" if kind == "cron" else "</article>")[0]


def test_each_kind_of_record_has_a_row_with_its_next_and_its_last_run(permitted: Store, browse: Browse) -> None:
    asked = timezone.now()
    run = Run.objects.create(
        store=permitted, entity="orders", trigger="schedule", asked_key="k", asked_at=asked, state=RunState.DONE
    )
    page = shown(browse("viewer"))
    for entity in ENTITIES:
        assert "Every hour: " in row_of(page, entity)
    assert f'href="/runs/{run.pk}/"' in row_of(page, "orders")
    assert "None yet" in row_of(page, "products")
    assert "Asia/Kolkata" in page


def test_changes_are_saved_and_written_down(permitted: Store, browse: Browse) -> None:
    changes = {
        "products_every": "30",
        "customers_cron": "30 2 * * MON-FRI",
        "orders_quiet_from": "22:00",
        "orders_quiet_until": "06:00",
    }
    answer = browse("admin").post("/schedules/save/", filled(**changes))
    assert answer.status_code == 302
    rows = {row.entity: row for row in Schedule.objects.all()}
    assert (rows["products"].every_minutes, rows["customers"].cron) == (30, "30 2 * * MON-FRI")
    assert (f"{rows['orders'].quiet_from:%H:%M}", f"{rows['orders'].quiet_until:%H:%M}") == ("22:00", "06:00")
    told = set(AuditEntry.objects.filter(who="admin", what="schedule changed").values_list("detail", flat=True))
    assert "products: on, every 30 minutes, no quiet hours" in told
    assert len(told) == 3
    page = shown(browse("viewer"))
    assert "Every 30 minutes: " in row_of(page, "products")
    assert "At 02:30 on Monday through Friday: " in row_of(page, "customers")
    assert row_of(page, "customers").count("02:30") == 4, "its meaning and three moments"
    assert "not between 22:00 and 06:00" in row_of(page, "orders")


def test_saving_a_page_that_nobody_changed_changes_nothing(permitted: Store, browse: Browse) -> None:
    admin = browse("admin")
    admin.post("/schedules/save/", filled())
    assert not Schedule.objects.exists()
    assert "Nothing was changed." in shown(admin)
    assert not AuditEntry.objects.filter(what="schedule changed").exists()


def test_a_schedule_is_switched_off_and_back_to_the_installations_interval(permitted: Store, browse: Browse) -> None:
    admin = browse("admin")
    admin.post("/schedules/save/", filled(products_every="5", products_on=""))
    assert "Switched off." in row_of(shown(admin), "products")
    admin.post("/schedules/save/", filled())
    assert Schedule.objects.get(entity="products").every_minutes is None
    assert "Every hour: " in row_of(shown(admin), "products")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"products_every": "often"}, "is no interval"),
        ({"products_every": "0"}, "whole minutes from 1 to 43,200"),
        ({"products_cron": "every night"}, "is no cron expression"),
        ({"products_cron": "61 * * * *"}, "It goes from 0 to 59"),
        ({"products_cron": "0 0 31 2 *"}, "has to come in a month that is named"),
        ({"products_quiet_from": "22:00"}, "One end of the quiet hours is missing"),
        ({"products_quiet_from": "10pm", "products_quiet_until": "06:00"}, "is no time of day"),
        ({"products_quiet_from": "06:00", "products_quiet_until": "06:00"}, "at the same time"),
        ({"products_cron": "<script>alert(1)</script>"}, "is no cron expression"),
    ],
)
def test_bad_input_is_refused_with_words_beside_it_and_nothing_is_saved(
    permitted: Store, browse: Browse, change: dict[str, str], words: str
) -> None:
    answer = browse("admin").post("/schedules/save/", filled(orders_every="5", **change))
    page = unescape(answer.content.decode())
    assert answer.status_code == 200
    assert words in row_of(page, "products")
    for given in change.values():
        assert f'value="{given}"' in row_of(page, "products"), "what was written can be corrected"
    assert 'value="5"' in row_of(page, "orders")
    assert "<script>" not in answer.content.decode().split("</head>")[1]
    assert not Schedule.objects.exists()


def test_what_zoho_does_not_permit_has_its_reason_in_its_row(permitted: Store, browse: Browse) -> None:
    ZohoOrganisation.objects.update(scopes="ZohoInventory.items.ALL")
    page = shown(browse("viewer"))
    assert "no permission for orders" in row_of(page, "orders")
    assert "Every hour: " in row_of(page, "products")


def test_before_anything_is_connected_the_page_leads_to_it(browse: Browse) -> None:
    page = shown(browse("admin"))
    assert 'href="/store/"' in page
    assert "The store is not connected yet." in page
    assert "<article" not in page
    assert browse("admin").post("/schedules/save/", filled()).status_code == 302
    assert browse("admin").post("/schedules/cron/products/").status_code == 302


def test_before_zoho_is_connected_the_rows_say_why_nothing_runs(store: Store, browse: Browse) -> None:
    ZohoOrganisation.objects.update(refresh_token="")
    page = shown(browse("admin"))
    assert "Connect Zoho" in page
    assert "Paused until Zoho is connected." in row_of(page, "products")


def test_an_installation_whose_interval_makes_no_sense_is_told(
    permitted: Store, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "often")
    assert "CSCART_ZOHO_EVERY_MINUTES" in shown(browse("admin"))


def test_a_viewer_sees_everything_and_can_change_nothing(permitted: Store, browse: Browse) -> None:
    page = shown(browse("viewer"))
    content = page.split('id="schedules"')[1]
    assert "<input" not in content
    assert "<button" not in content


# The addresses for the server's cron


def made(client: Client, entity: str) -> tuple[str, str]:
    """The page that shows a new secret, and the secret."""
    page = unescape(client.post(f"/schedules/cron/{entity}/").content.decode())
    return page, page.split("X-Cron-Secret: ")[1].split("'")[0]


def test_a_secret_is_shown_once_with_a_line_for_the_crontab(permitted: Store, browse: Browse) -> None:
    admin = browse("admin")
    page, secret = made(admin, "orders")
    assert cron_addresses.crontab_line(permitted, Entity.ORDERS, secret) in page
    assert f"/cron/orders/{secret}/" in page
    assert f"/index.php?dispatch=sg_zoho_order_cron.run&secret={secret}" in page
    assert secret not in shown(admin)
    assert "Make another secret" in row_of(shown(admin), "orders", "cron")
    assert AuditEntry.objects.get(what="cron secret made").detail == "orders"
    assert secret not in str(list(AuditEntry.objects.values()))
    assert secret not in str(list(CronAddress.objects.values()))


def test_the_secret_that_is_shown_works_and_another_one_ends_it(permitted: Store, browse: Browse) -> None:
    admin, cron = browse("admin"), Client()
    _, first = made(admin, "orders")
    assert cron.get(f"/cron/orders/{first}/").status_code == 202
    assert "1 call in all" in row_of(shown(admin), "orders", "cron")
    _, second = made(admin, "orders")
    assert cron.get(f"/cron/orders/{first}/").status_code == 404
    assert cron.get(f"/cron/orders/{second}/").status_code == 202


def test_an_address_for_something_else_is_not_made(permitted: Store, browse: Browse) -> None:
    assert browse("admin").post("/schedules/cron/accounts/").status_code == 302
    assert not CronAddress.objects.exists()


def test_a_run_of_the_servers_cron_says_so(permitted: Store, browse: Browse) -> None:
    _, secret = made(browse("admin"), "products")
    Client().get(f"/cron/products/{secret}/")
    assert "the server's cron" in unescape(browse("viewer").get("/runs/").content.decode())


def test_a_page_shown_while_a_run_waits_tells_the_moment_after_it(permitted: Store, browse: Browse) -> None:
    Schedule.objects.create(store=permitted, entity="products", every_minutes=30, changed_at=timezone.now())
    long_ago: dict[str, Any] = {"asked_at": timezone.now() - timedelta(hours=5), "state": RunState.WAITING}
    asked_key = cron_addresses.WHOLE.key
    Run.objects.create(store=permitted, entity="products", trigger="schedule", asked_key=asked_key, **long_ago)
    row = row_of(shown(browse("viewer")), "products")
    assert "Waiting" in row
    assert "ago" not in row.split("Last run")[0].split("Run ")[0]


def test_quiet_hours_read_back_as_they_were_written(permitted: Store, browse: Browse) -> None:
    admin = browse("admin")
    admin.post("/schedules/save/", filled(products_quiet_from="22:00", products_quiet_until="06:00"))
    row = row_of(shown(admin), "products")
    assert 'value="22:00"' in row
    assert 'value="06:00"' in row
    kept = Schedule.objects.get()
    assert str(Quiet(kept.quiet_from, kept.quiet_until)) == "22:00-06:00"  # type: ignore[arg-type]
