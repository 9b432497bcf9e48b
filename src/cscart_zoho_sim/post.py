"""How served simulators carry their messages: by real requests, to this machine only."""

import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx2

from cscart_zoho_sim.messages import Message

HOST = "127.0.0.1"
#: Seconds that Zoho waits for a connection and for an answer (facts about Zoho Inventory, section 9).
CONNECT_S, READ_S = 5.0, 10.0
#: CS-Cart waited for a receiver of 20 s (observed), and nothing says for how long it would.
STORE_READ_S = 30.0


class Post:
    """Real POSTs to 127.0.0.1; messages to any other machine are answered by nobody."""

    def __init__(self) -> None:
        self._held = threading.local()
        self._client = httpx2.Client(follow_redirects=False, trust_env=False)

    def send(self, message: Message) -> int:
        """Send and wait; the status of the answer, 0 without one."""
        if urlsplit(message.url).hostname != HOST:
            return 0
        read_s = STORE_READ_S if message.sender == "cscart" else READ_S
        patience = httpx2.Timeout(read_s, connect=CONNECT_S)
        try:
            answer = self._client.post(
                message.url, content=message.body, headers=dict(message.headers), timeout=patience
            )
        except httpx2.HTTPError:
            return 0
        return answer.status_code

    def hold(self, message: Message, tell: Callable[[int], None]) -> None:
        """Keep a message of the present request until `send_held`: its receiver may ask the store something,
        which waits for the end of the change."""
        self._messages().append((message, tell))

    def send_held(self) -> None:
        """The request has done its work: send what it caused, and wait for the receivers."""
        messages = self._messages()
        while messages:
            message, tell = messages.pop(0)
            tell(self.send(message))

    def _messages(self) -> list[tuple[Message, Callable[[int], None]]]:
        held: list[tuple[Message, Callable[[int], None]]] = self._held.__dict__.setdefault("messages", [])
        return held
