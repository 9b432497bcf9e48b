"""A connected world whose messages reach our addresses, and a worker that is called by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.test import Client

from cscart_zoho import app
from cscart_zoho.jobs.hints import take_hints
from cscart_zoho.jobs.runner import claim
from cscart_zoho.store.inbox import HintSource
from cscart_zoho.store.models import Run, Store
from cscart_zoho_sim.messages import Message
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import resume


class Hinted:
    """A connected world whose messages reach our addresses, and a worker that is called by hand."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.calls: list[str] = []
        self.answers: list[int] = []
        self.store: Store
        #: Done once, in the middle of the next call.
        self.meddle: Callable[[], None] | None = None
        world.outbox.send = self.carry

    def carry(self, message: Message) -> int:
        more = {name: value for name, value in message.headers.items() if name != "content-type"}
        kind = message.headers.get("content-type", "")
        answer = Client().post(urlsplit(message.url).path, data=message.body, content_type=kind, headers=more)
        self.answers.append(answer.status_code)
        return int(answer.status_code)

    def watch(self, request: Request, response: Response) -> None:
        self.calls.append(f"{request.method} {request.path}")
        meddle, self.meddle = self.meddle, None
        if meddle is not None:
            meddle()

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        before = len(self.calls)
        kept: list[str] = []
        yield kept
        kept.extend(self.calls[before:])

    def wait(self, seconds: float) -> None:
        self.world.clock.advance(seconds)  # type: ignore[attr-defined]

    def listen(self, *modules: str) -> HintSource:
        """Web hooks of Zoho Inventory, set up as the page says."""
        source = app.switch_on_hooks(self.store, "inventory")
        for module in modules:
            self.world.zoho.web_hooks.add(
                module, app.hook_address(source), secret=source.secret, events=("create", "edit", "delete")
            )
        return source

    def work(self) -> list[Run]:
        """Messages arrive, the schedule's loop turns, a worker takes what waits: until nothing is left."""
        done: list[Run] = []
        for _ in range(20):
            self.world.outbox.deliver()
            take_hints(app.now())
            self.wait(4)
            run = claim("test", app.now())
            if run is None:
                return done
            done.append(resume(run))
            self.wait(6)
        raise AssertionError("runs never end")


def to_zoho(calls: list[str]) -> list[str]:
    return [call for call in calls if "/inventory/v1/" in call or "/crm/" in call]
