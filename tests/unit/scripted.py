"""A wire whose answers a test writes down beforehand, for tests of the adapters."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from cscart_zoho.http import Answer


def answer(body: object, status: int = 200) -> Answer:
    """JSON, or bytes as they are."""
    return Answer(status, body if isinstance(body, bytes) else msgspec.json.encode(body), {})


@dataclass
class ScriptedWire:
    """Gives the answers in their order; `asked` keeps what was asked: method, path, query, body."""

    answers: list[Answer]
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)

    def get(self, path: str, params: Sequence[tuple[str, str]] = ()) -> Answer:
        self.asked.append(("GET", path, dict(params), None))
        return self.answers.pop(0)

    def send(
        self, method: str, path: str, body: object | None = None, params: Sequence[tuple[str, str]] = ()
    ) -> Answer:
        self.asked.append((method, path, dict(params), body))
        return replace(self.answers.pop(0), write=True)
