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
    browse("operator").post(f"/conflicts/{conflict.pk}/{side}/", shown(conflict))
    conflict.refresh_from_db()
    assert (conflict.answer, conflict.settled_by, conflict.settled_at) == (side, "operator", None)
    assert asked_from_json(Run.objects.get().asked) == Asked(only="ids", cscart_ids=("1",), zoho_ids=("101",))
    assert AuditEntry.objects.filter(who="operator", what="conflict answered").count() == 1


def test_many_conflicts_are_answered_with_one_run(store: Store, browse: Browse) -> None:
    rows = [a_conflict(store, number) for number in (1, 2, 3)]
    chosen = {"action": "zoho_counts", "_selected_action": [row.pk for row in rows[:2]]}
    browse("operator").post("/conflicts/", chosen | shown(*rows))
    assert list(Conflict.objects.order_by("pk").values_list("answer", flat=True)) == ["zoho", "zoho", ""]
    assert asked_from_json(Run.objects.get().asked).cscart_ids == ("1", "2")


def shown(*conflicts: Conflict) -> dict[str, str]:
    """What a page sends along for the questions that it shows."""
    return {f"version-{conflict.pk}": conflict.version_shown for conflict in conflicts}


def test_the_pages_send_along_which_values_they_show(store: Store, browse: Browse) -> None:
    conflict = a_conflict(store, 1)
    page = browse("operator").get("/conflicts/").content.decode()
    assert f'name="version-{conflict.pk}" value="{conflict.version}"' in page


def test_an_old_form_is_refused_with_the_values_of_now(store: Store, browse: Browse) -> None:
    conflict = a_conflict(store, 1)
    page = browse("operator").post(f"/conflicts/{conflict.pk}/zoho/", follow=True).content.decode()
    conflict.refresh_from_db()
    assert conflict.answer == ""
    assert "does not say which values it is for" in page
    assert "CS-Cart has 5.00 for Price of Thing 1., and Zoho has 6.00" in page
    assert not Run.objects.exists()


def test_of_many_answers_those_whose_values_have_changed_are_told(store: Store, browse: Browse) -> None:
    rows = [a_conflict(store, number) for number in (1, 2, 3)]
    seen = shown(*rows)
    Conflict.objects.filter(cscart_id__in=("2", "3")).update(zoho_value="d:7")
    chosen = {"action": "zoho_counts", "_selected_action": [row.pk for row in rows]}
    page = browse("operator").post("/conflicts/", chosen | seen, follow=True).content.decode()
    assert list(Conflict.objects.order_by("pk").values_list("answer", flat=True)) == ["zoho", "", ""]
    assert asked_from_json(Run.objects.get().asked).cscart_ids == ("1",)
    assert "2 questions have changed since you were shown them" in page
    assert "Price of Thing 2., Price of Thing 3." in page


def test_an_answer_that_lapsed_is_told_beside_the_question(store: Store, browse: Browse) -> None:
    lapsed = {"side": "zoho", "by": "Ann", "cscart": "d:5", "zoho": "d:4"}
    a_conflict(store, 1, lapsed=lapsed)
    said = "Ann has answered that Zoho counts when CS-Cart had 5.00 and Zoho 4.00. That has changed since."
    for role in ("viewer", "operator"):
        assert said in browse(role).get("/conflicts/").content.decode()


def test_the_second_of_two_people_is_told_of_the_first(store: Store, browse: Browse) -> None:
    conflict = a_conflict(store, 1)
    seen = shown(conflict)
    Conflict.objects.update(answer="cscart", settled_by="Ann")
    page = browse("operator").post(f"/conflicts/{conflict.pk}/zoho/", seen, follow=True).content.decode()
    assert "Ann has answered meanwhile that CS-Cart counts for Price of Thing 1." in page
    assert Conflict.objects.get().answer == "cscart"


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
    browse("operator").post(f"/conflicts/{conflict.pk}/zoho/", shown(conflict))
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
