"""One sync run, told from beginning to end.

recovered -> observed -> planned -> guarded -> applied -> told. A run about
customers has several chapters, one for each kind of record; each has its plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cscart_zoho.records import Entity
from cscart_zoho.sync.adjustments import moves_of
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.chapter import WAITS, Chapter
from cscart_zoho.sync.ports import Census, Clock, Ledger
from cscart_zoho.sync.told import (
    CHOSEN_AGREE,
    agreement_of,
    done_of,
    message_of,
    sum_of,
    totals_of,
    waiting_for_approval,
    whole_of,
)


@dataclass(frozen=True)
class Outcome:
    """How a run ended. `stopped`: a person or the end of the process stopped it; the plan stays stored."""

    stopped: bool = False
    needs_attention: bool = False
    message: str = ""


@dataclass(frozen=True)
class Stage:
    """One phase of one chapter: where a run that was cut off goes on."""

    chapter: Chapter
    phase: str


class SyncRun:
    """One run of an entity. The chapters are given in the order in which they write."""

    def __init__(
        self, entity: Entity, chapters: Sequence[Chapter], ledger: Ledger, asked: Asked, *, clock: Clock
    ) -> None:
        self.entity = entity
        self.chapters = chapters
        self.ledger = ledger
        self.asked = asked
        self.clock = clock

    def carry_out(self) -> Outcome:
        """The whole story, or the rest of it.

        Raises `Throttled` (go on later), `NotConnected`, `Braked`, `LostLease`,
        and any other `ConnectorError` that concerns the run as a whole.
        """
        began = self.clock.now()
        if not self.asked.dry_run:
            for chapter in self.chapters:
                chapter.recover(began)
        for stage in self._left():
            if not self._go_through(stage, began):
                return Outcome(stopped=True)
        return self._told()

    def _go_through(self, stage: Stage, began: datetime) -> bool:
        """One stage; False when it was asked to stop."""
        if stage.phase == "observing":
            return stage.chapter.observe(began)
        if stage.phase == "planning":
            stage.chapter.plan(began)
            return True
        return stage.chapter.apply(began)

    def _stages(self) -> list[Stage]:
        """What is looked at directly comes first: nothing is decided before it has been seen."""
        stages = [Stage(chapter, "observing") for chapter in self.chapters if not chapter.derived]
        for chapter in self.chapters:
            stages += [Stage(chapter, "observing")] if chapter.derived else []
            stages += [Stage(chapter, "planning")]
            stages += [] if self.asked.dry_run else [Stage(chapter, "applying")]
        return stages

    def _left(self) -> list[Stage]:
        """The stages from the one that was reached. A plan that was not finished is made from a new look."""
        stages, phase, entity = self._stages(), self.ledger.phase(), self.ledger.chapter()
        if phase == "telling":
            return []
        at = next((i for i, s in enumerate(stages) if (s.phase, s.chapter.entity) == (phase, entity)), None)
        if at is None:
            return stages
        if phase != "planning":
            return stages[at:]
        again = [s for s in stages if s.phase == "observing" and (s.chapter.entity == entity or not s.chapter.derived)]
        return [*again, *stages[at:]]

    def _told(self) -> Outcome:
        tally, failed = self.ledger.tally(), self.ledger.failed_now()
        by_entity = {
            chapter.entity: totals_of(tally, self.ledger.counted, failed, chapter.entity) for chapter in self.chapters
        }
        found = {chapter.entity: census for chapter in self.chapters if (census := self._census(chapter))}
        for entity, census in found.items():
            by_entity[entity]["failed_before"] = max(0, census.failed - by_entity[entity]["failed"])
        for chapter in self.chapters if self.asked.whole else ():
            if not chapter.derived and chapter.entity in found:
                by_entity[chapter.entity] |= whole_of(found[chapter.entity], by_entity[chapter.entity])
        open_intents = sum(len(chapter.ledger.open_intents()) for chapter in self.chapters)
        counts = sum_of(by_entity.values(), writes=self.ledger.written(), unclear=open_intents)
        troubled = bool(counts["failed"] or counts.get("failed_before") or open_intents)
        with self.ledger.commit():
            self.ledger.enter("telling")
            for entity, mine in by_entity.items():
                counts[f"{entity.value}.failed_before"] = mine.get("failed_before", 0)
            self.ledger.sum_up({**counts, "well": int(not troubled or bool(done_of(counts)))})
        message = message_of(
            by_entity,
            open_intents,
            entity=self.entity,
            dry_run=self.asked.dry_run,
            told=self._news(),
            agreed=self._agreed(found),
            next_try=self._next_try(found.values()),
        )
        return Outcome(
            needs_attention=troubled,
            message=message + "".join(chapter.warning for chapter in self.chapters),
        )

    def _census(self, chapter: Chapter) -> Census | None:
        """How the records of a chapter stand, where all that can be decided about them was to be decided."""
        if not chapter.asked.complete:
            return None
        return chapter.ledger.census(WAITS.format(nouns=chapter.record_map.rules.nouns))

    def _next_try(self, found: Iterable[Census]) -> datetime | None:
        """When the first of what has failed is tried again; None = by the next run."""
        first = min((each.next_try for each in found if each.next_try is not None), default=None)
        return first if first is not None and first > self.clock.now() else None

    def _agreed(self, found: Mapping[Entity, Census]) -> str:
        """What can be said of both sides where nothing had to be written, and nothing is left of what was looked at."""
        mine = found.get(self.entity)
        if self.asked.whole and mine is not None and not mine.untold and self.ledger.all_settled():
            return agreement_of(self.entity, mine)
        return CHOSEN_AGREE if self.asked.complete and self.asked.by_hand else ""

    def _news(self) -> list[str]:
        """What of the stock waits for approval in Zoho, and what was found out about adjustments that did."""
        waiting = [each for chapter in self.chapters for each in chapter.ledger.waiting_adjustments()]
        words = waiting_for_approval({each.key: moves_of(each) for each in waiting})
        return [*(sentence for chapter in self.chapters for sentence in chapter.told), *([words] if words else [])]
