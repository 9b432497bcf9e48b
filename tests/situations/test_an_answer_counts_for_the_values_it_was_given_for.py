"""A person's answer to a conflict is for the two values that were shown; for others the person is asked again."""

import pytest

from cscart_zoho.mapping.choices import FirstContact, Owner, ProductChoices
from cscart_zoho.store.models import Conflict
from tests.situations.shop import Shop


def asked_about_prices(shop: Shop) -> Conflict:
    """A lamp whose price was changed on both sides, to 12 in the store and to 13 in Zoho; what the page shows."""
    shop.product_choices = ProductChoices(default_tax_id="6", brake_percent=100, owners={"price": Owner.ASK})
    shop.both("LAMP", 5)
    shop.sync("products")
    price_in_store(shop, "12.00")
    price_in_zoho(shop, 13.0)
    shop.sync("products")
    (question,) = shop.conflicts("products", "price")
    return question


def price_in_store(shop: Shop, price: str) -> None:
    shop.hours(0.1)
    shop.world.cscart.edit_product(shop._product_id("LAMP"), price=price)


def price_in_zoho(shop: Shop, price: float) -> None:
    shop.hours(0.1)
    shop.world.zoho.edit_item(shop._item_id("LAMP"), rate=price)


def prices(shop: Shop) -> tuple[float, float]:
    product = shop.world.cscart.product(shop._product_id("LAMP"))
    return float(product["price"]), float(shop.world.zoho.items()[shop._item_id("LAMP")]["rate"])


@pytest.mark.parametrize(("side", "price"), [("cscart", 12.0), ("zoho", 13.0)])
def test_an_answer_is_carried_out_while_both_sides_have_what_was_shown(shop: Shop, side: str, price: float) -> None:
    asked_about_prices(shop)
    assert shop.answer("products", "price", side) == []
    shop.sync("products")
    assert prices(shop) == (price, price)
    assert (Conflict.objects.get(field="price").winner, Conflict.objects.get(field="price").settled_by) == (side, "Ann")


@pytest.mark.parametrize("changed", ["cscart", "zoho"])
@pytest.mark.parametrize("side", ["cscart", "zoho"])
def test_a_value_that_changed_after_the_answer_is_asked_about_again(shop: Shop, side: str, changed: str) -> None:
    asked_about_prices(shop)
    shop.answer("products", "price", side)
    if changed == "cscart":
        price_in_store(shop, "14.00")
    else:
        price_in_zoho(shop, 14.0)
    shop.sync("products")
    after = (14.0, 13.0) if changed == "cscart" else (12.0, 14.0)
    assert prices(shop) == after, "nothing was overwritten that nobody had seen"
    (again,) = shop.conflicts("products", "price")
    assert again.answer == ""
    assert again.lapsed == {"side": side, "by": "Ann", "cscart": "d:12", "zoho": "d:13"}
    assert "Changed after it was answered: Price." in shop.last_words()
    assert "Both sides agree" not in shop.runs[-1].message
    shop.answer("products", "price", side)
    shop.sync("products")
    winner = after[0] if side == "cscart" else after[1]
    assert prices(shop) == (winner, winner)
    assert not shop.conflicts("products", "price")


def test_an_edit_at_the_very_moment_of_the_write_is_asked_about_again(shop: Shop) -> None:
    asked_about_prices(shop)
    shop.answer("products", "price", "cscart")
    # The plan is made from what the lists tell; the item is edited before it is read for the write.
    shop.meanwhile("GET", "/items", lambda: price_in_zoho(shop, 15.0))
    shop.sync("products")
    assert prices(shop) == (12.0, 15.0)
    (again,) = shop.conflicts("products", "price")
    assert (again.answer, again.zoho_value) == ("", "d:15")


def test_a_page_that_was_opened_before_the_values_changed_is_told_so(shop: Shop) -> None:
    page = asked_about_prices(shop)
    price_in_zoho(shop, 15.0)
    shop.sync("products")
    (told,) = shop.answer("products", "price", "zoho", seen=page)
    assert "has changed since you were shown it: CS-Cart has d:12 now, and Zoho has d:15." in told
    shop.sync("products")
    assert prices(shop) == (12.0, 15.0)


def test_of_two_people_who_answer_differently_the_second_is_told(shop: Shop) -> None:
    page = asked_about_prices(shop)
    assert shop.answer("products", "price", "cscart", seen=page, who="Ann") == []
    (told,) = shop.answer("products", "price", "zoho", seen=page, who="Bob")
    assert "Ann has answered meanwhile that CS-Cart counts" in told
    shop.sync("products")
    assert prices(shop) == (12.0, 12.0)
    assert "settled already" in shop.answer("products", "price", "zoho", seen=page, who="Bob")[0]


