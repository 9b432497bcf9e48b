"""A message's run over one record, or many runs of other kinds, do not end what stopped the run over everything."""

from typing import Any

from cscart_zoho import app
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.store.models import Run
from tests.situations.elsewhere import present
from tests.situations.shop import Shop

SOME = {"only": "ids", "hinted": True, "cscart_ids": ["1"]}


def told() -> list[str]:
    store = present()
    return [concern.text for concern in concerns(store, store.zoho) if concern.key.startswith("run:")]


def ended(entity: str, state: str = "done", **asked: Any) -> None:
    """A run that has come to its end."""
    Run.objects.create(
        store=present(), entity=entity, trigger="hint", asked=asked, asked_key="k", asked_at=app.now(), state=state,
        phase="telling", finished_at=app.now(), message="It went wrong." if state == "failed" else "",
    )  # fmt: skip


def test_a_brake_is_told_whatever_messages_ask_for_meanwhile(shop: Shop) -> None:
    shop.product_choices = ProductChoices(default_tax_id="6", brake_new=5)
    shop.both("LAMP", 5)
    shop.sync("products")
    for number in range(12):
        shop.item(f"NEW-{number}", 1)
    assert shop.run("products").state == "attention"
    shop.sync("products", only="ids", cscart_ids=("1",))
    (text,) = told()
    assert "was stopped by the brake" in text
    shop.sync("products", release_brake=True)
    assert told() == []


def test_a_failure_is_told_however_many_runs_of_other_kinds_follow(shop: Shop) -> None:
    shop.both("LAMP", 5)
    shop.sync("products", "orders")
    ended("products", "failed")
    for _ in range(61):
        ended("orders")
    ended("products", **SOME)
    (text,) = told()
    assert "(products) failed" in text
    ended("products")
    assert told() == []


def test_what_went_wrong_with_one_message_is_over_with_the_next(shop: Shop) -> None:
    shop.both("LAMP", 5)
    shop.sync("products")
    ended("products", "failed", **SOME)
    (text,) = told()
    assert "(products) failed" in text
    ended("products", **SOME)
    assert told() == []
