"""Which figure of Zoho's items stock rests on. Chosen once, and never another one by itself.

An item shows what lies there and what of it is for sale. Zoho has renamed such figures before: one that was shown and
is not any more stops the stock with a sentence, because any other would sell again what is promised already.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

#: What the setting "Zoho's stock figure" calls the two books.
BOOKS = {"available": "By receives and shipments", "accounting": "By bills and invoices"}


class StockFigures(Protocol):
    """What is remembered of an organisation's figures."""

    def known(self) -> str:
        """The key that stock rests on; "" before an item was read."""
        ...

    def hidden(self) -> str:
        """What is to be said of an item that does not show it."""
        ...

    def others(self) -> Sequence[str]:
        """Ids of other items, to see whether the known figure is gone from all of them; none where that is known."""
        ...

    def seen(self, best: str, *, shown: bool) -> None:
        """Items were read in full: the best figure that one of them shows, and whether one shows the known key."""
        ...


class AnyFigure:
    """Nothing is remembered: each item counts by the best figure that it shows."""

    def known(self) -> str:
        return ""

    def hidden(self) -> str:
        return ""

    def others(self) -> Sequence[str]:
        return ()

    def seen(self, best: str, *, shown: bool) -> None:
        """Nobody is told."""


class RememberedFigure:
    """The figure of one book, as it is kept: `key`, and `missing_since`, a day, while no item shows it.

    `keep` takes what is to be kept from now on; `today` is the day; `others` tells ids of items that have shown it.
    """

    def __init__(
        self,
        told: Mapping[str, Any],
        book: str,
        keep: Callable[[dict[str, str]], None],
        today: Callable[[], date],
        others: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._told = {name: str(value) for name, value in told.items()}
        self._book = book
        self._keep = keep
        self._today = today
        self._others = others

    def others(self) -> Sequence[str]:
        return () if self.missing_since else self._others()

    def known(self) -> str:
        return self._told.get("key", "")

    @property
    def missing_since(self) -> str:
        return self._told.get("missing_since", "")

    def hidden(self) -> str:
        return hidden_words(self.known(), self.missing_since, self._book) if self.known() else ""

    def seen(self, best: str, *, shown: bool) -> None:
        if not self.known():
            if best:
                self._change({"key": best})
        elif shown and self.missing_since:
            self._change({"key": self.known()})
        elif not shown and not self.missing_since:
            self._change({"key": self.known(), "missing_since": self._today().isoformat()})

    def _change(self, told: dict[str, str]) -> None:
        self._told = told
        self._keep(told)


def hidden_words(key: str, missing_since: str, book: str) -> str:
    """What Zoho does not show any more, since when, and what to do."""
    since = f"since {missing_since}" if missing_since else "for this item, though it does for others"
    return (
        f'Zoho does not show the figure "{key}" {since}. The stock stands still, because any other figure may hold '
        "pieces that are promised already. Ask Zoho's support what has become of it, or choose another figure than "
        f'"{BOOKS.get(book, book)}" under Settings, Zoho\'s stock figure.'
    )
