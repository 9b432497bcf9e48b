"""Which of these tests belong to every change: all that ask one side, and some of those that let whole runs go."""

from pathlib import Path

import pytest

from tests.pace import keep_first

#: Files whose tests let the whole product run, for seconds each.
WHOLE_RUNS = (
    "calls",
    "customer_calls",
    "customer_import",
    "first_load",
    "hint_runs",
    "hints_of_people",
    "item_file",
    "long_looks",
    "order_addresses",
    "order_approvals",
    "order_calls",
    "order_confirmation",
    "order_days",
    "order_marketplace",
    "order_stock",
    "order_stock_model",
    "order_totals",
    "ordered_goods",
    "worlds",
)
#: So many cases of each of them are in `make test`; all others are in `make test-long`.
EVERY_CHANGE = 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = {Path(__file__).parent / f"test_{name}.py" for name in WHOLE_RUNS}
    keep_first(items, EVERY_CHANGE, lambda path: path in here)
