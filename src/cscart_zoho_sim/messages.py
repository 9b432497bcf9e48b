"""What the two sides send by themselves: web hooks and notifications, and how they get to their receivers.

CS-Cart sends inside the request that causes a message and waits for the
receiver. Zoho sends a little later, and again after a failure.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from cscart_zoho_sim.clock import Clock

SENDERS = ("cscart", "inventory", "crm")


@dataclass(frozen=True)
class Message:
    """One POST. `sender` is one of `SENDERS`; `pauses` are the seconds before each further try."""

    sender: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    pauses: tuple[float, ...] = ()


Send = Callable[[Message], int]
"""Carry a message to its receiver. The status of the answer; 0 when nobody was there to answer."""


def nobody(_message: Message) -> int:
    """Where no network is, nobody answers."""
    return 0


@dataclass
class Outbox:
    """The messages of a world on their way.

    `send` carries them; `hold` keeps one that a request waits for until the
    request has done its work, and says then how it went. `counts` are by
    (sender, "sent" | "failed" | "given_up").
    """

    clock: Clock
    send: Send = nobody
    hold: Callable[[Message, Callable[[int], None]], None] | None = None
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: (due, message), those that wait.
    waiting: list[tuple[float, Message]] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def say(self, message: Message) -> None:
        """Send inside the present request; nobody tries again."""
        if self.hold is None:
            self._count(message, self.send(message))
        else:
            self.hold(message, partial(self._count, message))

    def post(self, message: Message) -> None:
        """Send soon."""
        with self._changed:
            self.waiting.append((self.clock.now(), message))
            self._changed.notify_all()

    def deliver(self) -> int:
        """Send what is due, oldest first; how many messages were sent."""
        due = self._take_due()
        for message in due:
            self._tried(message, self.send(message))
        return len(due)

    def wait(self, seconds: float) -> None:
        """Until something may be due; `seconds` at most. For a thread that delivers on the machine's clock."""
        with self._changed:
            if not any(at <= self.clock.now() for at, _ in self.waiting):
                self._changed.wait(seconds)

    def told(self) -> dict[str, Any]:
        """sender -> {"sent": ..., "failed": ..., "given_up": ...}, and how many wait for how long."""
        due = self.next_due
        told: dict[str, Any] = {
            sender: {how: self.counts[sender, how] for how in ("sent", "failed", "given_up")} for sender in SENDERS
        }
        next_in_s = None if due is None else round(max(0.0, due - self.clock.now()), 1)
        return {**told, "waiting": len(self.waiting), "next_in_s": next_in_s}

    @property
    def next_due(self) -> float | None:
        """When the next message that waits is due; None when none does."""
        with self._changed:
            return min((at for at, _ in self.waiting), default=None)

    def _take_due(self) -> list[Message]:
        with self._changed:
            now = self.clock.now()
            due = sorted((each for each in self.waiting if each[0] <= now), key=lambda each: each[0])
            self.waiting = [each for each in self.waiting if each[0] > now]
        return [message for _, message in due]

    def _tried(self, message: Message, status: int) -> None:
        """A redirect is a failure too (facts about Zoho Inventory, section 9)."""
        self._count(message, status)
        if 200 <= status < 300:
            return
        if not message.pauses:
            self.counts[message.sender, "given_up"] += 1
            return
        pause, *further = message.pauses
        with self._changed:
            self.waiting.append((self.clock.now() + pause, replace(message, pauses=tuple(further))))

    def _count(self, message: Message, status: int) -> None:
        self.counts[message.sender, "sent" if 200 <= status < 300 else "failed"] += 1
