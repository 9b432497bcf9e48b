"""A wire whose answers a test writes down beforehand, for tests of the adapters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec


@dataclass(frozen=True)
class ScriptedAnswer:
    """An answer as the adapters see it."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    write: bool = False


def answer(body: object, status: int = 200) -> ScriptedAnswer:
    """JSON, or bytes as they are."""
    return ScriptedAnswer(status, body if isinstance(body, bytes) else msgspec.json.encode(body))


@dataclass
class ScriptedWire:
    """Gives the answers in their order; `asked` keeps what was asked: method, path, query, body."""

    answers: list[ScriptedAnswer]
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)

    def get(self, path: str, params: Sequence[tuple[str, str]] = ()) -> ScriptedAnswer:
        self.asked.append(("GET", path, dict(params), None))
        return self.answers.pop(0)

    def send(
        self, method: str, path: str, body: object | None = None, params: Sequence[tuple[str, str]] = ()
    ) -> ScriptedAnswer:
        self.asked.append((method, path, dict(params), body))
        return replace(self.answers.pop(0), write=True)
