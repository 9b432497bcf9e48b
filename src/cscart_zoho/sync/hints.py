"""What a message of one of the sides says. A hint names a record; it is never data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from cscart_zoho.records import Entity

#: Characters of an id.
ID_LIMIT = 40


@dataclass(frozen=True)
class Told:
    """A record that a message names. `changed_at` is from when the message says its last change is, if it does."""

    entity: Entity
    id: str
    changed_at: datetime | None = None


class NotAccepted(Exception):
    """A message that is not taken. Its words are for the page; whoever sent it learns the status alone."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


def parsed(body: bytes) -> dict[str, Any]:
    """The JSON object of a message. Raises `NotAccepted` for anything else, however deep or odd it is."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotAccepted("A message was not JSON as it should be.") from error


def checked_id(told: object) -> str:
    """An id as both sides make them: digits. Raises `NotAccepted`."""
    id = str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""
    if not (id.isascii() and id.isdecimal() and len(id) <= ID_LIMIT):
        raise NotAccepted("A message named no record: there is no ID in it.")
    return id


def moment_of(told: object) -> datetime | None:
    """A moment with its offset; None for what is none."""
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
