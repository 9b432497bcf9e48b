"""Bugs planted on purpose: a simulation that does not catch them proves nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from cscart_zoho.records import Record, Side
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.sync import apply, plan, recover, stock
from cscart_zoho.sync.merge import Merged
from cscart_zoho.zoho.crm.records import CrmRecords
from tests.sim import customer_story, story
from tests.sim.told import Told

pytestmark = pytest.mark.django_db(transaction=True)

SEEDS = range(1, 120)

Plant = Callable[[pytest.MonkeyPatch], None]


def forget_the_overwritten(patch: pytest.MonkeyPatch) -> None:
    """What is overwritten is not written down."""
    patch.setattr(RunLedger, "record", lambda self, pair, differences: None)


def no_recovery(patch: pytest.MonkeyPatch) -> None:
    """Writes without an answer are taken for not done, and sent again."""

    def settle_all(self: recover.Recovering) -> recover.Recovered:
        for intent in self.ledger.open_intents():
            with self.ledger.commit():
                self.ledger.close_intent(intent.id, "not_applied")
        return recover.Recovered()

    patch.setattr(recover.Recovering, "settle_all", settle_all)


def trust_the_old_look(patch: pytest.MonkeyPatch) -> None:
    """The target is not read again before it is written."""

    def stale(self: apply.Applying, side: Side, id: str) -> Any:
        known = self.ledger.pair(*((id, "") if side is Side.CSCART else ("", id))).of(side)
        assert known is not None
        return Record(side, id, known.key, known.values, known.etag, known.modified_at)

    patch.setattr(apply.Applying, "read", stale)


def adopt_with_a_base(patch: pytest.MonkeyPatch) -> None:
    """A pair that is linked for the first time is taken for agreed as the store has it."""
    real = RunLedger.link

    def link(self: RunLedger, cscart_id: str, zoho_id: str, origin: str, *bases: Any) -> None:
        pair = self.pair(cscart_id, zoho_id)
        if origin == "adopted" and pair.cscart and pair.zoho:
            bases = (pair.cscart.values, pair.zoho.values)
        real(self, cscart_id, zoho_id, origin, *bases)

    patch.setattr(RunLedger, "link", link)


def stock_is_set_not_moved(patch: pytest.MonkeyPatch) -> None:
    """The store's sales since the last look are forgotten when Zoho's figure is published."""
    patch.setattr(
        "cscart_zoho.sync.apply_stock.amount_to_publish",
        lambda choices, *, cscart, zoho, accounted: (max(0, stock.published(choices, zoho)), zoho),
    )


def base_before_effect(patch: pytest.MonkeyPatch) -> None:
    """The base is moved before the write is known to have arrived."""
    real = RunLedger.open_intent

    def open_intent(self: RunLedger, intent: Any) -> int:
        if intent.kind == "update":
            link = self.pair(intent.cscart_id, intent.zoho_id).link
            sent, source = intent.payload["sent"], intent.payload["source"]
            if link is not None:
                self.rebase(link, *((source, sent) if intent.target is Side.ZOHO else (sent, source)))
        return real(self, intent)

    patch.setattr(RunLedger, "open_intent", open_intent)


def one_side_always_wins(patch: pytest.MonkeyPatch) -> None:
    """Differences are dropped from the plan instead of being decided."""
    real = plan.Planner.merge

    def merge(self: plan.Planner, *args: Any) -> Merged:
        merged = real(self, *args)
        merged.differences.clear()
        return merged

    patch.setattr(plan.Planner, "merge", merge)


PLANTED: list[Plant] = [
    forget_the_overwritten,
    no_recovery,
    trust_the_old_look,
    adopt_with_a_base,
    stock_is_set_not_moved,
    base_before_effect,
    one_side_always_wins,
]


# Bugs of customers


def write_without_a_condition(patch: pytest.MonkeyPatch) -> None:
    """CRM is not asked to refuse what was modified since it was read."""
    real = CrmRecords._update
    patch.setattr(CrmRecords, "_update", lambda self, bodies, latest: real(self, bodies, None))


def capitals_make_a_company(patch: pytest.MonkeyPatch) -> None:
    """Names of companies that differ in case are taken for two."""
    patch.setattr("cscart_zoho.store.companies.folded", lambda name: " ".join(name.split()))


def a_placeholder_is_an_address(patch: pytest.MonkeyPatch) -> None:
    """An address that was made up for the store is sent to Zoho."""
    patch.setattr("cscart_zoho.cscart.user_mapper.is_placeholder", lambda address, domain: False)


#: Writes that are repeated without a look are harmless here and so not among them: the store takes an address once,
#: and CRM finds a contact by it.
CUSTOMERS: list[Plant] = [
    forget_the_overwritten,
    base_before_effect,
    write_without_a_condition,
    capitals_make_a_company,
    a_placeholder_is_an_address,
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_caught(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    _catch(story.tell, plant, monkeypatch)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("plant", CUSTOMERS, ids=lambda plant: plant.__name__)
def test_a_bug_planted_among_customers_is_caught(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    _catch(customer_story.tell, plant, monkeypatch)


def _catch(tell: Callable[[int], Told], plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    for seed in SEEDS:
        told = tell(seed)
        if told.failures:
            print(f"caught by seed {seed}: {told.failures[0][:150]}")
            return
    pytest.fail(f"{len(SEEDS)} seeds did not notice")
