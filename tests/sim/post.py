"""What carries the messages of both sides to our addresses, badly: it loses, doubles, swaps, delays and forges them."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

from cscart_zoho.store.inbox import Hint, HintSource
from cscart_zoho_sim.messages import Message
from cscart_zoho_sim.world import World
from cscart_zoho_sim.zoho.web_hooks import SIGNATURE, signature

#: What happens to a message, and the lowest and the highest share of all when a story has it at all.
KINDS: Mapping[str, tuple[float, float]] = {
    "lost": (0.05, 0.4),
    "refused": (0.02, 0.1),
    "doubled": (0.1, 0.3),
    "swapped": (0.1, 0.3),
    "delayed": (0.05, 0.2),
}
#: How often somebody forges a message after the likeness of one that came by.
FORGED = 0.3
#: ... and how often a well-made message names something odd.
ODD = 0.1
LONGEST_DELAY_S = 48 * 3600
#: Keys of the ids in a message of the store.
STORE_KEYS = ("order_id", "product_id", "user_id")


@dataclass
class Post:
    """Stands between the sides and our addresses. `rng` alone decides; `counts` says what happened."""

    world: World
    rng: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    #: (due, message): delayed, swapped and doubled ones.
    held: list[tuple[float, Message]] = field(default_factory=list)
    stormy: Callable[[], bool] = lambda: False
    rates: dict[str, float] = field(default_factory=dict)
    _client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.rates = {kind: self.rng.uniform(*rate) for kind, rate in KINDS.items() if self.rng.random() < 0.6}
        self.world.outbox.send = self.send

    def send(self, message: Message) -> int:
        """What the sender learns: a message that is lost or late seems to have arrived."""
        self.counts["sent"] += 1
        kind = self._happens() if self.stormy() else ""
        if kind:
            self.counts[kind] += 1
        if kind == "lost":
            return 200
        if kind == "refused":  # a server in between; Zoho tries again
            return 503
        if kind in ("swapped", "delayed"):
            self._hold(message, 120 if kind == "swapped" else LONGEST_DELAY_S)
            return 200
        if kind == "doubled":
            self._hold(message, 3600)
        status = self.carry(message)
        if self.stormy():
            self._forge(message)
        return status

    def pass_on(self) -> None:
        """Carry what is due: first what Zoho sends, then what was held back, in any order."""
        self.world.outbox.deliver()
        now = self.world.clock.now()
        due = [message for at, message in self.held if at <= now]
        self.held = [each for each in self.held if each[0] > now]
        self.rng.shuffle(due)
        for message in due:
            self.carry(message)

    def carry(self, message: Message) -> int:
        """Post it to our address; the status of the answer. A redirect or a fault of ours is a failure of the story."""
        parts = urlsplit(message.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        kind = message.headers.get("content-type", "")
        more = {name: value for name, value in message.headers.items() if name != "content-type"}
        answer = self._client.post(target, data=message.body, content_type=kind, headers=more)
        status = int(answer.status_code)
        self.counts[f"answered {status}"] += 1
        if not (200 <= status < 300 or 400 <= status < 500):
            self.failures.append(f"a message of {message.sender} was answered with {status}")
        return status

    def _happens(self) -> str:
        chance = self.rng.random()
        for kind, rate in self.rates.items():
            chance -= rate
            if chance < 0:
                return kind
        return ""

    def _hold(self, message: Message, longest_s: float) -> None:
        self.held.append((self.world.clock.now() + self.rng.uniform(1, longest_s), message))

    # Forgers

    def _forge(self, message: Message) -> None:
        if self.rng.random() < FORGED:
            name, make = self.rng.choice(FORGERIES[message.sender])
            self._must_be_refused(name, make(message))
        if self.rng.random() < ODD:
            self.counts["odd"] += 1
            self.carry(self._about(message, self._some_id(message)))

    def _must_be_refused(self, name: str, message: Message) -> None:
        before = _kept()
        self.counts["forged"] += 1
        status = self.carry(message)
        if not 400 <= status < 500:
            self.failures.append(f"a forged message ({name}) of {message.sender} was answered with {status}")
        if _kept() != before:
            self.failures.append(f"a forged message ({name}) of {message.sender} was kept")

    def _some_id(self, message: Message) -> str:
        """An id of another kind of record, of another one, or of none."""
        world = self.world
        ids = [*world.cscart.products(), *world.cscart.users(), *world.zoho.items(), *world.zoho.crm.contacts()]
        return str(self.rng.choice([*ids, *world.zoho.salesorders(), *world.cscart.orders(), 999_999_999]))

    def _about(self, message: Message, id: str) -> Message:
        """The same message about another id, signed as its sender does."""
        told = json.loads(_document(message))
        if message.sender == "crm":
            return replace(message, body=json.dumps({**told, "ids": [id]}).encode())
        if message.sender == "cscart":
            return replace(
                message, body=json.dumps({key: id if key in STORE_KEYS else told[key] for key in told}).encode()
            )
        ((name, document),) = told.items()
        hook = next(each for each in self.world.zoho.web_hooks.rows.values() if message.url.startswith(each.url))
        return self.world.zoho.web_hooks.message(hook, {**document, f"{name}_id": id})


def _kept() -> tuple[int, int]:
    """What a message that is taken would add to."""
    return Hint.objects.count(), sum(HintSource.objects.values_list("accepted", flat=True))


def _document(message: Message) -> bytes:
    if message.body.startswith(b"JSONString="):
        return parse_qs(message.body.decode())["JSONString"][0].encode()
    return message.body


def _elsewhere(message: Message) -> Message:
    """To an address that nobody was given."""
    parts = urlsplit(message.url)
    stem, _, secret = parts.path.rstrip("/").rpartition("/")
    return replace(message, url=parts._replace(path=f"{stem}/{secret[::-1]}/").geturl())


def _signed(message: Message, value: str | None) -> Message:
    kept = {name: each for name, each in message.headers.items() if name != SIGNATURE}
    return replace(message, headers=kept if value is None else {**kept, SIGNATURE: value})


def _with_another_secret(message: Message) -> Message:
    form = parse_qs(message.body.decode(), keep_blank_values=True) if message.body.startswith(b"JSONString=") else {}
    pairs = [(name, values[0]) for name, values in {**parse_qs(urlsplit(message.url).query), **form}.items()]
    return _signed(message, signature("somebody0elses", pairs, b"" if form else message.body))


def _with_another_id(message: Message) -> Message:
    """Altered on the way: the signature is that of another message."""
    told = json.loads(_document(message))
    ((name, document),) = told.items()
    changed = json.dumps({name: {**document, f"{name}_id": "777"}})
    form = message.body.startswith(b"JSONString=")
    return replace(message, body=urlencode({"JSONString": changed}).encode() if form else changed.encode())


def _with_token(token: Any) -> Callable[[Message], Message]:
    def forged(message: Message) -> Message:
        return replace(message, body=json.dumps({**json.loads(message.body), "token": token}).encode())

    return forged


Forgery = tuple[str, Callable[[Message], Message]]
_ELSEWHERE: Forgery = ("another address", _elsewhere)
FORGERIES: Mapping[str, list[Forgery]] = {
    "cscart": [_ELSEWHERE],
    "inventory": [
        _ELSEWHERE,
        ("another secret", _with_another_secret),
        ("another id", _with_another_id),
        ("no signature", lambda message: _signed(message, None)),
        ("an empty signature", lambda message: _signed(message, "")),
    ],
    "crm": [
        _ELSEWHERE,
        ("another token", _with_token("guessed")),
        ("no token", _with_token(None)),
        ("a token that is no text", _with_token(["x"])),
    ],
}
