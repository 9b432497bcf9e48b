"""The nasty behaviours of the simulated CS-Cart towards orders, one by one."""

from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho_sim.cscart.catalogue import Refused
from cscart_zoho_sim.wire import Edit
from tests.unit.test_sim_cscart import START, Caller, words

PLACE = {"address": "Street 1", "city": "Sample City", "state": "NY", "country": "US", "zipcode": "10001"}
GUEST: dict[str, Any] = {
    "email": "guest@example.com",
    "firstname": "Gus",
    "lastname": "Guest",
    "phone": "+1 555 0100",
    **{f"{side}_{name}": value for side in "bs" for name, value in PLACE.items()},
}


class Shop(Caller):
    """A store with two products, and its orders in one line per call."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.lamp = self.store.add_product(product="Example lamp", product_code="LAMP", price=20, amount=10)
        self.mug = self.store.add_product(product="Example mug", product_code="MUG", price="7.50", amount=5)
        self.store.desk.set_shipping(1, 4)

    def post(self, products: Any = None, **fields: Any) -> Any:
        """What a POST of an order by a guest answers; one lamp when nothing is said."""
        lines = {"1": {"product_id": self.lamp, "amount": 1}} if products is None else products
        usual = {"user_data": GUEST, "payment_id": 2, "shipping_id": 1, "products": lines}
        sent = {name: value for name, value in {**usual, **fields}.items() if value is not None}
        return self.write("POST", "stores/1/orders", sent)

    def made(self, products: Any = None, **fields: Any) -> dict[str, Any]:
        """The new order as its POST tells it."""
        answer = self.post(products, **fields)
        assert answer.status == 201, answer.body
        told: dict[str, Any] = words(answer)["order_data"]
        return told

    def put(self, order: Any, **fields: Any) -> None:
        answer = self.write("PUT", f"orders/{order}", fields)
        assert (answer.status, words(answer)) == (200, {"order_id": str(order)})

    def order(self, order: Any) -> dict[str, Any]:
        told: dict[str, Any] = self.get(f"orders/{order}")
        return told

    def ids(self, *pairs: tuple[str, str], **query: Any) -> list[int]:
        return [int(row["order_id"]) for row in self.get("orders", *pairs, **query)["orders"]]

    def stock(self, product: int) -> int:
        return int(self.store.product(product)["amount"])


@pytest.fixture
def shop() -> Shop:
    return Shop()


def bought(order: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(line["product_code"], line["amount"], line["price"]) for line in order["products"].values()]


# Lists


def test_a_list_tells_neither_lines_nor_updated_at_and_the_single_order_both(shop: Shop) -> None:
    id = shop.made()["order_id"]
    (row,) = shop.get("orders")["orders"]
    assert (row["order_id"], row["total"], row["issuer_email"]) == (id, "24.00", "admin@example.com")
    assert not {"products", "updated_at", "notes", "b_city"} & row.keys()
    single = shop.order(id)
    assert single["updated_at"] == str(int(START.timestamp()))
    assert bought(single) == [("LAMP", "1", "20.00")]


def test_get_orders_data_brings_whole_orders_into_the_list(shop: Shop) -> None:
    first, second = shop.made()["order_id"], shop.made()["order_id"]
    assert shop.get("orders", get_orders_data=1, order_id=first)["orders"] == [shop.order(first)]
    assert len(shop.get("orders", get_orders_data=1)["orders"]) == 2
    assert second in [order["order_id"] for order in shop.get("orders", get_orders_data=1)["orders"]]
    shop.store.switches.orders_data_in_lists = False
    assert "products" not in shop.get("orders", get_orders_data=1)["orders"][0]


def test_a_page_beyond_the_end_is_empty(shop: Shop) -> None:
    for _ in range(3):
        shop.made()
    pages = [shop.get("orders", items_per_page=2, page=page) for page in (1, 2, 3)]
    assert [len(page["orders"]) for page in pages] == [2, 1, 0]
    assert {page["params"]["total_items"] for page in pages} == {"3"}
    assert len(shop.get("orders", items_per_page=0)["orders"]) == 3


def test_orders_are_sorted_by_what_is_known_and_else_by_date(shop: Shop) -> None:
    cheap = int(shop.made({"1": {"product_id": shop.mug, "amount": 1}}, timestamp=2000)["order_id"])
    dear = int(shop.made(timestamp=1000)["order_id"])
    assert shop.ids(sort_by="order_id", sort_order="asc") == [cheap, dear]
    assert shop.ids(sort_by="total") == [dear, cheap]
    twin = int(shop.made(timestamp=1000)["order_id"])
    assert shop.ids(sort_by="date") == [cheap, twin, dear], "of one moment, by their ids"
    assert shop.ids(sort_by="total", sort_order="asc") == [cheap, dear, twin]
    shop.store.delete_order(twin)
    for unknown in ("date", "updated_at", "nonsense"):
        listed = shop.get("orders", sort_by=unknown)
        assert [int(row["order_id"]) for row in listed["orders"]] == [cheap, dear]
        assert (listed["params"]["sort_by"], listed["params"]["sort_order"]) == ("date", "desc")


def test_orders_are_filtered(shop: Shop) -> None:
    user = shop.store.add_user(email="ann@example.com", firstname="Ann", lastname="Sample")
    first = int(shop.made()["order_id"])
    second = int(shop.made({"1": {"product_id": shop.mug, "amount": 2}}, user_id=user)["order_id"])
    third = int(shop.made()["order_id"])
    shop.put(third, status="P")
    up = {"sort_by": "order_id", "sort_order": "asc"}
    assert shop.ids(order_id=f"{first},{third}", **up) == [first, third]
    assert shop.ids(("order_id[]", str(second)), ("order_id[]", str(first)), **up) == [first, second]
    assert shop.ids(status="P") == [third]
    assert shop.ids(("status[]", "P"), ("status[]", "O"), **up) == [first, second, third]
    assert shop.ids(email="UEST@", **up) == [first, third], "a part of it, whatever the case"
    assert shop.ids(user_id=user) == [second]
    assert shop.ids(p_ids=shop.mug) == [second]
    assert shop.ids(total_from=20, total_to=30, **up) == [first, third]
    assert shop.ids(cname="sample") == [second]
    assert shop.ids(nonsense="x", **up) == [first, second, third]


def test_changed_orders_are_found_by_updated_at_and_old_ones_never(shop: Shop) -> None:
    old, new = int(shop.made()["order_id"]), int(shop.made()["order_id"])
    shop.store.desk.orders.rows[old].columns["updated_at"] = "0"
    start = int(START.timestamp())
    assert shop.ids(updated_at_from=1) == [new]
    shop.clock.advance(100)
    assert shop.ids(updated_at_from=start + 50) == []
    shop.put(new, notes="Changed")
    assert shop.ids(updated_at_from=start + 50) == [new]
    assert shop.ids(updated_at_from=start + 50, updated_at_to=start + 60) == []
    older = Shop(version="4.11.5")
    older.made()
    assert len(older.ids(updated_at_from=4_102_444_800)) == 1, "a filter that is not known lets everything through"


def test_times_of_creation_count_only_with_a_period(shop: Shop) -> None:
    early = int(shop.made(timestamp=1_700_000_000)["order_id"])
    late = int(shop.made()["order_id"])
    start = int(START.timestamp())
    assert sorted(shop.ids(time_from=start)) == [early, late]
    assert shop.ids(period="C", time_from=start) == [late]
    assert shop.ids(period="C", time_from="11/14/2023", time_to="11/14/2023") == [early]
    assert sorted(shop.ids(period="A", time_from=start)) == [early, late]


def test_incomplete_orders_are_listed_only_when_asked_for(shop: Shop) -> None:
    id = int(shop.made()["order_id"])
    shop.store.desk.orders.rows[id].columns["status"] = "N"
    assert shop.ids() == []
    assert shop.ids(include_incompleted=1) == [id]


def test_a_store_in_front_narrows_the_list_and_a_user_does_not(shop: Shop) -> None:
    user = shop.store.add_user(email="ann@example.com")
    shop.made()
    assert len(shop.get("stores/1/orders")["orders"]) == 1
    assert len(shop.get(f"users/{user}/orders")["orders"]) == 1, "orders of everybody"
    assert shop.send("GET", "/api/stores/9/orders").status == 404


# A new order


def test_an_ultimate_store_wants_the_storefront_in_the_address(shop: Shop) -> None:
    fields = {"user_data": GUEST, "payment_id": 2, "shipping_id": 1, "products": {"1": {"product_id": shop.lamp}}}
    answer = shop.write("POST", "orders", fields)
    assert (answer.status, words(answer)["messages"]) == (400, ["Please select a store first"])


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (("user_data",), "The user_id/user_data field is required"),
        (("payment_id",), "The payment_id field is required"),
        (("user_data", "payment_id"), "The payment_id field is required"),
        (("shipping_id",), "The shipping_id field is required"),
        (("products",), "Order couldn't be created"),
    ],
)
def test_what_a_new_order_must_have(shop: Shop, missing: tuple[str, ...], told: str) -> None:
    fields = dict.fromkeys(missing) | ({"products": {}} if "products" in missing else {})
    answer = shop.post(fields.pop("products", None), **fields)
    assert (answer.status, words(answer)["messages"]) == (400, [told])
    assert shop.store.orders() == {}


def test_an_unknown_user_is_refused_and_an_unknown_payment_is_not(shop: Shop) -> None:
    answer = shop.post(user_id=999)
    assert (answer.status, words(answer)["messages"]) == (400, ["The User not found"])
    order = shop.made(payment_id=99)
    assert order["payment_id"] == "99"
    assert "payment" not in order["payment_method"]


def test_a_new_order_has_the_catalogues_price_and_is_open(shop: Shop) -> None:
    line = {"product_id": shop.lamp, "amount": 2, "price": 1, "stored_price": "Y"}
    order = shop.made({"1": line}, status="C")
    assert bought(order) == [("LAMP", "2", "20.00")]
    assert (order["status"], order["total"], order["subtotal"]) == ("O", "44.00", 40)


def test_a_new_order_takes_stock_and_no_product_looks_changed(shop: Shop) -> None:
    before = shop.store.product(shop.lamp)["updated_timestamp"]
    shop.clock.advance(100)
    shop.made({"1": {"product_id": shop.lamp, "amount": 3}})
    assert (shop.stock(shop.lamp), shop.store.product(shop.lamp)["updated_timestamp"]) == (7, before)


def test_201_does_not_mean_complete(shop: Shop) -> None:
    none = shop.store.add_product(product="Example none", product_code="NONE", amount=0)
    lines = {
        "1": {"product_id": 999, "amount": 1},
        "2": {"product_id": none, "amount": 1},
        "3": {"product_id": shop.mug, "amount": 5000},
        "4": {"product_id": shop.lamp, "amount": 1},
        "5": {"product_id": shop.lamp, "amount": 2},
    }
    assert bought(shop.made(lines)) == [("MUG", "5", "7.50"), ("LAMP", "3", "20.00")]
    assert (shop.stock(shop.mug), shop.stock(shop.lamp)) == (0, 7)


def test_equal_products_are_cut_to_the_stock_together(shop: Shop) -> None:
    order = shop.made({"1": {"product_id": shop.mug, "amount": 4}, "2": {"product_id": shop.mug, "amount": 4}})
    assert (bought(order), shop.stock(shop.mug)) == ([("MUG", "5", "7.50")], 0)


def test_an_order_of_nothing_says_what_was_sold_out(shop: Shop) -> None:
    shop.store.edit_product(shop.lamp, amount=0)
    answer = shop.post()
    gone = "<b>Example lamp</b> has zero inventory and is removed from the cart"
    assert words(answer) == {
        "message": f"Bad Request: {gone}. Order couldn't be created",
        "messages": ["Order couldn't be created"],
        "errors": [gone],
        "status": 400,
    }


def test_the_first_product_of_a_list_is_lost(shop: Shop) -> None:
    lines = [{"product_id": shop.lamp, "amount": 1}, {"product_id": shop.mug, "amount": 1}]
    assert bought(shop.made(lines)) == [("MUG", "1", "7.50")]
    assert shop.post(lines[:1]).status == 400
    shop.store.switches.key_0_is_skipped = False
    assert bought(shop.made(lines)) == [("LAMP", "1", "20.00"), ("MUG", "1", "7.50")]


def test_products_may_be_keyed_by_their_ids(shop: Shop) -> None:
    assert bought(shop.made({str(shop.mug): {"amount": 2}})) == [("MUG", "2", "7.50")]


def test_a_user_wins_over_a_guests_data(shop: Shop) -> None:
    user = shop.store.add_user(
        email="ann@example.com",
        firstname="Ann",
        lastname="Sample",
        company="Sample Ltd",
        b_city="Berlin",
        s_city="Bonn",
    )
    order = shop.made(user_id=user)
    assert (order["email"], order["firstname"], order["user_id"]) == ("ann@example.com", "Ann", str(user))
    assert (order["b_city"], order["s_city"], order["b_firstname"]) == ("Berlin", "Bonn", "Ann")
    assert order["company"] == "", "a company is not told by the profile"


def test_of_a_guests_delivery_only_what_the_form_shows_is_kept(shop: Shop) -> None:
    order = shop.made(user_data={**GUEST, "s_firstname": "Other", "s_phone": "1", "company": "Guests Ltd"})
    assert (order["s_address"], order["s_firstname"], order["s_phone"]) == ("Street 1", "", "")
    assert (order["b_address"], order["company"], order["user_id"]) == ("Street 1", "", "0")
    again = shop.made(s_firstname="Other", company="Guests Ltd")
    assert (again["s_firstname"], again["company"]) == ("Other", "Guests Ltd"), "at the top level they are columns"


def test_texts_and_the_time_are_kept_and_long_names_are_cut(shop: Shop) -> None:
    order = shop.made(
        notes="Ring twice 🚀",
        details="[Zoho SO-00012]",
        timestamp=1_795_000_000,
        firstname="F" * 40,
        b_firstname="F" * 40,
    )
    assert (order["notes"], order["details"]) == ("Ring twice ????", "[Zoho SO-00012]")
    assert order["timestamp"] == "1795000000"
    assert (len(order["firstname"]), len(order["b_firstname"])) == (32, 40)
    assert shop.get("orders", get_orders_data=1)["orders"][0]["details"] == "[Zoho SO-00012]"


def test_what_is_given_on_top_is_laid_over_the_finished_order(shop: Shop) -> None:
    order = shop.made(shipping_cost=9, subtotal_discount=3, order_id=77, user_data={**GUEST}, b_city="Elsewhere")
    assert (order["shipping_cost"], order["subtotal_discount"], order["b_city"]) == ("9.00", 3, "Elsewhere")
    assert order["total"] == "24.00", "nothing is calculated from it"
    assert order["order_id"] != "77"
    assert shop.made(total="12.34")["total"] == "12.34"


def test_a_promotion_of_the_store_comes_off_an_order_of_the_api(shop: Shop) -> None:
    shop.store.switches.order_promotion_off, shop.store.switches.order_promotion_from = Decimal(8), Decimal(40)
    assert shop.made()["total"] == "24.00"
    order = shop.made({"1": {"product_id": shop.lamp, "amount": 2}})
    assert (order["total"], order["subtotal_discount"], order["promotion_ids"]) == ("36.00", 8, "1")
    assert order["promotions"]


def test_an_order_that_costs_nothing_is_paid(shop: Shop) -> None:
    free = shop.store.add_product(price=0, amount=3)
    shop.store.desk.set_shipping(1, 0)
    assert shop.made({"1": {"product_id": free, "amount": 1}})["status"] == "P"


def test_downloads_need_no_shipping_unless_the_store_is_old(shop: Shop) -> None:
    file = shop.store.add_product(price=5, is_edp="Y", amount=0)
    order = shop.made({"1": {"product_id": file, "amount": 1}}, shipping_id=None)
    assert (order["need_shipping"], order["shipping"], order["total"]) == (False, [], "5.00")
    shop.store.switches.shipping_always_needed = True
    assert shop.post({"1": {"product_id": file, "amount": 1}}, shipping_id=None).status == 400


# Changes


def test_a_change_of_status_says_yes_to_everything(shop: Shop) -> None:
    id = shop.made()["order_id"]
    for order, fields in (
        (id, {"status": "P", "notify_user": "1"}),
        (id, {"status": "?"}),
        (id, {"status": ""}),
        (999_999, {"status": "C"}),
    ):
        shop.put(order, **fields)
    assert shop.order(id)["status"] == "?"


def test_a_status_among_other_changes_is_not_set(shop: Shop) -> None:
    id = shop.made()["order_id"]
    shop.put(id, status="I", notes="Changed")
    assert (shop.order(id)["status"], shop.order(id)["notes"], shop.stock(shop.lamp)) == ("O", "Changed", 9)


def test_the_same_status_again_changes_nothing(shop: Shop) -> None:
    id = shop.made()["order_id"]
    shop.clock.advance(60)
    shop.put(id, status="O")
    assert shop.order(id)["updated_at"] == str(int(START.timestamp()))
    shop.put(id, status="P")
    assert shop.order(id)["updated_at"] == str(int(START.timestamp()) + 60)


def test_given_lines_take_the_place_of_all_with_their_prices(shop: Shop) -> None:
    id = shop.made({"1": {"product_id": shop.mug, "amount": 1}})["order_id"]
    lines = {
        "11": {"product_id": shop.lamp, "amount": 2, "price": 3.33, "stored_price": "Y"},
        "12": {"product_id": shop.lamp, "amount": 1, "price": "3.335", "stored_price": "Y"},
        "13": {"product_id": shop.mug, "amount": 1, "price": 1},
    }
    shop.put(id, products=lines)
    order = shop.order(id)
    assert bought(order) == [("LAMP", "2", "3.33"), ("LAMP", "1", "3.34"), ("MUG", "1", "7.50")]
    assert list(order["products"]) == ["11", "12", "13"]
    assert (order["total"], order["status"]) == ("21.50", "O")
    assert (shop.stock(shop.lamp), shop.stock(shop.mug)) == (7, 4)


def test_stored_prices_stay_when_something_else_is_changed(shop: Shop) -> None:
    id = shop.made()["order_id"]
    shop.put(id, products={"1": {"product_id": shop.lamp, "amount": 1, "price": 3, "stored_price": "Y"}})
    shop.store.edit_product(shop.lamp, price=99)
    shop.put(id, details="[Zoho SO-00012]")
    order = shop.order(id)
    assert (bought(order), order["total"], order["details"]) == ([("LAMP", "1", "3.00")], "7.00", "[Zoho SO-00012]")


def test_lines_without_a_price_are_added_from_the_catalogue(shop: Shop) -> None:
    id = shop.made()["order_id"]
    shop.put(id, products={"5": {"product_id": shop.mug, "amount": 9}})
    assert bought(shop.order(id)) == [("LAMP", "1", "20.00"), ("MUG", "5", "7.50")]


def test_a_stored_shipping_cost_holds_for_one_change_and_leaves_the_total(shop: Shop) -> None:
    id = shop.made()["order_id"]
    shop.put(id, stored_shipping={"0": {"0": 5}})
    assert (shop.order(id)["shipping_cost"], shop.order(id)["total"]) == ("5.00", "24.00")
    shop.put(id, stored_shipping={"0": {"0": 5}}, total="25.00")
    assert (shop.order(id)["shipping_cost"], shop.order(id)["total"]) == ("5.00", "25.00")
    shop.put(id, notes="Something else")
    assert (shop.order(id)["shipping_cost"], shop.order(id)["total"]) == ("4.00", "24.00")


def test_a_total_holds_until_the_next_change(shop: Shop) -> None:
    id = shop.made()["order_id"]
    shop.put(id, total=99)
    shop.put(id, status="P")
    assert shop.order(id)["total"] == "99.00", "a change of status calculates nothing"
    shop.put(id, notes="Changed")
    assert shop.order(id)["total"] == "24.00"


def test_totals_may_be_one_change_behind(shop: Shop) -> None:
    shop.store.switches.totals_behind = True
    id = shop.made()["order_id"]
    cheaper = {"1": {"product_id": shop.lamp, "amount": 1, "price": 1, "stored_price": "Y"}}
    shop.put(id, products=cheaper)
    assert (shop.order(id)["total"], shop.order(id)["subtotal"]) == ("24.00", 1)
    shop.put(id, products=cheaper)
    assert shop.order(id)["total"] == "5.00"
    shop.put(id, products=cheaper, total="5.55")
    assert shop.order(id)["total"] == "5.55"


@pytest.mark.parametrize(("opens", "status"), [(False, "P"), (True, "O")])
def test_a_new_calculation_may_open_the_order(shop: Shop, opens: bool, status: str) -> None:
    shop.store.switches.put_opens_orders = opens
    id = shop.made()["order_id"]
    shop.put(id, status="P")
    shop.put(id, notes="Changed")
    assert (shop.order(id)["status"], shop.stock(shop.lamp)) == (status, 9)


def test_an_address_is_changed_and_a_date_is_not(shop: Shop) -> None:
    id = shop.made()["order_id"]
    shop.put(id, s_city="Elsewhere", b_firstname="Other", timestamp=5, payment_id=1)
    order = shop.order(id)
    assert (order["s_city"], order["b_firstname"], order["payment_id"]) == ("Elsewhere", "Other", "1")
    assert order["timestamp"] == str(int(START.timestamp()))


def test_more_than_there_is_makes_the_order_backordered(shop: Shop) -> None:
    id = shop.made()["order_id"]
    shop.put(id, products={"1": {"product_id": shop.mug, "amount": 6, "price": 1, "stored_price": "Y"}})
    assert (shop.order(id)["status"], shop.stock(shop.lamp), shop.stock(shop.mug)) == ("B", 10, 5)


def test_changes_that_cannot_be(shop: Shop) -> None:
    id = shop.made()["order_id"]
    assert shop.write("PUT", f"orders/{id}", {}).status == 405
    assert shop.write("PUT", "orders/999", {"notes": "x"}).status == 400
    unknown = {"1": {"product_id": 999, "amount": 1, "price": 1}}
    assert shop.write("PUT", f"orders/{id}", {"products": unknown}).status == 400
    assert bought(shop.order(id)) == [("LAMP", "1", "20.00")]
    assert shop.stock(shop.lamp) == 9


# Stock


@pytest.mark.parametrize("letter", ["P", "C", "Y"])
@pytest.mark.parametrize("cancelled", ["I", "F", "D", "B"])
def test_stock_moves_only_between_the_groups(shop: Shop, letter: str, cancelled: str) -> None:
    id = shop.made({"1": {"product_id": shop.lamp, "amount": 4}})["order_id"]
    seen = []
    for status in (letter, letter, cancelled, cancelled, "I", letter, "O"):
        shop.put(id, status=status)
        seen.append(shop.stock(shop.lamp))
    assert seen == [6, 6, 10, 10, 10, 6, 6]


def test_a_status_that_is_not_there_breaks_the_ledger(shop: Shop) -> None:
    id = shop.made({"1": {"product_id": shop.lamp, "amount": 4}})["order_id"]
    for status in ("Z", "I", "C"):
        shop.put(id, status=status)
    assert shop.stock(shop.lamp) == 2, "taken twice"


def test_a_shortage_makes_an_order_backordered_and_takes_nothing(shop: Shop) -> None:
    lines = {"1": {"product_id": shop.lamp, "amount": 4}, "2": {"product_id": shop.mug, "amount": 2}}
    id = shop.made(lines)["order_id"]
    shop.put(id, status="I")
    shop.store.edit_product(shop.mug, amount=1)
    shop.put(id, status="P")
    assert (shop.order(id)["status"], shop.stock(shop.lamp), shop.stock(shop.mug)) == ("B", 10, 1)


def test_a_status_of_the_shops_own_has_its_group(shop: Shop) -> None:
    shop.store.desk.add_status("A", "Being packed", "D")
    shop.store.desk.add_status("E", "Given up", "I")
    assert {"A", "E"} <= {row["status"] for row in shop.get("statuses", type="O")["statuses"]}
    id = shop.made()["order_id"]
    seen = []
    for status in ("A", "E", "A"):
        shop.put(id, status=status)
        seen.append(shop.stock(shop.lamp))
    assert seen == [9, 10, 9]


def test_a_deleted_order_returns_its_stock_unless_it_had(shop: Shop) -> None:
    kept, cancelled = shop.made()["order_id"], shop.made()["order_id"]
    shop.put(cancelled, status="I")
    assert shop.stock(shop.lamp) == 9
    answers = [shop.send("DELETE", f"/api/orders/{id}") for id in (kept, cancelled, kept)]
    assert [answer.status for answer in answers] == [204, 204, 404]
    assert shop.stock(shop.lamp) == 10
    assert shop.send("GET", f"/api/orders/{kept}").status == 404


def test_untracked_products_and_downloads_have_no_stock_to_lose(shop: Shop) -> None:
    endless = shop.store.add_product(tracking="D", amount=0)
    assert bought(shop.made({"1": {"product_id": endless, "amount": 7}}))[0][1] == "7"
    assert shop.stock(endless) == 0


def test_a_deleted_product_stays_in_its_orders(shop: Shop) -> None:
    id = shop.made({"1": {"product_id": shop.lamp, "amount": 1}, "2": {"product_id": shop.mug, "amount": 1}})[
        "order_id"
    ]
    shop.store.delete_product(shop.mug)
    lamp, mug = shop.order(id)["products"].values()
    assert (lamp["deleted_product"], mug["deleted_product"]) == (False, True)
    assert (mug["product"], mug["product_code"], mug["product_id"]) == ("Example mug", "MUG", str(shop.mug))
    shop.put(id, status="I")
    assert shop.stock(shop.lamp) == 10


def test_orders_of_a_deleted_user_belong_to_nobody(shop: Shop) -> None:
    user = shop.store.add_user(email="ann@example.com")
    id = shop.made(user_id=user)["order_id"]
    shop.clock.advance(60)
    shop.store.delete_user(user)
    assert (shop.order(id)["user_id"], shop.order(id)["email"]) == ("0", "ann@example.com")
    assert shop.order(id)["updated_at"] == str(int(START.timestamp()))


# Several vendors


def test_a_cart_of_two_vendors_becomes_a_parent_that_no_list_shows() -> None:
    shop = Shop(edition="multivendor")
    shop.store.edit_product(shop.mug, company_id=2)
    lines = {"1": {"product_id": shop.lamp, "amount": 1}, "2": {"product_id": shop.mug, "amount": 2}}
    fields = {"user_data": GUEST, "payment_id": 2, "shipping_id": 1, "products": lines}
    told = words(shop.write("POST", "orders", fields))
    parent, (first, second) = told["order_id"], told["suborder_ids"]
    assert (told["order_data"]["status"], told["order_data"]["is_parent_order"]) == ("T", "Y")
    assert told["order_data"]["total"] == "43.00"
    assert [(each["company_id"], each["total"]) for each in told["suborders_data"]] == [("1", "24.00"), ("2", "19.00")]
    assert sorted(shop.ids()) == [first, second]
    assert shop.ids(company_id=2) == [second]
    assert [int(row["order_id"]) for row in shop.get("vendors/1/orders")["orders"]] == [first]
    assert shop.order(first)["parent_order_id"] == str(parent)
    assert (shop.stock(shop.lamp), shop.stock(shop.mug)) == (9, 3)
    shop.put(parent, status="I")
    assert [shop.order(id)["status"] for id in (parent, first, second)] == ["T", "I", "I"]
    assert (shop.stock(shop.lamp), shop.stock(shop.mug)) == (10, 5)


def test_a_cart_of_one_vendor_is_his_order() -> None:
    shop = Shop(edition="multivendor")
    id = shop.store.place_order([(shop.lamp, 1)], guest=GUEST)
    assert (shop.order(id)["company_id"], shop.order(id)["is_parent_order"]) == ("1", "N")


# People


def test_people_place_edit_and_delete_orders_and_are_heard(shop: Shop) -> None:
    edits: list[Edit] = []
    shop.store.order_watchers.append(edits.append)
    user = shop.store.add_user(email="ann@example.com")
    id = shop.store.place_order([(shop.lamp, 2)], user_id=user, notes="Ring twice")
    shop.store.edit_order(id, lines=[(shop.lamp, 1), (shop.mug, 1)])
    shop.store.edit_order(id, address={"s_city": "Elsewhere"})
    shop.store.set_order_status(id, "P")
    shop.put(id, status="C")
    shop.store.delete_order(id)
    assert [edit.author for edit in edits] == ["people"] * 4 + ["api", "people"]
    assert {(edit.side, edit.id) for edit in edits} == {("cscart", str(id))}
    assert (edits[0].before, edits[-1].after) == (None, None)
    assert [edit.after["total"] for edit in edits if edit.after] == ["44.00", "31.50", "31.50", "31.50", "31.50"]
    changed = edits[2]
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.before["s_city"], changed.after["s_city"]) == ("", "Elsewhere")
    assert (shop.stock(shop.lamp), shop.stock(shop.mug)) == (10, 5)


def test_stock_that_an_order_moves_is_moved_by_who_placed_it(shop: Shop) -> None:
    edits: list[Edit] = []
    shop.store.watchers.append(edits.append)
    shop.store.place_order([(shop.lamp, 2)], guest=GUEST)
    id = shop.made()["order_id"]
    shop.store.set_order_status(int(id), "I")
    assert [edit.author for edit in edits] == ["people", "api", "people"]


def test_an_edited_order_keeps_old_prices_and_takes_new_ones_from_the_catalogue(shop: Shop) -> None:
    id = shop.store.place_order([(shop.lamp, 1)], guest=GUEST)
    shop.store.edit_product(shop.lamp, price=99)
    shop.store.edit_order(id, lines=[(shop.lamp, 10), (shop.mug, 100)])
    assert bought(shop.order(id)) == [("LAMP", "10", "20.00"), ("MUG", "5", "7.50")]
    assert shop.stock(shop.lamp) == 0


def test_people_cannot_do_what_the_panel_does_not_offer(shop: Shop) -> None:
    id = shop.store.place_order([(shop.lamp, 1)], guest=GUEST)
    with pytest.raises(ValueError, match="Z"):
        shop.store.set_order_status(id, "Z")
    for act in (shop.store.delete_order, shop.store.order_of, lambda id: shop.store.set_order_status(id, "P")):
        with pytest.raises(KeyError):
            act(999)
    with pytest.raises(Refused):
        shop.store.place_order([(999, 1)], guest=GUEST)


def test_what_people_do_is_no_call_and_no_write(shop: Shop) -> None:
    id = shop.store.place_order([(shop.lamp, 1)], guest=GUEST)
    shop.store.set_order_status(id, "P")
    assert (shop.store.calls, shop.store.writes) == (0, 0)
    shop.put(id, status="C")
    assert (shop.store.calls, shop.store.writes) == (1, 1)


def test_an_order_of_the_storefront_has_no_issuer(shop: Shop) -> None:
    id = shop.store.place_order([(shop.lamp, 1)], guest=GUEST)
    assert shop.get("orders")["orders"][0]["issuer_id"] is None
    assert "issuer_data" not in shop.order(id)
    assert (shop.order(id)["notes"], shop.order(id)["details"]) == ("", "")


# Shipments


def test_a_shipment_shows_in_its_order_and_moves_nothing_else(shop: Shop) -> None:
    id = shop.made({"1": {"product_id": shop.lamp, "amount": 3}})["order_id"]
    (item,) = shop.order(id)["products"]
    shop.clock.advance(60)
    sent = {"order_id": id, "shipping_id": "1", "tracking_number": "TN1", "carrier": "usps", "products": {item: 1}}
    assert words(shop.write("POST", "shipments", sent)) == {"shipment_id": 1}
    assert words(shop.write("POST", "shipments", {**sent, "products": {}})) == {"shipment_id": 2}
    order = shop.order(id)
    assert (order["shipment_ids"], order["status"]) == (["1", "2"], "O")
    assert (order["products"][item]["shipped_amount"], order["products"][item]["shipment_amount"]) == ("3", 0)
    assert order["updated_at"] == str(int(START.timestamp()))
    second, first = shop.get("shipments", order_id=id)["shipments"]
    assert (first["products"], second["products"]) == ({item: "1"}, {item: "2"})
    assert shop.get("shipments/1")["tracking_number"] == "TN1"
    assert shop.send("GET", "/api/shipments/9").status == 404
    assert shop.get("shipments", page=2)["shipments"] == []


def test_no_more_is_sent_than_was_ordered(shop: Shop) -> None:
    id = shop.made({"1": {"product_id": shop.lamp, "amount": 3}})["order_id"]
    (item,) = shop.order(id)["products"]
    for amount in (2, 2, 2):
        shop.write("POST", "shipments", {"order_id": id, "products": {item: amount}})
    sent = [row["products"] for row in shop.get("shipments", sort_order="asc")["shipments"]]
    assert sent == [{item: "2"}, {item: "1"}, {}]


def test_a_shipment_needs_its_order_and_goes_with_it(shop: Shop) -> None:
    assert shop.write("POST", "shipments", {"order_id": 9}).status == 400
    id = shop.made()["order_id"]
    shop.write("POST", "shipments", {"order_id": id})
    shop.store.delete_order(int(id))
    assert shop.get("shipments")["shipments"] == []
