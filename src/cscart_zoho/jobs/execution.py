"""Carry out one leased run: put the real things together, and leave the run in a state that tells all."""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from cscart_zoho import app
from cscart_zoho.app.lane import in_lane
from cscart_zoho.errors import Braked, ConnectorError, Throttled
from cscart_zoho.jobs import hints
from cscart_zoho.jobs.ordered_goods import ask_for_ordered_goods
from cscart_zoho.jobs.ports import the_runner
from cscart_zoho.jobs.repairs import note_repairs
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.jobs.turns import MAKES_ROOM, Turn
from cscart_zoho.logs import about
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.first_sync import PEOPLE, begin, has_begun, is_first_sync, waits
from cscart_zoho.store.lanes import BACKFILL, Lane, lane_of
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.store.models import Run, RunState, Store
from cscart_zoho.sync.asked import Asked, asked_from_json
from cscart_zoho.sync.ports import ChoicesChanged, LostLease
from cscart_zoho.sync.run import Outcome, SyncRun

log = logging.getLogger(__name__)

#: What is said of a run whose settings were changed under way.
CHANGED = "Settings were changed while it ran: it begins anew with the new ones. What was written stays written."

#: Set when this process is about to end: the present run goes back to waiting and goes on elsewhere.
stopping = threading.Event()


@dataclass(frozen=True)
class Progress:
    """Where a run is: `phase` as in `Run.phase`, records done and to be done (0 = not known)."""

    phase: str
    done: int
    total: int


class AppClock:
    """The clock that `app` puts in: the one that all machines share, or a simulation's."""

    def now(self) -> datetime:
        return app.now()


def carry_out(
    run: Run,
    *,
    worker: str,
    on_progress: Callable[[Progress], None] | None = None,
    at_commit: Callable[[], None] = lambda: None,
    new_reference: Callable[[], str] = lambda: f"CZ-{secrets.token_hex(6)}",
) -> None:
    """Carry out a run that `worker` has leased.

    Leaves it done, needing attention, failed, stopped, or waiting with
    `not_before` when it was paused. Raises `LostLease` when another worker has it.
    """
    with about(run=run.pk, store=run.store_id, entity=run.entity):
        log.info("begun by %s", worker)
        _carry_out(_Execution(run, on_progress, at_commit, new_reference))


def _carry_out(execution: "_Execution") -> None:
    try:
        execution.go()
    except ChoicesChanged:
        execution.begin_anew()
    except (LostLease, OperationalError, InterfaceError):
        raise  # whoever has the lease, or gets it when the database is back, goes on
    except Throttled as error:
        execution.pause(error)
    except Braked as error:
        execution.finish(RunState.ATTENTION, error.for_people())
    except ConnectorError as error:
        execution.finish(RunState.FAILED, error.for_people())
    except Exception as error:
        if execution.ledger.is_away(error):
            raise OperationalError("the database has ended the connection") from error
        log.exception("failed")
        number = execution.run.pk
        words = f"An error inside the connector stopped this run. Please report it with the number {number}."
        execution.finish(RunState.FAILED, words)


