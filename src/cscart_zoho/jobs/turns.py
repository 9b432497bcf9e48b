"""Runs of one store in turn: what is urgent first, and everything some time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest

from cscart_zoho import app
from cscart_zoho.store.lanes import Lane
from cscart_zoho.store.models import Run, RunState

#: A run does so many steps before it makes room, so that it gets on however busy the store is.
STEPS = 20
#: A run that has waited so long for its turn is taken before those of more urgent lanes.
PATIENCE = timedelta(minutes=15)

MAKES_ROOM = "It makes room for what is more urgent, and goes on afterwards where it was."


@dataclass
class Turn:
    """What a run may do before it makes room for a more urgent one of the same store."""

    run: Run
    lane: Lane
    over: bool = False
    _steps: int = 0

    def is_over(self) -> bool:
        """Asked before each step."""
        self._steps += 1
        if self._steps > STEPS and self.lane > min(Lane):
            urgent = waiting(app.now()).filter(store=self.run.store_id, lane__lt=self.lane.value)
            self.over = urgent.exists()
        return self.over


def waiting(now: datetime) -> "QuerySet[Run]":
    """Runs that wait and whose pause, if they have one, is over."""
    return Run.objects.filter(Q(not_before=None) | Q(not_before__lte=now), state=RunState.WAITING)


def in_turn(runs: "QuerySet[Run]", now: datetime) -> "QuerySet[Run]":
    """What has waited for too long; then what was passed over; then the most urgent. The oldest first among equals.

    A run is passed over when a more urgent one of its store has begun while it waited. So a store whose runs take
    longer than its schedule's interval still gets to all of them.
    """
    last = Coalesce("heartbeat_at", "asked_at")
    since = Case(When(not_before=None, then=last), default=Greatest(last, F("not_before")))
    begun = Run.objects.filter(store=OuterRef("store"), lane__lt=OuterRef("lane"), started_at__gt=OuterRef("since"))
    turn = Case(
        When(since__lt=now - PATIENCE, then=Value(0)),
        When(Exists(begun), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    urgency = Case(When(turn=0, then=Value(0)), default=F("lane"), output_field=IntegerField())
    return runs.annotate(since=since).annotate(turn=turn).order_by("turn", urgency, "asked_at", "pk")
