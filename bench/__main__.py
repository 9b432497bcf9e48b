"""`make bench`: what the connector costs over what the same work costs without it, as ratios within one run.

Machines differ and are busy; the ratio of two measurements made one after the
other says more than either. Nothing here leaves the process.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

CREATED = 500
LINKED = 3_000
ROWS = 272_028


def prepare() -> None:
    """A database in a file of its own, as on a user's machine."""
    from cryptography.fernet import Fernet

    folder = tempfile.mkdtemp(prefix="cscart-zoho-bench-")
    os.environ["CSCART_ZOHO_DATA"] = folder
    os.environ["CSCART_ZOHO_SECRET_KEYS"] = Fernet.generate_key().decode()
    os.environ["CSCART_ZOHO_SIM_STORE_URL"] = "https://store.example.com"
    os.environ["CSCART_ZOHO_LOG_LEVEL"] = "CRITICAL"
    os.environ["DJANGO_SETTINGS_MODULE"] = "cscart_zoho.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Seconds of the fastest of some tries."""
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


@contextmanager
def world(products: int, *, paired: bool) -> Any:
    from tests.connected import connect
    from tests.sim.story import forget

    from cscart_zoho import app
    from cscart_zoho_sim.catalogue import goods
    from cscart_zoho_sim.world import World

    forget()
    here = World.empty(1, plan="premium", per_minute_limit=None, daily_limit=10**9)
    for sample in goods(products, seed=1):
        here.cscart.add_product(**sample.product())
        if paired:
            here.zoho.add_item(**sample.item())
    with app.using_transport(here.transport(), here.clock):
        yield here, connect(here)


def bare_client(here: Any) -> tuple[Any, str, dict[str, str]]:
    import httpx2

    client = httpx2.Client(transport=here.transport(), auth=(here.cscart.email, here.cscart.api_key))
    token = here.zoho.issue_access_token()
    return client, f"{here.zoho.api_url}/inventory/v1/items", {"authorization": f"Zoho-oauthtoken {token}"}


def creating() -> dict[str, float]:
    """New items: the whole first run over the bare POSTs."""
    from tests.connected import sync

    with world(CREATED, paired=False) as (here, store):
        connector = timed(lambda: sync(store))
    with world(1, paired=False) as (here, _):
        client, url, headers = bare_client(here)
        params = {"organization_id": here.zoho.organization_id}

        def post() -> None:
            for n in range(CREATED):
                body = {"name": f"Bare {n}", "sku": f"B-{n}", "rate": 1.5}
                client.post(
                    url,
                    params=params,
                    headers={**headers, "content-type": "application/json"},
                    content=json.dumps(body),
                )

        bare = timed(post)
    return {"records": CREATED, "connector_s": connector, "bare_s": bare}


def idle() -> dict[str, float]:
    """A run that finds nothing to do, over reading and decoding the same lists."""
    from tests.connected import sync

    with world(LINKED, paired=True) as (here, store):
        sync(store)
        here.clock.advance(3600)
        connector = timed(lambda: sync(store), 3)
        client, _, _ = bare_client(here)

        def read() -> None:
            for page in range(1, -(-LINKED // 250) + 1):
                client.get(f"{here.cscart.url}/api/products", params={"page": page, "items_per_page": 250}).json()

        bare = timed(read, 3)
    return {"records": LINKED, "connector_s": connector, "bare_s": bare}


def tiles() -> dict[str, float]:
    """The six tiles of the reference shop's size, over one plain count of the table."""
    from django.utils import timezone
    from tests.sim.story import forget

    from cscart_zoho.panel.products import tiles as six
    from cscart_zoho.store.models import Observation, Store

    forget()
    store = Store.objects.create(name="Example")
    rows = (
        Observation(
            store=store,
            entity="products",
            side="cscart",
            remote_id=str(n),
            number=n,
            key=f"S-{n}",
            folded_key=f"s-{n}",
            linked=n < 55,
            seen_at=timezone.now(),
        )
        for n in range(ROWS)
    )
    Observation.objects.bulk_create(rows, batch_size=2_000)
    return {
        "records": ROWS,
        "connector_s": timed(lambda: six(store), 5),
        "bare_s": timed(lambda: Observation.objects.filter(side="cscart").count(), 5),
    }


def main() -> None:
    prepare()
    told: dict[str, dict[str, float]] = {}
    for name, work in (("new items", creating), ("idle run", idle), ("six tiles", tiles)):
        figures = work()
        figures["ratio"] = round(figures["connector_s"] / figures["bare_s"], 2)
        told[name] = figures
        print(
            f"{name:10} {figures['records']:>8,.0f} records   connector {figures['connector_s']:8.3f} s   "
            f"bare {figures['bare_s']:8.3f} s   ratio {figures['ratio']:6.2f}",
            flush=True,
        )
    print(
        json.dumps({name: {key: round(value, 4) for key, value in figures.items()} for name, figures in told.items()})
    )


if __name__ == "__main__":
    main()
