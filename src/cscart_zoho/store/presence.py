"""The table of the processes that are alive, where they may stand on several machines."""

from django.db import models


class Presence(models.Model):
    """A process of ours that says so every few seconds; one that has fallen silent is gone."""

    #: host, process id, thread id
    name = models.CharField(max_length=100, unique=True)
    #: worker, schedule
    role = models.CharField(max_length=10)
    #: Host and data folder: whoever shares both can see by a file lock, and at once, whether it lives.
    place = models.CharField(max_length=64)
    #: Both by the database's clock.
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.role} {self.name}"
