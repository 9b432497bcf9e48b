"""The demo from the inside: its visitor reads pages as a browser does, and its checks can fail."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cscart_zoho_sim import demo, demo_place
from cscart_zoho_sim.demo_truth import Difference, Truth
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


ODD: dict[str, Any] = {"side": "cscart", "linked": False, "state": "held", "reason": "No group.", "first": "Ann"}


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
        "customers_told": [{**ODD, "customers": 1}, {**ODD, "linked": True, "customers": 1}],
    }
    given = {
        "runs": {**RUNS, **changed.pop("runs", {})},
        "status": status,
        "before": after,
        "after": after,
        "hands_off": HandsOff(2, {"a price": 1.04, "a name": 2.06}),
        "hints": HandsOff(1, {"a new item": 3.0}),
        "truth": Truth(pairs=9, fields_compared=140, customers=4, customers_fields=80),
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
            "held": 2,
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
        "truth": {
            "pairs": 9,
            "fields_compared": 140,
            "different_without_reason": 0,
            "stock_different_without_reason": 0,
            "orders_different_without_reason": 0,
            "customers": 4,
            "customers_fields_compared": 80,
            "customers_different_with_reason": 0,
            "customers_different_without_reason": 0,
        },
        "calls": {"cscart": 9, "zoho": 9},
        "seconds": 4.3,
    }


def test_an_edit_that_does_not_arrive_is_told() -> None:
    late = HandsOff(2, {"a price": 1.0}, missing=["a name"])
    for way in ("hands_off", "hints"):
        assert any("a name" in sentence for sentence in outcome(**{way: late}).broken())


@pytest.mark.parametrize("about", ["fields", "stock", "orders", "customers"])
def test_a_difference_that_nobody_explains_is_told(about: str) -> None:
    told = Truth(
        customers=4,
        customers_fields=80,
        differences=[Difference(about, '"Mug" (1 = 2)', "price", 1, 2, "It waits for an answer.")],
    )
    assert outcome(truth=told).broken() == []
    told.differences.append(Difference(about, '"Mug" (1 = 2)', "price", 1, 2))
    assert outcome(truth=told).broken() == [
        '"Mug" (1 = 2): price is 1 in the store and 2 in Zoho, and nobody says why.'
    ]


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


@pytest.mark.parametrize(("wrong", "sentences"), [("unexplained", 1), ("users", 2), ("contacts", 2), ("linked", 2)])
def test_customers_that_nobody_explains_are_told(wrong: str, sentences: int) -> None:
    """Those without a partner are named as well, so one more or less of a side is told twice."""
    good = outcome().status
    status = {**good, "customers": {**good["customers"], wrong: 7}}
    assert len(outcome(status=status).broken()) == sentences


@pytest.mark.parametrize(
    "told",
    [[], [{**ODD, "customers": 2}], [{**ODD, "customers": 1, "reason": ""}], [{**ODD, "side": "zoho", "customers": 1}]],
)
def test_customers_who_do_not_add_up_are_told(told: list[dict[str, Any]]) -> None:
    assert outcome(status={**outcome().status, "customers_told": told}).broken()


def test_customers_who_were_not_compared_are_told() -> None:
    (sentence,) = outcome(truth=Truth(customers=4, customers_fields=8)).broken()
    assert sentence == "4 customers were compared in 8 fields."


def test_customers_who_are_held_are_named_with_their_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    outcome().tell()
    told = capsys.readouterr().out
    assert "customers: 1 held without a partner (cscart), Ann: No group." in told
    assert "customers: 1 held, Ann: No group." in told


@pytest.mark.parametrize("wrong", ["unexplained", "cscart", "zoho", "total_mismatches"])
def test_orders_that_nobody_explains_are_told(wrong: str) -> None:
    good = outcome().status
    status = {**good, "orders": {**good["orders"], wrong: 9}}
    assert len(outcome(status=status).broken()) == 1


# Its folder and its port


def test_only_the_demos_own_folder_is_emptied(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo_place.empty(folder)
    (folder / "old").write_text("left over")
    (folder / "data").mkdir()
    (folder / "data" / "ledger").write_text("left over")
    demo_place.empty(folder)
    assert [file.name for file in folder.iterdir()] == [demo_place.MARKER]
    assert not demo_place.is_foreign(folder)
    assert demo_place.is_foreign(tmp_path)


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / ".demo"
    with demo_place.own_folder(folder, or_beside=True) as first:
        demo_place.empty(first)
        with demo_place.own_folder(folder, or_beside=True) as second:
            demo_place.empty(second)
            assert (first, second) == (folder, tmp_path / ".demo-2")
        with (
            pytest.raises(demo_place.Taken, match=r"Another demo is running in .*FOLDER="),
            demo_place.own_folder(folder, or_beside=False),
        ):
            raise AssertionError("it was given away twice")
    with demo_place.own_folder(folder, or_beside=False) as again:
        assert again == folder


def test_a_folder_beside_with_other_peoples_files_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / ".demo-2").mkdir()
    (tmp_path / ".demo-2" / "letter.txt").write_text("dear reader")
    with (
        demo_place.own_folder(tmp_path / ".demo", or_beside=True),
        demo_place.own_folder(tmp_path / ".demo", or_beside=True) as second,
    ):
        assert second == tmp_path / ".demo-3"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("words", [[], ["--once"]], ids=" ".join)
def test_a_taken_port_is_told_before_anything_is_done(
    words: list[str],
    taken_port: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "demo"
    demo_place.empty(folder)
    (folder / "old").write_text("of the last demo")
    monkeypatch.setattr(demo, "run", lambda options: pytest.fail("it began"))
    assert demo.main([*words, "--folder", str(folder), "--port", str(taken_port)]) == 2
    told = capsys.readouterr().err
    assert f"port {taken_port}" in told
    assert "PORT=" in told
    assert (folder / "old").exists()


def test_the_port_that_is_not_chosen_is_told_when_it_is_taken_and_once_takes_any(
    taken_port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[demo.Options] = []
    monkeypatch.setattr(demo, "PORT", taken_port)
    monkeypatch.setattr(demo, "run", lambda options: ran.append(options) or 0)
    monkeypatch.chdir(tmp_path)
    assert demo.main([]) == 2
    assert f"port {taken_port}" in capsys.readouterr().err
    assert ran == []
    assert demo.main(["--once"]) == 0
    (options,) = ran
    assert (options.once, options.folder) == (True, tmp_path / ".demo")
    assert options.port not in (0, taken_port)


def test_a_demo_that_is_served_does_not_move_into_another_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "run", lambda options: 0)
    monkeypatch.setattr(demo, "PORT", demo_place.free_port())
    monkeypatch.chdir(tmp_path)
    with demo_place.own_folder(tmp_path / ".demo", or_beside=False):
        assert demo.main([]) == 2
        assert "FOLDER=" in capsys.readouterr().err
        assert demo.main(["--once"]) == 0
    assert demo.main([]) == 0


@pytest.mark.parametrize("port", ["0", "65536", "-1"])
def test_a_number_that_is_no_port_is_wrong_use(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        demo.main(["--port", port])
    assert ended.value.code == 2
    assert "65535" in capsys.readouterr().err
