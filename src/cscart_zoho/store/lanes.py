"""Whose turn it is: the lanes of work, and what each leaves of the calls to Zoho for those before it. Pure."""

from collections.abc import Mapping
from enum import IntEnum

from cscart_zoho.records import Entity
from cscart_zoho.sync.asked import Asked


class Lane(IntEnum):
    """What is more urgent has the smaller number."""

    ORDERS = 10
    STOCK = 20
    CUSTOMERS = 30
    PRODUCTS = 40
    BACKFILL = 50

    @property
    def title(self) -> str:
        return TITLES[self]


TITLES: Mapping[Lane, str] = {
    Lane.ORDERS: "Orders",
    Lane.STOCK: "Stock",
    Lane.CUSTOMERS: "Customers",
    Lane.PRODUCTS: "Products",
    Lane.BACKFILL: "First load",
}

#: What stock, customers and products may need of a whole day, in per cent of its calls. An hourly
#: look at products costs 1 to 3 calls where nothing has changed, 72 a day at most (3.6 % of 2,000); the rest is for
#: what people edit.
NEEDS: Mapping[Lane, int] = {Lane.STOCK: 5, Lane.CUSTOMERS: 5, Lane.PRODUCTS: 10}

#: Of the calls of a minute each lane leaves so many per cent to more urgent ones.
LEFT_IN_MINUTE: Mapping[Lane, int] = {
    Lane.ORDERS: 0,
    Lane.STOCK: 5,
    Lane.CUSTOMERS: 10,
    Lane.PRODUCTS: 10,
    Lane.BACKFILL: 20,
}

#: Of the calls of a day so many per cent may go to looks at everything, which cost a call for each 200 rows. A side
#: that is larger is looked at more seldom; what its list of changes shows is found by each run.
FOR_LOOKS = 25

#: The request of a first load: what is new and was too much for one day.
BACKFILL = Asked(only="unsynced")


def lane_of(entity: Entity, asked: Asked) -> Lane:
    """The lane of a run. All unsynced products together are a first load, whoever asks for them."""
    if entity is Entity.ORDERS or asked.for_orders:
        return Lane.ORDERS
    if entity is not Entity.PRODUCTS:
        return Lane.CUSTOMERS
    if asked.stock_only:
        return Lane.STOCK
    return Lane.BACKFILL if asked.only == "unsynced" and not asked.dry_run else Lane.PRODUCTS


def reserve(limit: int, reserved_percent: int) -> int:
    """How many of a day's calls are for orders only."""
    return limit * reserved_percent // 100


def for_looks(limit: int) -> int:
    """How many of a day's calls may go to looks at everything."""
    return max(1, limit * FOR_LOOKS // 100)


def kept_back(lane: Lane, limit: int, reserved_percent: int, day_left: float, used_by_orders: int = 0) -> int:
    """How many of a day's calls a lane must leave to more urgent ones.

    The reserve is for orders to the end of the day, less what they have used of
    it. What stock, customers and products may still need shrinks with the day
    (`day_left`: the share of it that is to come, 0 to 1), so that a first load
    gets at night what they did not use.
    """
    if lane is Lane.ORDERS:
        return 0
    needed = sum(percent for before, percent in NEEDS.items() if before < lane)
    return max(0, reserve(limit, reserved_percent) - used_by_orders) + round(limit * needed * day_left / 100)


def minute_limit(lane: Lane, limit: int) -> int:
    """How many of a minute's calls may have been made when this lane makes one more."""
    return max(1, limit - limit * LEFT_IN_MINUTE[lane] // 100)
