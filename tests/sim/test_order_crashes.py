"""Orders survive a kill at any point. All points: `python -m tests.sim --about orders --sweep`."""

import pytest

from tests.pace import first
from tests.sim import order_crashes

pytestmark = pytest.mark.django_db(transaction=True)

#: Points of the story that are killed, evenly spread: two with every change.
SHARES = (2, 6)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("share", first(1, SHARES))
def test_a_kill_anywhere_between_two_orders_loses_nothing_and_makes_nothing_twice(share: int) -> None:
    told = list(order_crashes.sweep(share))

    assert not [failure for one in told for failure in one.failures]
    assert sum(one.kills for one in told) == share
