"""People at our panel who decide open questions, now or from a page that they opened a while ago."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from cscart_zoho.jobs import answers
from cscart_zoho.records import Side
from cscart_zoho.store.models import Conflict, Store
from cscart_zoho.store.values import value_from_json
from tests.sim.customer_values import joined

#: So many pages are open at once.
PAGES = 8


@dataclass
class Answering:
    """What they see is what our pages show; what they decide against may be replaced by what they decided for."""

    rng: random.Random
    #: Questions as they were when somebody opened the page.
    pages: list[Conflict] = field(default_factory=list)
    #: (the value that was decided against, the one that shall take its place).
    decided: set[tuple[str, str]] = field(default_factory=set)
    history: list[str] = field(default_factory=list)
    #: What somebody does right after an answer: the user, the contact and the field that it was about.
    afterwards: Callable[[str, str, str], None] = lambda user, contact, field: None

    def look(self, store: Store) -> None:
        """Somebody opens the page of conflicts and leaves it open."""
        rows = list(Conflict.objects.filter(store=store, settled_at=None).order_by("pk"))
        self.pages += self.rng.sample(rows, min(2, len(rows)))
        del self.pages[:-PAGES]

    def answer(self) -> None:
        """Somebody answers from one of the open pages; now and then another one answers otherwise."""
        if not self.pages:
            return
        page = self.pages.pop(self.rng.randrange(len(self.pages)))
        side = self.rng.choice(list(Side))
        self._give(page, side, "Ann")
        if self.rng.random() < 0.2:
            self._give(page, side.other, "Bob")
        if self.rng.random() < 0.4:
            self.afterwards(page.cscart_id, page.zoho_id, page.field)

    def answer_all(self, store: Store) -> int:
        """Somebody works through everything that is open; how many questions there were."""
        rows = list(Conflict.objects.filter(store=store, settled_at=None).order_by("pk"))
        for row in rows:
            self._give(row, self.rng.choice(list(Side)), "Ann")
        return len(rows)

    def _give(self, page: Conflict, side: Side, who: str) -> None:
        with transaction.atomic():
            judged = answers.judge({page.pk: page.version_shown}, side)
            answers.keep(judged, side, who)
        self.history.append(f"      {who}: {side} for {page}: {[each.verdict.value for each in judged]}")
        if answers.taken(judged):
            shown = {Side.CSCART: page.cscart_value, Side.ZOHO: page.zoho_value}
            told = {side: joined(str(value_from_json(value) or "")) for side, value in shown.items()}
            self.decided.add((told[side.other], told[side]))
