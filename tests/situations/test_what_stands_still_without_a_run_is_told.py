"""No run says so where none begins any more, or where the one that began was cut off."""

import pytest

from cscart_zoho import app
from cscart_zoho.cli.doctor import examine
from cscart_zoho.errors import ConnectorError
from cscart_zoho.jobs.concerns import Concern
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.store.models import Run, Store
from tests.situations.elsewhere import present
from tests.situations.shop import Shop


def told(key: str) -> list[Concern]:
    store = present()
    return [concern for concern in concerns(store, store.zoho, app.now()) if concern.key == key]


def doctor() -> dict[str, str]:
    """What the doctor does not find well."""
    return {finding.what: finding.words for finding in examine() if not finding.ok}


def test_orders_that_zoho_gives_no_permission_for_any_more(shop: Shop) -> None:
    store = shop.connect()
    assert store.zoho is not None
    only = ",".join(scope for scope in app.scopes().split(",") if "salesorders" not in scope)
    app.connect_zoho(store.zoho, code=shop.world.zoho.self_client_code(only), self_client=True)
    (concern,) = told("paused:orders")
    assert "Orders are not synced. Zoho has given no permission for orders." in concern.text
    assert (concern.grave, concern.address) == (True, "/zoho/")
    assert "Zoho has given no permission for orders." in doctor()["Orders"]
    store.first_syncs = {}
    store.save(update_fields=["first_syncs"])
    assert told("paused:orders") == [], "nobody has started them"


@pytest.mark.parametrize("kind", ["customers", "orders"])
def test_settings_that_cannot_be_read(shop: Shop, kind: str) -> None:
    store = shop.connect()
    Store.objects.filter(pk=store.pk).update(**{f"{kind[:-1]}_choices": {"nonsense": 1}})
    (concern,) = told(f"paused:{kind}")
    assert f"The settings for {kind} cannot be read." in concern.text
    assert concern.address == f"/settings/{kind}/"
    assert concern.text.endswith(doctor()[kind.capitalize()])


def test_a_run_that_was_cut_off_and_that_no_worker_takes_up(shop: Shop) -> None:
    """What is under way is not due, and what waits behind it need not be there: nothing else tells of it."""
    store = shop.connect()
    run = Run.objects.create(
        store=store, entity="products", trigger="schedule", asked_key="k", asked_at=app.now(), state="running",
        lease=1, heartbeat_at=app.now(),
    )  # fmt: skip
    shop.hours(0.1)
    assert told("worker") == []
    shop.hours(1)
    (concern,) = told("worker")
    assert concern.text.startswith(f"Run {run.pk} was cut off and no worker goes on with it.")


def test_a_trouble_that_was_found_by_trying_out_is_over_with_the_next_run(shop: Shop) -> None:
    """And not before: what fails in between leaves it."""
    shop.both("LAMP", 5)
    shop.sync("products")
    shop.unconnected += [("GET", "/api")] * 50
    with pytest.raises(ConnectorError):
        app.connect_store(present())
    assert shop.run("products").state == "failed"
    assert "CS-Cart cannot be reached" in told("store")[0].text
    shop.unconnected.clear()
    shop.sync("products")
    assert told("store") == []
