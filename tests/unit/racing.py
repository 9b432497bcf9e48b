"""Several threads of one process at the same budget and the same token; the tests start several such processes.

The database is that of `CSCART_ZOHO_DATABASE`. The last line printed is JSON:
how many calls were allowed, and the tokens that the threads got.
"""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

THREADS, CALLS, LIMIT = 3, 20, 70


@dataclass
class _Fresh:
    access_token: str
    lives_s: int = 3600


def environment(folder: Path, database: str) -> dict[str, str]:
    """A process of an installation of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CSCART_ZOHO_", "DJANGO_"))}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "cscart_zoho.settings",
        "CSCART_ZOHO_DATA": str(folder),
        "CSCART_ZOHO_DATABASE": database,
        "CSCART_ZOHO_SECRET_KEYS": Fernet.generate_key().decode(),
    }


def race(folder: Path, database: str, processes: int = 2) -> tuple[int, set[str], int]:
    """Calls allowed in all, the tokens that were got, and how often a token was asked for."""
    env, asked = environment(folder, database), folder / "asked.log"
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], env=env, check=True, timeout=100)
    words = [sys.executable, "-m", "tests.unit.racing", str(asked)]
    subprocess.run([*words, "prepare"], env=env, check=True, timeout=100)
    started = [subprocess.Popen([*words, "run"], env=env, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    told = [json.loads(process.communicate(timeout=100)[0].splitlines()[-1]) for process in started]
    tokens = {token for each in told for token in each["tokens"]}
    return sum(each["spent"] for each in told), tokens, len(asked.read_text().splitlines())


def _prepare() -> None:
    from cscart_zoho.store.models import ZohoOrganisation

    ZohoOrganisation.objects.create(organization_id="7", refresh_token="canary", daily_limit=LIMIT, minute_limit=None)


def _run(asked: Path) -> dict[str, Any]:
    from django.db import connections
    from django.utils import timezone

    from cscart_zoho.errors import QuotaGone, Throttled
    from cscart_zoho.store.budget import budget_of
    from cscart_zoho.store.models import ZohoOrganisation
    from cscart_zoho.store.tokens import access_token

    spent, tokens, lock = [0], list[str](), threading.Lock()

    def refresh(_: ZohoOrganisation) -> _Fresh:
        time.sleep(0.2)  # long enough for all the others to come
        with asked.open("a") as log:
            log.write(f"{os.getpid()}\n")
        return _Fresh(f"token of {os.getpid()}")

    def work() -> None:
        organisation = ZohoOrganisation.objects.get()
        token = access_token(organisation, refresh, now=timezone.now, sleep=lambda _: time.sleep(0.05))
        budget, mine = budget_of(organisation, timezone.now), 0
        for _ in range(CALLS):
            try:
                budget.spend()
                mine += 1
                budget.done({})
            except QuotaGone:
                break
            except Throttled:
                time.sleep(0.01)  # all seats are taken
        with lock:
            tokens.append(token)
            spent[0] += mine
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"spent": spent[0], "tokens": tokens}


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[2] == "prepare":
        _prepare()
    else:
        print(json.dumps(_run(Path(sys.argv[1]))))
