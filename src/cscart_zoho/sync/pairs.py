"""What the ledger tells the planner about one thing: its two rows, their link, its open conflicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cscart_zoho.records import Record, Side, Value, Values


@dataclass(frozen=True)
class WaitingPieces:
    """Pieces of an item in an inventory adjustment of ours that is in Zoho and not in its stock yet."""

    #: The adjustment's reference number in Zoho.
    reference: str
    #: What it will add to the stock.
    delta: int
    #: Zoho's word for where it stands: "pending_approval", "draft".
    status: str


@dataclass(frozen=True)
class Seen:
    """One row as it was last observed. `values` are digests: long texts are fingerprints."""

    side: Side
    id: str
    key: str
    values: Values
    name: str = ""
    etag: str = ""
    modified_at: datetime | None = None
    partial: bool = False
    #: Why the row cannot be used as it is, in words for people ("The price is "1,50"").
    problem: str = ""
    gone: bool = False
    attempts: int = 0
    waits_until: datetime | None = None
    #: Products: how many pieces the orders that the sync knows have taken from this side's stock.
    in_orders: int = 0
    #: Of the store's: how many of those are in open orders of which nobody can tell, before the stock of the pair is
    #: agreed on, whether they are among the pieces of Zoho's figure.
    undecided: int = 0
    #: Of Zoho's: how many of those sales orders have taken though its figure was without them already.
    owed: int = 0
    #: Items: what was booked and waits for approval in Zoho. Its figure does not have these pieces yet.
    waiting: tuple[WaitingPieces, ...] = ()
    #: The badge it carries now, and why.
    state: str = ""
    reason: str = ""
    #: When it was seen last.
    seen_at: datetime | None = None

    @property
    def in_adjustments(self) -> int:
        """What the stock will be moved by once Zoho counts the adjustments that wait."""
        return sum(pieces.delta for pieces in self.waiting)

    @property
    def free_stock(self) -> int | None:
        """The stock as it would be without the orders that are kept in sync, and with what is booked and waits.

        So both sides' figures can be compared.
        """
        stock = self.values.get("stock")
        return stock + self.in_orders + self.in_adjustments if isinstance(stock, int) else None

    @classmethod
    def of(cls, record: Record, *, attempts: int = 0) -> "Seen":
        """A record just read, as if it had been observed."""
        return cls(
            side=record.side,
            id=record.id,
            key=record.key,
            values=record.digest(),
            name=str(record.values.get("name") or ""),
            etag=record.etag,
            modified_at=record.modified_at,
            partial=record.partial,
            problem=record.notes.get("problem", ""),
            attempts=attempts,
        )


@dataclass(frozen=True)
class Linked:
    """A link and the two halves of its base."""

    cscart_id: str
    zoho_id: str
    base_cscart: Values
    base_zoho: Values
    #: adopted, created_in_zoho, created_in_cscart
    origin: str
    settled_at: datetime

    def base(self, side: Side) -> Values:
        return self.base_cscart if side is Side.CSCART else self.base_zoho

    @property
    def source(self) -> Side | None:
        """The side this thing came from, if we made the other one."""
        return {"created_in_zoho": Side.CSCART, "created_in_cscart": Side.ZOHO}.get(self.origin)


@dataclass(frozen=True)
class Figures:
    """The stock of a pair at one moment: what each side has without orders, and what orders have taken of it."""

    cscart: int
    zoho: int
    cscart_orders: int = 0
    zoho_orders: int = 0

    def tell_since(self, then: "Figures") -> bool:
        """Whether the difference to an earlier moment is what has moved on each side, and none of it is of orders.

        Where orders and figure of a side are both different, an order may have come to count that took its pieces
        before: nobody can tell it from a movement.
        """
        cscart = self.cscart == then.cscart or self.cscart_orders == then.cscart_orders
        return cscart and (self.zoho == then.zoho or self.zoho_orders == then.zoho_orders)


@dataclass(frozen=True)
class OpenConflict:
    """A difference that waits for a person; `answer` is the side that shall win, if somebody has said.

    An answer counts for the values that were shown with the question, and for no others.
    """

    field: str
    cscart: Value = None
    zoho: Value = None
    answer: Side | None = None
    #: Of stock: the figures that the question was asked about, or that it was answered for.
    figures: Figures | None = None


@dataclass(frozen=True)
class Pair:
    """One thing: at least one row, perhaps two, perhaps a link."""

    cscart: Seen | None = None
    zoho: Seen | None = None
    link: Linked | None = None
    conflicts: Mapping[str, OpenConflict] = field(default_factory=dict)
    #: What both sides agreed on before there was a link: the item was imported from a file of ours.
    begun: Linked | None = None

    @property
    def base(self) -> Linked | None:
        """What this pair is compared with."""
        return self.link or self.begun

    def of(self, side: Side) -> Seen | None:
        return self.cscart if side is Side.CSCART else self.zoho

    @property
    def figures(self) -> Figures | None:
        """The stock as it is now, where both sides tell it."""
        here, there = (row.free_stock if row is not None else None for row in (self.cscart, self.zoho))
        if here is None or there is None or self.cscart is None or self.zoho is None:
            return None
        return Figures(here, there, self.cscart.in_orders, self.zoho.in_orders)

    @property
    def cscart_id(self) -> str:
        return self.cscart.id if self.cscart else self.link.cscart_id if self.link else ""

    @property
    def zoho_id(self) -> str:
        return self.zoho.id if self.zoho else self.link.zoho_id if self.link else ""

    @property
    def label(self) -> str:
        """What a person knows this thing by: its SKU and its name."""
        row = self.cscart or self.zoho
        if row is None:
            return self.cscart_id or self.zoho_id
        return " · ".join(part for part in (row.key, row.name) if part) or row.id