def test_whoever_has_seen_the_answer_of_another_person_may_overrule_it(shop: Shop) -> None:
    asked_about_prices(shop)
    shop.answer("products", "price", "cscart", who="Ann")
    assert shop.answer("products", "price", "zoho", who="Bob") == [], "the page shows Ann's answer now"
    shop.sync("products")
    assert prices(shop) == (13.0, 13.0)


def test_an_answer_that_came_twice_is_one(shop: Shop) -> None:
    page = asked_about_prices(shop)
    for _ in range(2):
        assert shop.answer("products", "price", "zoho", seen=page) == []


def test_values_that_have_become_equal_by_themselves_are_nobodys_answer(shop: Shop) -> None:
    asked_about_prices(shop)
    shop.answer("products", "price", "cscart")
    price_in_store(shop, "13.00")
    shop.sync("products")
    assert prices(shop) == (13.0, 13.0)
    closed = Conflict.objects.get(field="price")
    assert (closed.winner, closed.settled_by) == ("", "rule")


def test_a_write_that_was_lost_after_the_answer_overwrites_no_later_edit(shop: Shop) -> None:
    """The answer is being carried out when the connection ends; then somebody edits the item."""
    asked_about_prices(shop)
    shop.answer("products", "price", "cscart")
    shop.lose_call("PUT", "/items/")
    shop.sync("products")
    price_in_zoho(shop, 15.0)
    shop.sync("products")
    assert prices(shop) == (12.0, 15.0)
    (again,) = shop.conflicts("products", "price")
    assert again.answer == ""
    assert (again.lapsed or {})["by"] == "Ann"


# Stock: what has moved since is added to the figure that counts


def asked_about_stock(shop: Shop, *, store: int = 10, zoho: int = 15) -> Conflict:
    shop.product_choices = ProductChoices(default_tax_id="6", brake_percent=100, first_contact_stock=FirstContact.ASK)
    shop.product("LAMP", store)
    shop.item("LAMP", zoho)
    shop.sync("products")
    (question,) = shop.conflicts("products", "stock")
    return question


@pytest.mark.parametrize(("side", "counted"), [("cscart", 10), ("zoho", 15)])
@pytest.mark.parametrize("seen_first", [True, False])
def test_what_moved_after_the_answer_is_added_to_the_figure_that_counts(
    shop: Shop, side: str, counted: int, seen_first: bool
) -> None:
    page = asked_about_stock(shop)
    if not seen_first:
        shop.answer("products", "stock", side)
    shop.count_in_zoho("LAMP", 5)
    shop.sell("LAMP", 2)
    if seen_first:
        shop.sync("products")  # the question shows other figures now
        assert shop.answer("products", "stock", side, seen=page) == []
    shop.sync("products")
    assert shop.stock("LAMP") == (counted + 5 - 2, counted + 5 - 2, counted + 5 - 2)
    assert not shop.conflicts("products", "stock")
    shop.settle("products")


@pytest.mark.parametrize("lost", ["adjustment", "amount"])
@pytest.mark.parametrize("arrives", [True, False])
def test_an_answer_is_carried_out_once_whatever_gets_lost_on_the_way(shop: Shop, lost: str, arrives: bool) -> None:
    asked_about_stock(shop)
    shop.answer("products", "stock", "cscart" if lost == "adjustment" else "zoho")
    call = ("POST", "/inventoryadjustments") if lost == "adjustment" else ("PUT", "/products/")
    (shop.lose_answer if arrives else shop.lose_call)(*call)
    shop.when_lost = lambda: shop.count_in_zoho("LAMP", 5)
    shop.sync("products")
    for _ in range(3):
        shop.sync("products")
    counted = 10 if lost == "adjustment" else 15
    assert shop.stock("LAMP") == (counted + 5,) * 3


def test_orders_that_come_to_be_known_after_the_answer_are_no_movement(shop: Shop) -> None:
    """The pieces of an old order were out of the store's figure when the question was asked; then orders are synced."""
    shop.user()
    shop.product("LAMP", 12)
    shop.item("LAMP", 15)
    shop.order(("LAMP", 2))
    shop.product_choices = ProductChoices(default_tax_id="6", brake_percent=100, first_contact_stock=FirstContact.ASK)
    shop.sync("products")
    assert shop.stock("LAMP")[0] == 10
    shop.answer("products", "stock", "cscart")
    shop.sync("customers", "orders")
    for _ in range(3):
        shop.sync("orders", "products")
        for question in shop.conflicts("products", "stock"):
            if not question.answer:
                shop.answer("products", "stock", "cscart")
    assert shop.stock("LAMP")[0] == 10
    assert shop.stock("LAMP")[2] == 10
