"""A part of the simulation with every change, more in `make test-long`; `make sim` runs as many seeds as you like."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.pace import first, long
from tests.sim import customer_story, order_story, story

#: Seeds that failed once are run first for ever.
KEPT = [int(line) for line in (Path(__file__).parent / "seeds.txt").read_text().split() if line.isdigit()]

CUSTOMERS = [int(line) for line in (Path(__file__).parent / "customer_seeds.txt").read_text().split() if line.isdigit()]
ORDERS = [int(line) for line in (Path(__file__).parent / "order_seeds.txt").read_text().split() if line.isdigit()]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("seed", first(4, [*range(1, 5), *KEPT, *range(5, 41)]))
def test_no_promise_is_broken(seed: int) -> None:
    told = story.tell(seed)

    assert not told.failures, "\n".join(told.failures)
    assert told.calls


@pytest.mark.parametrize("seed", first(3, [*range(1, 3), *CUSTOMERS, *range(3, 21)]))
def test_no_promise_is_broken_to_customers_on_three_sides(seed: int) -> None:
    told = customer_story.tell(seed)

    assert not told.failures, "\n".join(told.failures)
    assert told.calls


@pytest.mark.parametrize("seed", first(3, [*range(1, 3), *ORDERS, *range(3, 7)]))
def test_no_promise_is_broken_to_orders_and_their_stock(seed: int) -> None:
    told = order_story.tell(seed)

    assert not told.failures, "\n".join(told.failures)
    assert told.calls


@pytest.mark.parametrize("about", first(1, [story, customer_story, order_story]), ids=lambda about: about.__name__)
def test_the_same_seed_tells_the_same_story(about: ModuleType) -> None:
    assert about.tell(7).digest == about.tell(7).digest


@long
def test_the_stories_have_faults_kills_and_people_in_them() -> None:
    told = [story.tell(seed) for seed in range(101, 105)]

    assert sum(one.faults for one in told) > 20
    assert sum(one.kills for one in told) > 0
    assert sum(one.edits for one in told) > 50