class _Execution:
    def __init__(
        self,
        run: Run,
        on_progress: Callable[[Progress], None] | None,
        at_commit: Callable[[], None],
        new_reference: Callable[[], str],
    ) -> None:
        self.run = run
        #: By what is asked, as `Run.lane` was when it was asked for.
        self.lane = lane_of(Entity(run.entity), asked_from_json(run.asked))
        self.turn = Turn(run, self.lane)
        self.calls: Callable[[], Mapping[Side, int]] = dict
        #: Calls before the chapters: those that read the organisation, and the store's currency.
        self.calls_before: Mapping[Side, int] = {}
        self.new_reference = new_reference
        told = on_progress or (lambda progress: None)
        self.ledger = RunLedger(
            run,
            AppClock(),
            stopping=stopping.is_set,
            makes_room=self.turn.is_over,
            at_commit=at_commit,
            on_progress=lambda phase, done, total: told(Progress(phase, done, total)),
            calls=self._calls,
            heartbeat=app.heartbeat,
        )

    def go(self) -> None:
        with in_lane(self.lane):
            self._go()

    def _go(self) -> None:
        store = self.run.store
        app.check_connection(store)
        if self.run.trigger not in PEOPLE and (why := waits(store, self.ledger.entity)):
            self.finish(RunState.STOPPED, why)
            return
        asked = hints.begin(self.run, app.now())
        if is_first_sync(asked, self.run.trigger):
            begin(store, self.ledger.entity, by=self.run.asked_by, at=app.now())
        self.calls_before = self._look_around(store)
        self._work_by(self.ledger.choices)
        chapters = app.chapters_for(
            store, self.ledger, asked, clock=AppClock(), new_reference=self.new_reference, on_wait=self._beat
        )
        self.calls = chapters[0].sides.calls
        story = SyncRun(self.ledger.entity, chapters, self.ledger, asked, clock=AppClock())
        self._tell(story.carry_out())

    def _work_by(self, choices: str) -> None:
        """A run that was cut off and finds other choices begins anew: its plan was made by those of before."""
        run = self.run
        if run.phase and run.choices_version and run.choices_version != choices:
            run.phase = run.chapter = ""
        run.choices_version = choices
        Run.objects.filter(pk=run.pk, lease=run.lease).update(
            choices_version=choices, phase=run.phase, chapter=run.chapter
        )

    def begin_anew(self) -> None:
        """Other choices were saved: what is left is planned by those."""
        self._wait(None, CHANGED)

    def _look_around(self, store: Store) -> dict[Side, int]:
        """What both sides say of themselves, where that is due; what amounts are in concerns prices and orders."""
        calls = {Side.ZOHO: app.read_organisation_when_due(store, on_wait=self._beat)}
        if self.ledger.entity in (Entity.PRODUCTS, Entity.ORDERS):
            calls[Side.CSCART] = app.read_currency_when_due(store, on_wait=self._beat)
        return calls

    def _calls(self) -> dict[str, int]:
        """All calls of this run: those of earlier attempts, and ours."""
        calls, before = self.calls(), self.calls_before
        return {
            "calls_cscart": self.run.calls_cscart + before.get(Side.CSCART, 0) + calls.get(Side.CSCART, 0),
            "calls_zoho": self.run.calls_zoho + before.get(Side.ZOHO, 0) + calls.get(Side.ZOHO, 0),
        }

    def _beat(self) -> None:
        """While a call waits for its turn, the lease must not look abandoned."""
        with self.ledger.commit():
            pass

    def _tell(self, outcome: Outcome) -> None:
        if outcome.stopped:
            self._stopped()
        else:
            note_repairs(self.run)
            self._store_answers()
            state = RunState.ATTENTION if outcome.needs_attention else RunState.DONE
            self.finish(state, outcome.message)
            self._leave_the_rest()
            ask_for_ordered_goods(self.run)

    def _leave_the_rest(self) -> None:
        """New products that are too many for one day get a run of their own, which may take many days."""
        run = self.run
        if (
            self.ledger.entity is Entity.PRODUCTS
            and self.ledger.counted("products.waiting")
            and not run.asked.get("dry_run")
            and (rest := self._rest()) is not None
        ):
            ask_for_run(run.store, rest, trigger=run.trigger, asked_by=run.asked_by)

    def _store_answers(self) -> None:
        """What was wrong when somebody tried the connection out is over: a run has come to its end with it."""
        if self.run.store.trouble and self.calls().get(Side.CSCART, 0):
            Store.objects.filter(pk=self.run.store_id, trouble=self.run.store.trouble).update(trouble="")

    def _rest(self) -> Asked | None:
        """All that is new; before the first sync no more than the person has asked for, in that direction."""
        asked = asked_from_json(self.run.asked)
        if has_begun(self.run.store, Entity.PRODUCTS):
            return BACKFILL
        return msgspec.structs.replace(BACKFILL, direction=asked.direction) if asked.only != "ids" else None

    def _stopped(self) -> None:
        asked = Run.objects.filter(pk=self.run.pk, stop_asked=True).exists()
        if not asked and not stopping.is_set() and self.ledger.choices_changed():
            self.begin_anew()
        elif asked:
            self.finish(RunState.STOPPED, "Stopped by a person. What was done stays; the next run does the rest.")
        else:
            ended = "The worker was ended; the run goes on with the next one."
            self._wait(None, MAKES_ROOM if self.turn.over else ended)

    def pause(self, error: Throttled) -> None:
        """The run goes on later, by itself."""
        self._wait(app.now() + timedelta(seconds=error.wait_s), error.for_people())

    def _wait(self, until: datetime | None, message: str) -> None:
        try:
            with transaction.atomic():
                if self.lane is Lane.BACKFILL:
                    self._take_its_place()
                self._leave(RunState.WAITING, message, not_before=until)
                self.run.not_before = until
                the_runner().announce(self.run)
        except IntegrityError:
            # The same thing has been asked for again meanwhile, and that run does the rest.
            self.finish(RunState.STOPPED, "A newer run with the same task does the rest.")

    def _take_its_place(self) -> None:
        """Whoever asked for the same first load meanwhile gets this one, which has its plan already."""
        same = Run.objects.filter(
            store=self.run.store_id, entity=self.run.entity, asked_key=self.run.asked_key, state=RunState.WAITING
        )
        same.update(
            state=RunState.STOPPED,
            finished_at=app.now(),
            message=f"Run {self.run.pk} has the same task and goes on with it.",
        )

    def finish(self, state: RunState, message: str) -> None:
        self._leave(state, message, finished_at=app.now())
        hints.follow_up(self.run.store, app.now())

    def _leave(self, state: RunState, message: str, **changes: datetime | None) -> None:
        left = Run.objects.filter(pk=self.run.pk, lease=self.run.lease, state=RunState.RUNNING).update(
            state=state,
            message=message,
            **self._calls(),
            **changes,
        )
        if not left:
            raise LostLease(f"run {self.run.pk} was taken over by another worker")
        self._log(state, message)

    def _log(self, state: RunState, message: str) -> None:
        if log.isEnabledFor(logging.INFO):
            counts = Run.objects.values_list("counts", flat=True).get(pk=self.run.pk)
            told = {name: n for name, n in counts.items() if n}
            log.info("%s: %s", state.label.lower(), message, extra={"counts": told, **self._calls()})
