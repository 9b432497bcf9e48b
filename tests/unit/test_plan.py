"""What a run would do with one product, and why: single rules, told by example."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho.mapping.choices import FirstContact, Owner, ProductChoices, StockOwner
from cscart_zoho.records import ACTIVE, INACTIVE, Direction, Side, Value, fingerprint
from cscart_zoho.sync.pairing import Pairing
from cscart_zoho.sync.pairs import Figures, OpenConflict, Pair
from cscart_zoho.sync.plan import Action, Kind, Plan, State
from tests.unit.products import HOUR, IDS, NOON, choices, link, pair, planner, seen

LAMP: dict[str, Value] = {
    "sku": "L-1",
    "name": "Lamp",
    "price": Decimal(10),
    "status": ACTIVE,
    "stock": 5,
    "full_description": "Bright. " * 50,
}
ASKING = choices(owners={"name": Owner.ASK, "price": Owner.ASK})


def kinds(plan: Plan) -> list[Kind]:
    return [action.kind for action in plan.actions]


def only(plan: Plan, kind: Kind) -> Action:
    (action,) = [action for action in plan.actions if action.kind is kind]
    return action


# Nothing to do


def test_a_synced_pair_needs_nothing() -> None:
    assert planner().plan(pair(LAMP, LAMP, LAMP)) == Plan(state=State.SYNCED)


def test_a_pair_that_says_the_same_without_a_base_is_noted_and_then_needs_nothing() -> None:
    plan = planner().plan(pair(LAMP, LAMP, {}))
    assert plan.actions == ()
    assert plan.agreed is not None
    assert plan.agreed.cscart == plan.agreed.zoho
    assert plan.agreed.cscart["full_description"] == fingerprint("Bright. " * 50)
    assert plan.agreed.cscart["stock"] == 5
    again = Pair(seen(Side.CSCART, LAMP), seen(Side.ZOHO, LAMP), link(plan.agreed.cscart, plan.agreed.zoho))
    assert planner().plan(again) == Plan(state=State.SYNCED)


def test_what_is_not_selected_is_left_alone() -> None:
    edited = pair({**LAMP, "name": "Lantern"}, LAMP, LAMP)
    assert planner(only="unsynced").plan(edited) == Plan()
    assert planner(only="ids", cscart_ids=("7",)).plan(edited) == Plan()
    assert kinds(planner(only="ids", cscart_ids=(IDS[Side.CSCART],)).plan(edited)) == [Kind.UPDATE]
    assert kinds(planner(only="ids", zoho_ids=(IDS[Side.ZOHO],)).plan(edited)) == [Kind.UPDATE]


def test_an_empty_pair_needs_nothing() -> None:
    assert planner().plan(Pair()) == Plan()


# Updating


def test_an_update_tells_both_values_and_why() -> None:
    plan = planner().plan(pair({**LAMP, "name": "Lantern", "price": Decimal(12)}, LAMP, LAMP))
    update = only(plan, Kind.UPDATE)
    assert update.target is Side.ZOHO
    assert update.changes == {"name": ("Lamp", "Lantern"), "price": (Decimal(10), Decimal(12))}
    assert (update.cscart_id, update.zoho_id) == (IDS[Side.CSCART], IDS[Side.ZOHO])
    assert update.label == "L-1 · Lantern"
    assert update.reason == "Changed in CS-Cart."


def test_an_update_that_overrules_an_edit_says_so() -> None:
    plan = planner().plan(pair(LAMP, {**LAMP, "name": "Torch"}, LAMP))
    reason = only(plan, Kind.UPDATE).reason
    assert "CS-Cart counts for: Name." in reason
    assert "What Zoho had is kept on the conflicts page." in reason


def test_one_product_may_be_written_on_both_sides() -> None:
    mixed = choices(owners={"name": Owner.CSCART, "price": Owner.ZOHO})
    plan = planner(mixed).plan(pair({**LAMP, "name": "Lantern"}, {**LAMP, "price": Decimal(12)}, LAMP))
    changes = {action.target: dict(action.changes) for action in plan.actions}
    assert changes == {
        Side.ZOHO: {"name": ("Lamp", "Lantern")},
        Side.CSCART: {"price": (Decimal(10), Decimal(12))},
    }


def test_long_texts_are_planned_by_their_fingerprints() -> None:
    new = "Brighter. " * 50
    plan = planner().plan(pair({**LAMP, "full_description": new}, LAMP, LAMP))
    assert only(plan, Kind.UPDATE).changes == {
        "full_description": (fingerprint("Bright. " * 50), fingerprint(new)),
    }


def test_an_unfit_value_is_held_and_the_other_fields_go_on() -> None:
    plan = planner().plan(pair({**LAMP, "name": "n" * 300, "price": Decimal(12)}, LAMP, LAMP))
    assert dict(only(plan, Kind.UPDATE).changes) == {"price": (Decimal(10), Decimal(12))}
    assert "The name has 300 characters; Zoho takes 100." in only(plan, Kind.HOLD).reason
    assert plan.state is State.HELD
    assert plan.reason == only(plan, Kind.HOLD).reason


@pytest.mark.parametrize("price", [Decimal(-1), Decimal("1E+20"), None])
def test_a_price_that_would_be_damaged_is_in_no_action(price: Value) -> None:
    for there in (LAMP, {**LAMP, "price": Decimal(3)}):
        plan = planner().plan(pair({**LAMP, "price": price}, there, LAMP))
        assert kinds(plan) == [Kind.HOLD]
        assert plan.state is State.HELD


def test_an_unfit_value_of_the_side_that_does_not_count_holds_nothing() -> None:
    plan = planner().plan(pair(LAMP, {**LAMP, "price": Decimal(-1)}, LAMP))
    assert only(plan, Kind.UPDATE).changes == {"price": (Decimal(-1), Decimal(10))}
    assert plan.state is State.SYNCED


# Conflicts


def test_a_conflict_is_told_once_and_waits_without_further_actions() -> None:
    ours, theirs = {**LAMP, "name": "Lantern"}, {**LAMP, "name": "Torch"}
    first = planner(ASKING).plan(pair(ours, theirs, LAMP))
    assert kinds(first) == [Kind.CONFLICT]
    assert first.state is State.CONFLICT
    known = OpenConflict("name", "Lantern", "Torch")
    again = planner(ASKING).plan(pair(ours, theirs, LAMP, conflicts=(known,)))
    assert again.actions == ()
    assert again.state is State.CONFLICT
    assert again.closed == ()


def test_a_conflict_is_told_again_when_a_value_has_changed_once_more() -> None:
    known = OpenConflict("name", "Lantern", "Torch")
    later = pair({**LAMP, "name": "Lampion"}, {**LAMP, "name": "Torch"}, LAMP, conflicts=(known,))
    assert kinds(planner(ASKING).plan(later)) == [Kind.CONFLICT]


def test_a_conflict_in_one_field_does_not_stop_another_field() -> None:
    ours = {**LAMP, "name": "Lantern", "price": Decimal(12)}
    plan = planner(ASKING).plan(pair(ours, {**LAMP, "name": "Torch"}, LAMP))
    assert set(kinds(plan)) == {Kind.UPDATE, Kind.CONFLICT}
    assert set(only(plan, Kind.UPDATE).changes) == {"price"}
    assert plan.reason == "Both sides differ: Name."


@pytest.mark.parametrize("side", Side)
def test_an_answer_to_a_conflict_is_carried_out(side: Side) -> None:
    answered = OpenConflict("name", "Lantern", "Torch", answer=side)
    ours, theirs = {**LAMP, "name": "Lantern"}, {**LAMP, "name": "Torch"}
    plan = planner(ASKING).plan(pair(ours, theirs, LAMP, conflicts=(answered,)))
    assert only(plan, Kind.UPDATE).target is side.other
    assert plan.state is State.SYNCED


@pytest.mark.parametrize("side", Side)
def test_a_winner_asked_for_settles_fields_and_stock(side: Side) -> None:
    ours, theirs = {**LAMP, "name": "Lantern", "stock": 3}, {**LAMP, "name": "Torch", "stock": 9}
    plan = planner(ASKING, winner=side.value).plan(pair(ours, theirs, LAMP))
    assert only(plan, Kind.UPDATE).target is side.other
    changes = dict(only(plan, Kind.STOCK).changes)
    assert changes == ({"stock_in_cscart": (3, 9)} if side is Side.ZOHO else {"stock_in_zoho": (9, 3)})


def test_a_conflict_that_settled_itself_is_closed() -> None:
    known = OpenConflict("name", "Lantern", "Torch")
    same = {**LAMP, "name": "Torch"}
    plan = planner(ASKING).plan(pair(same, same, LAMP, conflicts=(known,)))
    assert plan.closed == ("name",)
    assert plan.state is State.SYNCED


def test_a_conflict_is_closed_when_both_sides_have_taken_their_changes_back() -> None:
    known = OpenConflict("name", "Lantern", "Torch")
    own_form = {**LAMP, "name": "LAMP"}
    plan = planner(ASKING).plan(pair(LAMP, own_form, LAMP, base_zoho=own_form, conflicts=(known,)))
    assert plan.closed == ("name",)
    assert plan.actions == ()


def test_a_conflict_of_another_field_stays_open() -> None:
    known = OpenConflict("price", Decimal(1), Decimal(2))
    ours, theirs = {**LAMP, "price": Decimal(1)}, {**LAMP, "price": Decimal(2)}
    plan = planner(ASKING).plan(pair(ours, theirs, LAMP, conflicts=(known,)))
    assert plan.closed == ()
    assert plan.state is State.CONFLICT


# First contact


def test_two_rows_are_linked_because_of_their_sku() -> None:
    plan = planner().plan(pair(LAMP, LAMP))
    assert kinds(plan) == [Kind.LINK]
    assert plan.actions[0].reason == 'Both sides have the SKU "L-1".'
    assert plan.state is State.SYNCED


def test_different_stock_at_first_contact_is_asked_about_once() -> None:
    first = planner().plan(pair(LAMP, {**LAMP, "stock": 9}))
    assert kinds(first) == [Kind.LINK, Kind.CONFLICT]
    assert first.state is State.CONFLICT
    assert "Stock" in first.reason
    assert first.agreed is not None
    assert "stock" not in first.agreed.cscart
    known = OpenConflict("stock", 5, 9, figures=Figures(5, 9))
    linked = {name: value for name, value in LAMP.items() if name != "stock"}
    again = planner().plan(pair(LAMP, {**LAMP, "stock": 9}, linked, conflicts=(known,)))
    assert again.actions == ()
    assert again.state is State.CONFLICT


def test_an_answer_about_stock_is_carried_out_by_a_run_that_may() -> None:
    linked = {name: value for name, value in LAMP.items() if name != "stock"}
    answered = OpenConflict("stock", 5, 9, answer=Side.ZOHO)
    waiting = pair(LAMP, {**LAMP, "stock": 9}, linked, conflicts=(answered,))
    assert dict(only(planner().plan(waiting), Kind.STOCK).changes) == {"stock_in_cscart": (5, 9)}


@pytest.mark.parametrize(
    ("answer", "now", "changes"),
    [
        # (the store, Zoho) when it was answered (5, 9), and what follows for both
        (Side.CSCART, (5, 9), {"stock_in_zoho": (9, 5)}),
        (Side.CSCART, (5, 14), {"stock_in_zoho": (14, 10), "stock_in_cscart": (5, 10)}),
        (Side.CSCART, (3, 9), {"stock_in_zoho": (9, 3)}),
        (Side.CSCART, (9, 9), {}),
        (Side.ZOHO, (5, 9), {"stock_in_cscart": (5, 9)}),
        (Side.ZOHO, (5, 14), {"stock_in_cscart": (5, 14)}),
        (Side.ZOHO, (3, 9), {"stock_in_zoho": (9, 7), "stock_in_cscart": (3, 7)}),
        (Side.ZOHO, (9, 9), {"stock_in_zoho": (9, 13), "stock_in_cscart": (9, 13)}),
    ],
)
def test_what_has_moved_since_an_answer_about_stock_is_added(
    answer: Side, now: tuple[int, int], changes: dict[str, tuple[int, int]]
) -> None:
    linked = {name: value for name, value in LAMP.items() if name != "stock"}
    answered = OpenConflict("stock", 5, 9, answer=answer, figures=Figures(5, 9))
    plan = planner().plan(pair({**LAMP, "stock": now[0]}, {**LAMP, "stock": now[1]}, linked, conflicts=(answered,)))
    assert {name: change for action in plan.actions for name, change in action.changes.items()} == changes


def test_stock_whose_orders_have_moved_with_the_figure_is_asked_about_again() -> None:
    linked = {name: value for name, value in LAMP.items() if name != "stock"}
    answered = OpenConflict("stock", 5, 9, answer=Side.CSCART, figures=Figures(5, 9))
    both = pair({**LAMP, "stock": 5}, {**LAMP, "stock": 9}, linked, conflicts=(answered,))
    assert both.cscart is not None
    plan = planner().plan(replace(both, cscart=replace(both.cscart, in_orders=2)))
    assert "Orders have moved the stock after it was answered" in only(plan, Kind.CONFLICT).reason
    ordered = replace(both.cscart, in_orders=2, values={**both.cscart.values, "stock": 3})
    assert only(planner().plan(replace(both, cscart=ordered)), Kind.STOCK)


@pytest.mark.parametrize("changed", list(Side))
def test_an_answer_counts_for_the_values_that_were_shown(changed: Side) -> None:
    answered = OpenConflict("name", "Lantern", "Torch", answer=Side.CSCART)
    now = {Side.CSCART: "Lantern", Side.ZOHO: "Torch", changed: "Beam"}
    both = pair({**LAMP, "name": now[Side.CSCART]}, {**LAMP, "name": now[Side.ZOHO]}, LAMP, conflicts=(answered,))
    asking = choices(owners={"name": Owner.ASK})
    plan = planner(asking).plan(both)
    assert kinds(plan) == [Kind.CONFLICT]
    assert "Changed after it was answered: Name." in plan.actions[0].reason


def test_an_answer_about_stock_is_not_forgotten_by_a_run_that_may_not_write_there() -> None:
    linked = {name: value for name, value in LAMP.items() if name != "stock"}
    answered = OpenConflict("stock", 5, 9, answer=Side.ZOHO, figures=Figures(5, 9))
    plan = planner(direction=Direction.TO_ZOHO).plan(pair(LAMP, {**LAMP, "stock": 9}, linked, conflicts=(answered,)))
    assert plan.actions == ()
    assert plan.closed == ()
    assert plan.agreed is None


def test_stock_that_became_equal_closes_its_conflict_and_is_the_base() -> None:
    linked = {name: value for name, value in LAMP.items() if name != "stock"}
    known = OpenConflict("stock", 5, 9)
    plan = planner().plan(pair(LAMP, LAMP, linked, conflicts=(known,)))
    assert plan.closed == ("stock",)
    assert plan.agreed is not None
    assert plan.agreed.cscart["stock"] == plan.agreed.zoho["stock"] == 5


# Stock


def test_stock_that_moved_on_both_sides_is_one_step() -> None:
    plan = planner().plan(pair({**LAMP, "stock": 3}, {**LAMP, "stock": 9}, LAMP))
    stock = only(plan, Kind.STOCK)
    assert dict(stock.changes) == {"stock_in_zoho": (9, 7), "stock_in_cscart": (3, 7)}
    assert plan.state is State.SYNCED


def test_a_stock_only_run_writes_no_field_makes_nothing_and_links_nothing() -> None:
    edited = pair({**LAMP, "name": "Lantern", "stock": 3}, LAMP, LAMP)
    assert kinds(planner(stock_only=True).plan(edited)) == [Kind.STOCK]
    assert planner(stock_only=True).plan(Pair(cscart=seen(Side.CSCART, LAMP))) == Plan()
    assert planner(stock_only=True).plan(pair(LAMP, LAMP)) == Plan()


def test_a_stock_only_run_leaves_the_badge_of_a_product_with_a_conflict() -> None:
    known = OpenConflict("name", "Lantern", "Torch")
    waiting = pair({**LAMP, "name": "Lantern"}, {**LAMP, "name": "Torch"}, LAMP, conflicts=(known,))
    plan = planner(ASKING, stock_only=True).plan(waiting)
    assert plan == Plan()


@pytest.mark.parametrize("stock", [None, Decimal(3)])
def test_stock_that_one_side_does_not_count_is_left_alone(stock: Value) -> None:
    assert planner().plan(pair(LAMP, {**LAMP, "stock": stock}, LAMP)).actions == ()


def test_stock_that_nobody_owns_is_left_alone() -> None:
    nobody = ProductChoices(stock_owner=StockOwner.NOBODY)
    plan = planner(nobody).plan(pair({**LAMP, "stock": 1}, LAMP, LAMP))
    assert plan.actions == ()
    assert plan.agreed is None


def test_a_setting_decides_about_stock_at_first_contact() -> None:
    zoho = ProductChoices(first_contact_stock=FirstContact.ZOHO)
    plan = planner(zoho).plan(pair(LAMP, {**LAMP, "stock": 9}))
    assert kinds(plan) == [Kind.LINK, Kind.STOCK]


# Making what is missing


@pytest.mark.parametrize("side", Side)
def test_a_new_record_is_planned_with_everything_it_is_made_of(side: Side) -> None:
    row = seen(side, LAMP)
    alone = Pair(cscart=row) if side is Side.CSCART else Pair(zoho=row)
    plan = planner(ProductChoices(stock_buffer=2)).plan(alone)
    create = only(plan, Kind.CREATE)
    assert create.target is side.other
    assert create.changes["name"] == (None, "Lamp")
    assert create.changes["stock"] == (None, 5 if side is Side.CSCART else 3)
    assert create.changes["full_description"] == (None, fingerprint("Bright. " * 50))
    assert create.reason == f"It is not in {side.other.title} yet."
    assert plan.state is State.NOT_SYNCED


@pytest.mark.parametrize("side", Side)
def test_nothing_is_made_where_settings_forbid_it(side: Side) -> None:
    row = seen(side, LAMP)
    alone = Pair(cscart=row) if side is Side.CSCART else Pair(zoho=row)
    plan = planner(ProductChoices(create_in_zoho=False, create_in_cscart=False)).plan(alone)
    assert plan.actions == ()
    assert plan.state is State.NOT_SYNCED
    assert side.other.title in plan.reason


def test_a_product_that_the_other_side_cannot_hold_is_held_with_a_sentence() -> None:
    plan = planner().plan(Pair(cscart=seen(Side.CSCART, {**LAMP, "price": Decimal(-1)})))
    assert kinds(plan) == [Kind.HOLD]
    assert plan.reason.startswith("Price -1 is negative")


def test_a_reason_of_pairing_holds_a_row() -> None:
    plan = planner().plan(Pair(cscart=seen(Side.CSCART, LAMP)), Pairing(held="SKU twice."))
    assert kinds(plan) == [Kind.HOLD]
    assert (plan.state, plan.reason) == (State.HELD, "SKU twice.")


# Deleted, waiting, not read


def gone_in_store(**status: Any) -> Pair:
    linked = pair(LAMP, {**LAMP, **status}, LAMP)
    assert linked.cscart is not None
    return replace(linked, cscart=replace(linked.cscart, gone=True))


def test_a_deleted_product_makes_its_partner_inactive_and_deletes_nothing() -> None:
    plan = planner().plan(gone_in_store())
    mark = only(plan, Kind.MARK_INACTIVE)
    assert mark.target is Side.ZOHO
    assert mark.changes == {"status": (ACTIVE, INACTIVE)}
    assert plan.state is State.GONE
    assert "deleted in CS-Cart" in plan.reason


def test_a_partner_that_is_inactive_already_stays_as_it_is() -> None:
    assert planner().plan(gone_in_store(status=INACTIVE)).actions == ()


def test_a_partner_that_a_person_has_put_back_on_sale_stays_so() -> None:
    gone = gone_in_store()
    marked = replace(gone, link=link(LAMP, {**LAMP, "status": INACTIVE}))
    plan = planner().plan(marked)
    assert plan.actions == ()
    assert plan.state is State.GONE


def test_a_stock_only_run_marks_nothing_inactive() -> None:
    assert planner(stock_only=True).plan(gone_in_store()).actions == ()


def test_a_pair_of_which_one_record_has_changed_since_it_failed_is_looked_at_at_once() -> None:
    edited = pair({**LAMP, "name": "Lantern"}, LAMP, LAMP)
    assert edited.zoho is not None
    changed = replace(edited, zoho=replace(edited.zoho, waits_until=NOON + HOUR))
    assert kinds(planner().plan(changed)) == [Kind.UPDATE]


@pytest.mark.parametrize("by_hand", [{"only": "ids", "cscart_ids": (IDS[Side.CSCART],)}, {"release_brake": True}])
def test_a_record_that_failed_waits_unless_a_person_asks_for_it(by_hand: dict[str, Any]) -> None:
    edited = pair({**LAMP, "name": "Lantern"}, LAMP, LAMP)
    assert edited.cscart is not None
    assert edited.zoho is not None
    later = NOON + HOUR
    waiting = replace(
        edited, cscart=replace(edited.cscart, waits_until=later), zoho=replace(edited.zoho, waits_until=later)
    )
    assert planner().plan(waiting) == Plan()
    assert kinds(planner(**by_hand).plan(waiting)) == [Kind.UPDATE]


def test_a_record_that_has_waited_long_enough_is_tried_again() -> None:
    edited = pair({**LAMP, "name": "Lantern"}, LAMP, LAMP)
    assert edited.zoho is not None
    waited = replace(edited, zoho=replace(edited.zoho, waits_until=NOON))
    assert kinds(planner().plan(waited)) == [Kind.UPDATE]


@pytest.mark.parametrize("side", Side)
def test_nothing_is_decided_on_a_row_that_was_not_read_in_full(side: Side) -> None:
    edited = pair({**LAMP, "name": "Lantern"}, LAMP, LAMP)
    row = edited.of(side)
    assert row is not None
    half = replace(row, partial=True)
    unread = replace(edited, cscart=half) if side is Side.CSCART else replace(edited, zoho=half)
    plan = planner().plan(unread)
    assert plan.actions == ()
    assert plan.state is State.NOT_SYNCED
