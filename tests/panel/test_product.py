"""The page of one product."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from cscart_zoho.mapping.choices import Owner, ProductChoices
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.panel.product import both_of, compare
from cscart_zoho.records import Direction
from cscart_zoho.store.models import Conflict, Intent, Link, Observation, Run, Step, Store
from cscart_zoho.store.values import to_json
from cscart_zoho.sync.asked import Asked, asked_from_json
from tests.panel.conftest import SEEN, fill, observed

Browse = Callable[[str], Client]
TWO = {"cscart_ids": ("1",), "zoho_ids": ("1",), "only": "ids"}


def linked_pair(store: Store, cscart: dict[str, object], zoho: dict[str, object]) -> None:
    observed(store, "cscart", 1, linked=True, values=cscart).save()
    observed(store, "zoho", 1, linked=True, values=zoho).save()
    base = to_json({"name": "Agreed name", "price": Decimal("0.25")})
    Link.objects.create(
        store=store,
        entity="products",
        cscart_id="1",
        zoho_id="1",
        base_cscart=base,
        base_zoho=base,
        origin="adopted",
        created_at=SEEN,
        settled_at=SEEN,
    )


def test_fields_stand_side_by_side_with_base_owner_and_verdict(store: Store) -> None:
    linked_pair(store, {"price": Decimal("2"), "unit": "pcs"}, {"price": Decimal("3"), "weight": Decimal("1.5")})
    product_map = ProductMap(ProductChoices(owners={"price": Owner.ASK, "name": Owner.CSCART}))
    lines = {line.field: line for line in compare(product_map, both_of(store, "cscart", "1"))}
    price = lines["price"]
    assert (price.cscart, price.zoho, price.base, price.verdict) == ("2.00", "3.00", "0.25", "different")
    assert price.owner == "you are asked"
    assert lines["name"].verdict == "equal"
    assert lines["name"].base == "Agreed name"
    assert lines["weight"].verdict == "alone"
    assert lines["stock"].owner == "both sides' movements are added"


def test_a_long_text_is_shown_by_its_length(store: Store, browse: Browse) -> None:
    linked_pair(store, {"full_description": "#0123456789abcdef:312"}, {"full_description": ""})
    assert "text of 312 characters" in browse("viewer").get("/products/cscart/1/").content.decode()


def test_both_addresses_show_the_same_product(store: Store, browse: Browse) -> None:
    linked_pair(store, {}, {"name": "As Zoho has it"})
    for side in ("cscart", "zoho"):
        page = browse("viewer").get(f"/products/{side}/1/").content.decode()
        assert "As Zoho has it" in page
        assert "https://cscart.example.com/1" in page
        assert "https://zoho.example.com/1" in page


@pytest.mark.parametrize("path", ["/products/cscart/99/", "/products/elsewhere/1/", "/products/cscart/%00/"])
def test_a_product_that_was_never_seen_is_not_found(path: str, store: Store, browse: Browse) -> None:
    fill(store, cscart=1, zoho=0, linked=0)
    assert browse("viewer").get(path).status_code == 404


@pytest.mark.parametrize(
    ("act", "wanted"),
    [
        ("sync", Asked(**TWO)),
        ("stock", Asked(**TWO, stock_only=True)),
        ("from-cscart", Asked(**TWO, winner="cscart", direction=Direction.TO_ZOHO)),
        ("from-zoho", Asked(**TWO, winner="zoho", direction=Direction.TO_CSCART)),
    ],
)
def test_the_buttons_of_a_pair_ask_for_a_run(act: str, wanted: Asked, store: Store, browse: Browse) -> None:
    fill(store, cscart=1, zoho=1, linked=1)
    browse("operator").post(f"/products/zoho/1/{act}/")
    assert asked_from_json(Run.objects.get().asked) == wanted


def test_sync_of_an_unpaired_store_product_asks_for_it_alone(store: Store, browse: Browse) -> None:
    fill(store, cscart=1, zoho=0, linked=0)
    browse("operator").post("/products/cscart/1/sync/")
    assert asked_from_json(Run.objects.get().asked) == Asked(only="ids", cscart_ids=("1",))


def test_sync_of_an_unpaired_zoho_product_imports_it(store: Store, browse: Browse) -> None:
    fill(store, cscart=0, zoho=1, linked=0)
    browse("operator").post("/products/zoho/1/sync/")
    wanted = Asked(only="ids", zoho_ids=("1",), direction=Direction.TO_CSCART)
    assert asked_from_json(Run.objects.get().asked) == wanted


@pytest.mark.parametrize("act", ["from-zoho", "stock", "delete"])
def test_an_action_that_makes_no_sense_is_refused(act: str, store: Store, browse: Browse) -> None:
    fill(store, cscart=1, zoho=0, linked=0)
    assert browse("operator").post(f"/products/cscart/1/{act}/").status_code == 404
    assert not Run.objects.exists()


def test_history_is_that_of_this_product_alone(store: Store, browse: Browse) -> None:
    fill(store, cscart=2, zoho=2, linked=2)
    run = Run.objects.create(store=store, trigger="cli", asked={}, asked_key="k", asked_at=timezone.now())
    for id in ("1", "2"):
        changes = {"price": ["d:1", f"d:{id}.5"]}
        Step.objects.create(run=run, kind="update", target="zoho", cscart_id=id, zoho_id=id, changes=changes)
    page = browse("viewer").get("/products/cscart/1/").content.decode()
    assert "1.00 → 1.50" in page
    assert "2.50" not in page


def test_an_open_conflict_stands_on_the_page_and_a_settled_one_does_not(store: Store, browse: Browse) -> None:
    fill(store, cscart=1, zoho=1, linked=1)
    told = {"store": store, "entity": "products", "cscart_id": "1", "zoho_id": "1", "policy": "ask", "found_at": SEEN}
    Conflict.objects.create(**told, field="price", cscart_value="d:5", zoho_value="d:6.25")
    Conflict.objects.create(**told, field="name", cscart_value="old", zoho_value="older", settled_at=SEEN)
    page = browse("viewer").get("/products/cscart/1/").content.decode()
    assert "CS-Cart has 5.00, Zoho has 6.25" in page
    assert "older" not in page


def test_wrong_settings_give_a_sentence_instead_of_the_comparison(store: Store, browse: Browse) -> None:
    fill(store, cscart=1, zoho=1, linked=1)
    Store.objects.update(product_choices={"stock_buffer": -1})
    page = browse("viewer").get("/products/cscart/1/").content.decode()
    assert "The product settings cannot be read" in page


NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ constructor.constructor('alert(1)')() }}",
    "' x-data=\"alert(1)\" y='",
]


@pytest.mark.parametrize("text", NASTY)
def test_text_from_outside_stays_text(text: str, store: Store, browse: Browse) -> None:
    columns = {"name": text, "key": text, "reason": text, "state": "held", "values": {"name": text, "unit": text}}
    observed(store, "cscart", 1, **columns).save()
    observed(store, "zoho", 1, **columns).save()
    run = Run.objects.create(
        store=store, trigger="cli", asked={}, asked_key="k", asked_at=SEEN, message=text, state="failed"
    )
    told = {"label": text, "reason": text, "message": text, "changes": {text: [text, text]}}
    Step.objects.create(run=run, kind="update", cscart_id="1", **told)
    Conflict.objects.create(
        store=store,
        entity="products",
        cscart_id="1",
        zoho_id="1",
        field=text[:40],
        label=text,
        cscart_value=text,
        zoho_value=text,
        policy="ask",
        found_at=SEEN,
    )
    Observation.objects.update(name=text)
    client = browse("admin")
    for path in ("/products/", "/zoho-items/", "/products/cscart/1/", f"/runs/{run.pk}/", "/runs/", "/conflicts/", "/"):
        page = client.get(path).content.decode()
        for harm in ("<script>alert", "<img src=x", 'href="javascript', 'x-data="alert'):
            assert harm not in page, path


def test_the_page_says_what_waits_for_approval_and_what_zoho_has_promised(store: Store, browse: Browse) -> None:
    linked_pair(store, {"stock": 0}, {"stock": -12})
    Observation.objects.filter(store=store, side="zoho", remote_id="1").update(stock=-12)
    moves = [{"cscart_id": "1", "zoho_id": "1", "delta": -2, "before": -12, "accounted": 0}]
    told = {"store": store, "entity": "products", "kind": "adjust", "target": "zoho", "opened_at": SEEN}
    Intent.objects.create(**told, key="CZ-17", outcome="waiting", payload={"moves": moves, "id": "9"})
    Intent.objects.create(**told, key="CZ-18", payload={"moves": moves})
    page = browse("viewer").get("/products/cscart/1/").content.decode()
    assert "2 pieces of 1 product wait for approval in Zoho: inventory adjustment CZ-17." in page
    assert "What came of inventory adjustment CZ-18 is not known" in page
    assert "Zoho has -12 for sale" in page
