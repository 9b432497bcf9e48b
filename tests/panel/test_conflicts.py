"""Conflicts and the answers of people."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cscart_zoho.store.models import AuditEntry, Conflict, Run, Store
from cscart_zoho.sync.asked import Asked, asked_from_json
from tests.panel.conftest import SEEN

Browse = Callable[[str], Client]


def a_conflict(store: Store, number: int, **more: Any) -> Conflict:
    columns: dict[str, Any] = {"field": "price", "cscart_value": "d:5", "zoho_value": "d:6", "policy": "ask"}
    return Conflict.objects.create(
        store=store,
        entity="products",
        cscart_id=str(number),
        zoho_id=str(number + 100),
        label=f"Thing {number}.",
        found_at=SEEN,
        **(columns | more),
    )


def test_open_conflicts_come_without_asking_and_settled_ones_on_request(store: Store, browse: Browse) -> None:
    a_conflict(store, 1)
    a_conflict(store, 2, settled_at=SEEN, settled_by="vera", winner="zoho")
    client = browse("viewer")
    page = client.get("/conflicts/").content.decode()
    assert "Thing 1." in page
    assert "Thing 2." not in page
    assert "formaction" not in page
    settled = client.get("/conflicts/?show=settled").content.decode()
    assert "by vera" in settled
    assert "Thing 1." not in settled
    both = client.get("/conflicts/?show=all").content.decode()
    assert "Thing 1." in both
    assert "Thing 2." in both


@pytest.mark.parametrize("side", ["cscart", "zoho"])
def test_an_answer_is_kept_with_its_giver_and_asks_for_the_run(side: str, store: Store, browse: Browse) -> None:
    conflict = a_conflict(store, 1)
    browse("operator").post(f"/conflicts/{conflict.pk}/{side}/")
    conflict.refresh_from_db()
    assert (conflict.answer, conflict.settled_by, conflict.settled_at) == (side, "operator", None)
    assert asked_from_json(Run.objects.get().asked) == Asked(only="ids", cscart_ids=("1",), zoho_ids=("101",))
    assert AuditEntry.objects.filter(who="operator", what="conflict answered").count() == 1


def test_many_conflicts_are_answered_with_one_run(store: Store, browse: Browse) -> None:
    chosen = [a_conflict(store, number).pk for number in (1, 2, 3)]
    browse("operator").post("/conflicts/", {"action": "zoho_counts", "_selected_action": chosen[:2]})
    assert list(Conflict.objects.order_by("pk").values_list("answer", flat=True)) == ["zoho", "zoho", ""]
    assert asked_from_json(Run.objects.get().asked).cscart_ids == ("1", "2")


def test_what_was_settled_meanwhile_keeps_its_settlement(store: Store, browse: Browse) -> None:
    conflict = a_conflict(store, 1, settled_at=SEEN, winner="cscart")
    page = browse("operator").post(f"/conflicts/{conflict.pk}/zoho/", follow=True).content.decode()
    conflict.refresh_from_db()
    assert (conflict.winner, conflict.answer) == ("cscart", "")
    assert "settled already" in page
    assert not Run.objects.exists()


def test_no_answer_is_kept_when_no_run_can_carry_it_out(store: Store, browse: Browse) -> None:
    Store.objects.update(connected_at=None)
    conflict = a_conflict(store, 1)
    browse("operator").post(f"/conflicts/{conflict.pk}/zoho/")
    conflict.refresh_from_db()
    assert conflict.answer == ""


def test_an_unknown_side_or_conflict_is_not_found(store: Store, browse: Browse) -> None:
    conflict = a_conflict(store, 1)
    for path in (f"/conflicts/{conflict.pk}/nobody/", "/conflicts/999999/zoho/"):
        assert browse("operator").post(path).status_code == 404


def test_the_sidebar_counts_the_conflicts_without_an_answer(store: Store, browse: Browse) -> None:
    from cscart_zoho.panel.navigation import open_conflicts

    assert open_conflicts() == ""
    a_conflict(store, 1)
    a_conflict(store, 2, answer="zoho")
    assert open_conflicts() == "1"


def test_an_open_conflict_offers_both_answers_and_a_settled_one_says_by_whom(store: Store, browse: Browse) -> None:
    conflict = a_conflict(store, 1)
    a_conflict(store, 2, settled_at=SEEN, settled_by="vera", winner="zoho")
    page = browse("operator").get("/conflicts/?show=all").content.decode()
    assert page.count(f'formaction="/conflicts/{conflict.pk}/') == 2
    assert page.count('formaction="/conflicts/') == 2
    assert "by vera" in page
