"""`make sim SEEDS=300` and `make sim SEED=7`."""

import argparse
import json
import logging
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from tests.sim.told import Told

ABOUT = ["products", "customers", "orders"]


def prepare() -> None:
    """A database in memory and keys of its own, for this process alone."""
    from cryptography.fernet import Fernet

    folder = tempfile.mkdtemp(prefix="cscart-zoho-sim-")
    os.environ["CSCART_ZOHO_DATA"] = folder
    os.environ["CSCART_ZOHO_DATABASE"] = "sqlite://"
    os.environ["CSCART_ZOHO_SECRET_KEYS"] = Fernet.generate_key().decode()
    os.environ["CSCART_ZOHO_SIM_STORE_URL"] = "https://store.example.com"
    logging.disable(logging.CRITICAL)  # what goes wrong on purpose is not worth a line
    os.environ["DJANGO_SETTINGS_MODULE"] = "cscart_zoho.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def tell(which: tuple[str, int, bool]) -> Told:
    """The story of products, of customers or of orders of a seed; with or without the messages of both sides."""
    about, seed, hinted = which
    told: Told = _story(about).tell(seed, hinted=hinted)
    told.about = about
    if not told.failures:
        told.history = []  # stories without a failure stay short
    return told


def _story(about: str) -> Any:
    from tests.sim import customer_story, order_story, story

    return {"products": story, "customers": customer_story, "orders": order_story}[about]


def told(seeds: range, about: list[str], hinted: bool) -> Iterator[Told]:
    workers = min(os.cpu_count() or 1, len(seeds))
    stories = [(what, seed, hinted) for seed in seeds for what in about]
    with ProcessPoolExecutor(workers, initializer=prepare) as pool:
        yield from pool.map(tell, stories, chunksize=4)


def tell_one(seed: int, about: str, hinted: bool) -> None:
    prepare()
    one = _story(about).tell(seed, hinted=hinted)
    print("\n".join(one.history))
    print("\n".join(one.failures) or "nothing failed")
    print(summary([one]))
    sys.exit(bool(one.failures))


def sweep() -> None:
    """The story of orders, killed once at each of its points."""
    prepare()
    from tests.sim import order_crashes

    stories = []
    for one in order_crashes.sweep():
        stories.append(one)
        print("\n".join(one.failures), end="\n" * bool(one.failures), flush=True)
    print(summary(stories))
    sys.exit(any(one.failures for one in stories))


def summary(stories: list[Told]) -> str:
    return json.dumps(
        {
            "seeds": len(stories),
            "failing": sum(1 for one in stories if one.failures),
            "calls": sum(one.calls for one in stories),
            "faults": sum(one.faults for one in stories),
            "kills": sum(one.kills for one in stories),
            "edits": sum(one.edits for one in stories),
            "race_window": sum(one.race_window for one in stories),
            "zoho_calls": sum(one.zoho_calls for one in stories),
            "messages": dict(sum((Counter(one.messages) for one in stories), Counter())),
            "named": dict(sum((Counter(one.named) for one in stories), Counter())),
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="make sim", description="The deterministic simulation.")
    parser.add_argument("--seeds", type=int, default=300, help="how many seeds, from the first on")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="tell the story of one seed")
    parser.add_argument("--about", choices=[*ABOUT, "week"], help="only these; all seeds when left out")
    parser.add_argument("--shop", default="{}", help="what differs of the week's shop, as JSON: tests.sim.week.Shop")
    parser.add_argument("--hints", action="store_true", help="listen to the messages of both sides, badly carried")
    parser.add_argument("--sweep", action="store_true", help="kill the story of orders once at each of its points")
    arguments = parser.parse_args()
    if arguments.sweep:
        sweep()
    if arguments.about == "week":
        prepare()
        from tests.sim import week

        week.main(json.loads(arguments.shop))
        return
    if arguments.seed is not None:
        tell_one(arguments.seed, arguments.about or "products", arguments.hints)
    about = [arguments.about] if arguments.about else ABOUT
    stories = []
    for one in told(range(arguments.first, arguments.first + arguments.seeds), about, arguments.hints):
        stories.append(one)
        if one.failures:
            print(
                f"{one.about}, seed {one.seed}: {len(one.failures)} failures; the first: {one.failures[0]}", flush=True
            )
    print(summary(stories))
    sys.exit(any(one.failures for one in stories))


if __name__ == "__main__":
    main()
