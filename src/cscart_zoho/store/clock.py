"""The clock that all machines share: the database's.

Leases and heartbeats are compared by it alone, so that it does not matter whether
the machines agree on the time. SQLite lies on this machine and has its clock.
"""

from datetime import datetime

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone


def database_now() -> datetime:
    """The present moment by the database's clock, aware."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def database_moment() -> datetime | Now:
    """The same for a column that is written: the database fills it in, without being asked before."""
    return Now() if connection.vendor == "postgresql" else timezone.now()
