"""The demo from the inside: its visitor reads pages as a browser does, and its checks can fail."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from cscart_zoho_sim import demo
from cscart_zoho_sim.hands_off import HandsOff
from cscart_zoho_sim.visitor import Lost, Page, Visitor

PANEL = "http://127.0.0.1:8600"
ZOHO = "http://127.0.0.1:9000"
FORM = """
<a href="/help">Help</a>
<form method="post" action="save">
  <input type="hidden" name="csrf" value="c1"><input name="name" value="a &amp; b">
  <input type="checkbox" name="off" value="1"><input type="checkbox" name="on" value="1" checked>
  <select name="region"><option value="com">US</option><option value="eu" selected>EU</option></select>
  <select name="first"><option value="x">X</option><option value="y">Y</option></select>
  <textarea name="notes"></textarea>
  <button name="decision" value="accept">Accept</button>
</form>
"""


def test_a_form_is_read_as_a_browser_reads_it() -> None:
    page = Page(f"{PANEL}/zoho/", FORM)
    form = page.form_with("name")
    assert (form.action, form.method) == (f"{PANEL}/zoho/save", "post")
    assert form.fields == {"csrf": "c1", "name": "a & b", "on": "1", "region": "eu", "first": "x", "notes": ""}
    assert form.buttons == [("decision", "accept")]
    assert page.link_to(PANEL) == f"{PANEL}/help"


def test_what_a_page_does_not_have_is_named() -> None:
    page = Page(f"{PANEL}/zoho/", FORM)
    with pytest.raises(Lost, match="password"):
        page.form_with("password")
    with pytest.raises(Lost, match="9000"):
        page.link_to(ZOHO)


def visitor(answers: Any) -> Visitor:
    return Visitor(httpx2.Client(transport=httpx2.MockTransport(answers)), PANEL)


def test_the_visitor_accepts_and_comes_back() -> None:
    seen: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(f"{request.method} {request.url.copy_with(query=None)} {request.content.decode()}")
        path = request.url.path
        if path == "/zoho/" and request.method == "POST":
            return httpx2.Response(302, headers={"location": "/zoho/"})
        if path == "/zoho/":
            fields = '<input name="client_id"><input name="client_secret"><input name="region">'
            return httpx2.Response(200, text=f'<form method="post">{fields}</form><a href="{ZOHO}/auth?s=1">Go</a>')
        if path == "/auth" and request.method == "GET":
            return httpx2.Response(
                200, text='<form method="post"><button name="decision" value="accept">Accept</button></form>'
            )
        if path == "/auth":
            return httpx2.Response(302, headers={"location": f"{PANEL}/zoho/callback/?code=1"})
        return httpx2.Response(200, text="done")

    visitor(answer).connect_zoho({"client_id": "id", "client_secret": "secret", "accounts_url": ZOHO})
    assert f"POST {PANEL}/zoho/ client_id=id&client_secret=secret&region=com" in seen
    assert f"POST {ZOHO}/auth decision=accept" in seen
    assert seen[-1].startswith(f"GET {PANEL}/zoho/callback/")


def test_a_refused_login_is_noticed() -> None:
    form = '<form method="post"><input name="username"><input name="password"></form>'
    with pytest.raises(Lost, match="refused"):
        visitor(lambda request: httpx2.Response(200, text=form)).log_in("demo", "wrong")


NOTHING: dict[str, Any] = {"counts": {}, "by_entity": {}}
RUNS: dict[str, Any] = {
    "products": [{"counts": {"created_in_zoho": 2, "updated_in_cscart": 1}}, NOTHING],
    "customers": [{"counts": {"created_in_zoho": 3}}, NOTHING],
    "orders": [{"counts": {"created_in_zoho": 6}, "by_entity": {"orders": {"created_in_zoho": 5}}}, NOTHING],
}


def outcome(**changed: Any) -> demo.Outcome:
    side = {"writes": 5, "calls": 9}
    after = {
        "cscart": {**side, "products": 3, "users": 5, "orders": 7},
        "zoho": {**side, "items": 3, "crm_contacts": 4, "salesorders": 6},
    }
    customers = {"accounts": 2, "contacts": 4, "users": 5, "linked": 4, "placeholders": 1, "inventory_contacts": 0}
    status = {
        "products": {"cscart": 3, "zoho": 3, "linked": 3, "unexplained": 0},
        "customers": {**customers, "conflicts": 1, "unexplained": 0},
        "orders": {
            "cscart": 7,
            "zoho": 6,
            "linked": 6,
            "held": 1,
            "conflicts": 0,
            "total_mismatches": 0,
            "unexplained": 0,
        },
        "conflicts": 0,
        "not_linked": [],
    }
    given = {
        "runs": {**RUNS, **changed.pop("runs", {})},
        "status": status,
        "before": after,
        "after": after,
        "hands_off": HandsOff(2, {"a price": 1.04, "a name": 2.06}),
        "hints": HandsOff(1, {"a new item": 3.0}),
        "seconds": 4.26,
    }
    return demo.Outcome(**{**given, **changed})


def test_the_answer_of_a_good_demo() -> None:
    assert outcome().broken() == []
    assert outcome().answer() == {
        "products": {
            "cscart": 3,
            "zoho": 3,
            "linked": 3,
            "created_in_zoho": 2,
            "created_in_cscart": 0,
            "updated": 1,
            "conflicts": 0,
            "failed": 0,
        },
        "customers": {
            "accounts": 2,
            "contacts": 4,
            "users": 5,
            "linked": 4,
            "placeholders": 1,
            "inventory_contacts": 0,
            "created_in_zoho": 3,
            "created_in_cscart": 0,
            "conflicts": 1,
            "failed": 0,
        },
        "orders": {
            "cscart": 7,
            "zoho": 6,
            "linked": 6,
            "created_in_cscart": 0,
            "created_in_zoho": 5,
            "held": 1,
            "conflicts": 0,
            "total_mismatches": 0,
            "failed": 0,
        },
        "second_run_writes": 0,
        "hands_off": {"edits": 2, "arrived": 2, "slowest_seconds": 2.1},
        "hints": {"edits": 1, "arrived": 1, "slowest_seconds": 3.0},
        "calls": {"cscart": 9, "zoho": 9},
        "seconds": 4.3,
    }


def test_an_edit_that_does_not_arrive_is_told() -> None:
    late = HandsOff(2, {"a price": 1.0}, missing=["a name"])
    for way in ("hands_off", "hints"):
        assert any("a name" in sentence for sentence in outcome(**{way: late}).broken())


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"before": {"cscart": {"writes": 5}, "zoho": {"writes": 3}}}, "second run wrote 2"),
        ({"runs": {"products": [NOTHING, {"counts": {"failed": 1}}]}}, "1 products failed"),
        ({"runs": {"products": [{"counts": {"unknown": 1}}, NOTHING]}}, "1 products failed"),
        ({"runs": {"customers": [{"counts": {"failed": 1, "unknown": 1}}, NOTHING]}}, "2 customers failed"),
        ({"runs": {"orders": [{"counts": {"failed": 1}, "by_entity": {}}, NOTHING]}}, "1 orders failed"),
    ],
)
def test_a_check_that_does_not_hold_is_told(changed: dict[str, Any], sentence: str) -> None:
    (told,) = outcome(**changed).broken()
    assert sentence in told


@pytest.mark.parametrize("wrong", ["unexplained", "cscart", "zoho"])
def test_products_that_nobody_explains_are_told(wrong: str) -> None:
    good = outcome().status
    status = {**good, "products": {**good["products"], wrong: 2}}
    assert len(outcome(status=status).broken()) == 1


@pytest.mark.parametrize("wrong", ["unexplained", "users", "contacts"])
def test_customers_that_nobody_explains_are_told(wrong: str) -> None:
    good = outcome().status
    status = {**good, "customers": {**good["customers"], wrong: 7}}
    assert len(outcome(status=status).broken()) == 1


@pytest.mark.parametrize("wrong", ["unexplained", "cscart", "zoho", "total_mismatches"])
def test_orders_that_nobody_explains_are_told(wrong: str) -> None:
    good = outcome().status
    status = {**good, "orders": {**good["orders"], wrong: 9}}
    assert len(outcome(status=status).broken()) == 1


def test_only_the_demos_own_folder_is_emptied(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo._fresh(folder)
    (folder / "old").write_text("left over")
    demo._fresh(folder)
    assert [file.name for file in folder.iterdir()] == [demo.MARKER]
    assert not demo._is_foreign(folder)
    assert demo._is_foreign(tmp_path)
