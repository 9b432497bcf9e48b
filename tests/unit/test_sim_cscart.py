"""The nasty behaviours of the simulated CS-Cart, one by one."""

import base64
import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.cscart import CsCart
from cscart_zoho_sim.wire import Edit, Request, Response

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Caller:
    """A client of the simulated store, in one line per call."""

    def __init__(self, **options: Any) -> None:
        self.clock = VirtualClock(START)
        self.store = CsCart(self.clock, rng=random.Random(7), **options)

    def send(
        self,
        method: str,
        path: str,
        query: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
        **headers: str,
    ) -> Response:
        credentials = base64.b64encode(f"{self.store.email}:{self.store.api_key}".encode()).decode()
        sent = {"authorization": f"Basic {credentials}", "content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.store.handle(Request(method, "store.example.com", path, query, sent, body))

    def get(self, path: str, *pairs: tuple[str, str], **query: Any) -> Any:
        asked = (*((name, str(value)) for name, value in query.items()), *pairs)
        answer = self.send("GET", f"/api/{path}", asked)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def write(self, method: str, path: str, fields: Any) -> Response:
        return self.send(method, f"/api/{path}", body=json.dumps(fields).encode())

    def listed(self, *pairs: tuple[str, str], **query: Any) -> list[int]:
        return [int(row["product_id"]) for row in self.get("products", *pairs, **query)["products"]]


@pytest.fixture
def caller() -> Caller:
    return Caller()


def words(answer: Response) -> Any:
    return json.loads(answer.body)


# What a product looks like


def test_lists_and_single_products_spell_the_same_values_differently(caller: Caller) -> None:
    number = caller.store.add_product(price=12.5, tax_ids=[6, 7], category_ids=[2, 1], main_category=1)
    (row,) = caller.get("products")["products"]
    single = caller.get(f"products/{number}")
    assert (row["product_id"], single["product_id"]) == (str(number), number)
    assert (row["price"], single["price"]) == ("12.50", "12.50000000")
    assert (row["tax_ids"], single["tax_ids"]) == ("6,7", ["6", "7"])
    assert (row["category_ids"], single["category_ids"]) == ([2, 1], ["1", "2"])
    assert row["main_category"] == single["main_category"] == 1
    assert "full_description" not in row
    assert single["full_description"] is None
    assert (single["product_features"], single["main_pair"]) == ([], [])


def test_texts_come_with_list_rows_only_when_asked(caller: Caller) -> None:
    caller.store.add_product(full_description="<p>Long</p>", short_description="Short")
    texts = (("extend[]", "full_description"), ("extend[]", "description"))
    (row,) = caller.get("products", *texts)["products"]
    assert (row["full_description"], row["short_description"]) == ("<p>Long</p>", "Short")
    caller.store.switches.texts_in_lists = False
    (row,) = caller.get("products", *texts)["products"]
    assert "full_description" not in row


def test_a_lean_list_keeps_the_core_fields(caller: Caller) -> None:
    caller.store.add_product(product_code="LEAN-1", amount=3)
    flags = dict.fromkeys(("get_features", "get_options", "get_icon", "get_detailed", "get_additional"), "0")
    (full,), (lean,) = caller.get("products")["products"], caller.get("products", **flags)["products"]
    core = ("amount", "price", "product_code", "status", "updated_timestamp", "category_ids", "tax_ids", "weight")
    assert {key: lean[key] for key in core} == {key: full[key] for key in core}
    assert "product_features" in full
    assert "product_features" not in lean


def test_a_list_price_above_the_price_shows_the_discount(caller: Caller) -> None:
    caller.store.add_product(price=19.95, list_price=24)
    caller.store.add_product(price=30, list_price=31)
    caller.store.add_product(price=30, list_price=30)
    rows = caller.get("products", sort_by="timestamp")["products"]
    assert [(row.get("list_discount"), row.get("list_discount_prc")) for row in rows] == [
        (4.05, "17"),
        (1, "3"),
        (None, None),
    ]


# What it does to values


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        *(("abc", "0"), (None, "0"), ("", "0"), (-3, "-3"), (2.7, "3"), ("2.7", "3"), ("12 pieces", "12")),
        *((8_388_608, "8388607"), (-9_000_000, "-8388608"), (10**40, "8388607"), (True, "1"), ([], "0")),
    ],
)
def test_stock_is_damaged_without_a_word(caller: Caller, sent: Any, kept: str) -> None:
    number = caller.store.add_product(amount=5)
    answer = caller.write("PUT", f"products/{number}", {"amount": sent})
    assert (answer.status, words(answer)) == (200, {"product_id": number})
    assert caller.get(f"products/{number}")["amount"] == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("1,50", "1.00"), (-5, "5.00"), ("abc", "0.00"), ("9.999", "10.00"), (0, "0.00"), (1e15, "9999999999.99")],
)
def test_prices_are_damaged_without_a_word(caller: Caller, sent: Any, kept: str) -> None:
    number = caller.store.add_product(price=7)
    assert caller.write("PUT", f"products/{number}", {"price": sent}).status == 200
    assert caller.store.product(number)["price"] == kept


def test_texts_lose_their_emoji_and_their_tails(caller: Caller) -> None:
    fields = {"product": "😀" + "x" * 300, "product_code": "C" * 70, "price": 1, "full_description": "é 商 <script>"}
    answer = caller.write("POST", "products", fields)
    kept = caller.store.product(words(answer)["product_id"])
    assert kept["product"] == "????" + "x" * 251
    assert kept["product_code"] == "C" * 64
    assert kept["full_description"] == "é 商 <script>"


def test_codes_lose_their_tags_and_names_do_not(caller: Caller) -> None:
    number = caller.store.add_product(product="<b>Bold</b>", product_code="A<5")
    kept = caller.store.product(number)
    assert (kept["product"], kept["product_code"]) == ("<b>Bold</b>", "A")


def test_an_empty_name_and_unknown_keys_are_ignored(caller: Caller) -> None:
    number = caller.store.add_product(product="Kept")
    assert caller.write("PUT", f"products/{number}", {"product": "", "unheard_of": 1}).status == 200
    kept = caller.store.product(number)
    assert kept["product"] == "Kept"
    assert "unheard_of" not in kept


def test_a_put_changes_only_what_it_says(caller: Caller) -> None:
    number = caller.store.add_product(product="Same", price=3, amount=4, tax_ids="6", category_ids=[2, 3])
    before = caller.store.product(number)
    caller.write("PUT", f"products/{number}", {"amount": 9})
    assert caller.store.product(number) == {**before, "amount": "9"}


def test_categories_sent_replace_the_whole_set(caller: Caller) -> None:
    number = caller.store.add_product(category_ids=[2, 3], main_category=3)
    caller.write("PUT", f"products/{number}", {"category_ids": "4,1,999"})
    kept = caller.store.product(number)
    assert (kept["category_ids"], kept["main_category"]) == ("4,1", "4")


def test_a_planted_value_stays_as_it_is(caller: Caller) -> None:
    number = caller.store.add_product()
    caller.store.plant(number, price="1,50")
    assert caller.get("products", sort_by="price")["products"][0]["price"] == "1,50"


def test_variations_take_their_parents_texts_and_keep_their_own_code_and_category(caller: Caller) -> None:
    parent = caller.store.add_product(product="Shirt", product_code="S", category_ids=[2])
    child = caller.store.add_product(product="Shirt", product_code="S-RED", category_ids=[2])
    caller.store.delete_product(child)
    row = {**caller.store.catalogue.products.rows[parent], "product_code": "S-RED"}
    row |= {"product_type": "V", "parent_product_id": str(parent)}
    caller.store.catalogue.products.put(child, row)
    caller.write("PUT", f"products/{parent}", {"product": "Better shirt", "amount": 8})
    caller.write("PUT", f"products/{child}", {"category_ids": [4]})
    kept = caller.store.product(child)
    assert (kept["product"], kept["product_code"], kept["amount"]) == ("Better shirt", "S-RED", "0")
    assert kept["category_ids"] == "2"


# What it refuses


def test_a_product_needs_a_price_and_a_name_but_no_code_of_its_own(caller: Caller) -> None:
    no_price = caller.write("POST", "products", {"product": "x"})
    assert no_price.status == 400
    assert words(no_price) == {
        "message": "Bad Request: The price field is required",
        "messages": ["The price field is required"],
        "status": 400,
    }
    no_name = caller.write("POST", "products", {"price": 1})
    assert no_name.status == 400
    assert words(no_name)["errors"] == ["You have to specify product name"]
    twins = [caller.write("POST", "products", {"product": "x", "price": 1, "product_code": "T"}) for _ in range(2)]
    assert [twin.status for twin in twins] == [201, 201]
    assert caller.store.writes == 2


def test_only_unknown_categories_are_refused_and_none_is_not(caller: Caller) -> None:
    unknown = caller.write("POST", "products", {"product": "x", "price": 1, "category_ids": [999]})
    assert unknown.status == 400
    none = caller.write("POST", "products", {"product": "x", "price": 1})
    assert none.status == 201
    assert caller.store.product(words(none)["product_id"])["category_ids"] == "1"
    assert len(caller.store.products()) == 1


def test_an_unknown_product_is_404_and_deleting_it_403(caller: Caller) -> None:
    number = caller.store.add_product()
    first, second = (caller.send("DELETE", f"/api/products/{number}") for _ in range(2))
    assert (first.status, first.body, first.headers["content-type"]) == (204, b"", "text/html; charset=utf-8")
    assert (second.status, words(second)["messages"]) == (403, ["Access denied"])
    assert caller.send("GET", f"/api/products/{number}").status == 404
    assert caller.write("PUT", f"products/{number}", {"price": 1}).status == 404
    assert caller.store.add_product() == number + 1, "an id is never used twice"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("PATCH", "products/1", 405), ("HEAD", "products", 405), ("POST", "products/1", 405)),
        *(("PUT", "products", 405), ("DELETE", "products", 405), ("OPTIONS", "products", 200)),
        *(("GET", "products/abc", 404), ("GET", "currencies", 404), ("GET", "2/products", 404)),
        *(("GET", "9.9/products", 404), ("GET", "2.1/products", 200), ("GET", "stores/99/products", 404)),
        *(("GET", "stores/1/products", 200), ("PUT", "taxes/6", 403), ("GET", "taxes/99", 404)),
    ],
)
def test_methods_and_addresses(caller: Caller, method: str, path: str, status: int) -> None:
    caller.store.add_product()
    assert caller.send(method, f"/api/{path}", body=b'{"price": 1}').status == status


@pytest.mark.parametrize("kind", ["", "text/plain"])
def test_a_body_without_the_right_type_is_not_read(caller: Caller, kind: str) -> None:
    number = caller.store.add_product(price=3)
    body = json.dumps({"price": 4}).encode()
    answer = caller.send("PUT", f"/api/products/{number}", body=body, content_type=kind)
    assert (answer.status, words(answer)["messages"]) == (405, ["Missing parameters"])
    assert caller.store.product(number)["price"] == "3.00"


def test_forms_are_read_and_xml_is_not(caller: Caller) -> None:
    number = caller.store.add_product()
    path = f"/api/products/{number}"
    form = caller.send("PUT", path, body=b"price=4&category_ids[]=3", content_type="application/x-www-form-urlencoded")
    assert form.status == 200
    assert caller.store.product(number)["price"] == "4.00"
    assert caller.store.product(number)["category_ids"] == "3"
    assert caller.send("PUT", path, body=b"<x/>", content_type="application/xml").status == 415
    assert caller.send("GET", path, accept="application/xml").status == 406
    assert words(caller.send("PUT", path, body=b'{"price": '))["messages"] == ["Syntax error"]
    assert caller.send("PUT", path, body=b'{"product": "\xff"}').status == 400


@pytest.mark.parametrize("kind", ["", "text/plain", "text/plain; charset=utf-8"])
def test_plain_text_is_a_query_string(caller: Caller, kind: str) -> None:
    number = caller.store.add_product(price=3)
    answer = caller.send("PUT", f"/api/products/{number}", body=b"price=4&category_ids[]=3", content_type=kind)
    assert answer.status == 200
    assert caller.store.product(number)["price"] == "4.00"
    assert caller.store.product(number)["category_ids"] == "3"


FORM_KINDS = {
    "application/x-www-form-urlencoded": b"product=Lamp&price=4",
    "multipart/form-data; boundary=line": (
        b'--line\r\ncontent-disposition: form-data; name="product"\r\n\r\nLamp\r\n'
        b'--line\r\ncontent-disposition: form-data; name="price"\r\n\r\n4\r\n--line--\r\n'
    ),
    "application/javascript": b'{"product": "Lamp", "price": 4}',
}


@pytest.mark.parametrize("kind", FORM_KINDS)
def test_a_product_can_be_made_by_a_form_and_by_what_calls_itself_a_script(caller: Caller, kind: str) -> None:
    answer = caller.send("POST", "/api/products", body=FORM_KINDS[kind], content_type=kind)
    assert answer.status == 201
    made = caller.store.product(words(answer)["product_id"])
    assert (made["product"], made["price"]) == ("Lamp", "4.00")


def test_the_form_of_a_put_may_arrive_empty(caller: Caller) -> None:
    number, kind = caller.store.add_product(price=3), "application/x-www-form-urlencoded"
    caller.store.switches.put_forms = False
    answer = caller.send("PUT", f"/api/products/{number}", body=b"price=4", content_type=kind)
    assert (answer.status, words(answer)["messages"]) == (405, ["Missing parameters"])
    assert caller.store.product(number)["price"] == "3.00"
    assert caller.send("POST", "/api/products", body=b"product=Lamp&price=4", content_type=kind).status == 201


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        *(("", 200), ("*/*", 200), ("application/json", 200), ("Application/JSON; charset=utf-8", 200)),
        *(("text/html, application/json;q=0.5", 200), ("text/html, */*;q=0.8", 200), ("text/plain", 200)),
        *(("application/xml", 406), ("text/html", 406), ("application/problem+json", 406), ("image/*", 406)),
    ],
)
def test_an_answer_that_the_store_cannot_give_is_not_acceptable(caller: Caller, accept: str, status: int) -> None:
    answer = caller.send("GET", "/api/products", accept=accept)
    assert answer.status == status
    if status == 406:
        assert words(answer) == {"message": "Not Acceptable", "status": 406}


def test_versions_are_listed_since_4_20(caller: Caller) -> None:
    assert caller.get("versions") == {"versions": ["1.0", "2.0", "2.1", "4.0", "4.1"]}
    assert caller.send("POST", "/api/versions", body=b'{"a": 1}').status == 405
    assert Caller(version="4.18.2").send("GET", "/api/versions").status == 404
    caller.store.switches.versions_entity = False
    assert caller.send("GET", "/api/versions").status == 404


def test_a_category_is_made_and_changed(caller: Caller) -> None:
    made = caller.write("POST", "categories", {"category": "Lamps", "parent_id": 1, "status": "H"})
    assert made.status == 201
    number = words(made)["category_id"]
    row = caller.get(f"categories/{number}")
    assert (row["category"], row["status"], row["company_id"]) == ("Lamps", "H", "1")
    assert (row["parent_id"], row["id_path"], row["level"]) == ("1", f"1/{number}", "2")
    changed = caller.write("PUT", f"categories/{number}", {"category": "Lights", "parent_id": 0})
    assert (changed.status, words(changed)) == (200, {"category_id": number})
    row = caller.get(f"categories/{number}")
    assert (row["category"], row["status"], row["id_path"]) == ("Lights", "H", str(number))
    assert str(number) in {each["category_id"] for each in caller.get("categories")["categories"]}
    product = caller.write("POST", "products", {"product": "Lamp", "price": 1, "category_ids": [number]})
    assert caller.store.product(words(product)["product_id"])["category_ids"] == str(number)


def test_a_category_needs_a_name_and_is_not_deleted(caller: Caller) -> None:
    nameless = caller.write("POST", "categories", {"parent_id": 1})
    assert (nameless.status, words(nameless)["messages"]) == (400, ["The category field is required"])
    assert caller.write("POST", "categories", {}).status == 405
    assert caller.write("PUT", "categories/999", {"category": "x"}).status == 404
    assert caller.send("DELETE", "/api/categories/1").status == 403


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic ???", "Bearer x", "Basic " + base64.b64encode(b"admin@example.com:wrong").decode()],
)
def test_nothing_tells_which_part_of_the_credentials_is_wrong(caller: Caller, authorization: str) -> None:
    answer = caller.send("GET", "/api/products", authorization=authorization)
    assert (answer.status, words(answer)) == (401, {"message": "Unauthorized", "status": 401})
    assert answer.headers["www-authenticate"] == 'Basic realm="User email/API key"'
    assert caller.store.calls == 1


def test_a_fault_inside_the_store_is_a_page_for_people(caller: Caller) -> None:
    number = caller.store.add_product(price=3)
    caller.store.broken = 1
    broken = caller.write("PUT", f"products/{number}", {"price": 9})
    assert (broken.status, broken.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert b"<html" in broken.body
    assert caller.store.product(number)["price"] == "3.00"
    assert caller.write("PUT", f"products/{number}", {"price": 9}).status == 200


def test_other_addresses_of_the_store_are_pages(caller: Caller) -> None:
    assert caller.send("GET", "/").status == 200
    assert caller.send("GET", "/index.php").headers["content-type"].startswith("text/html")


# Lists


def test_pages_and_their_ends(caller: Caller) -> None:
    for _ in range(7):
        caller.store.add_product()
    first = caller.get("products", items_per_page=5)
    assert (len(first["products"]), first["params"]["total_items"]) == (5, "7")
    assert caller.listed(items_per_page=5, page=3) == []
    everything = caller.get("products", items_per_page=0)
    assert (len(everything["products"]), everything["params"]["total_items"]) == (7, 7)
    assert everything["params"]["items_per_page"] == "0"
    for nonsense in ("-1", "abc"):
        assert caller.get("products", items_per_page=nonsense)["params"]["items_per_page"] == 50
    assert len(caller.get("1.0/products", items_per_page=2)) == 7, "version 1.0 knows no pages"


def test_small_lists_differ_beyond_their_end(caller: Caller) -> None:
    again = caller.get("categories", items_per_page=3, page=9)
    assert [row["category_id"] for row in again["categories"]] == ["4"]
    assert again["params"]["page"] == 2
    assert caller.get("taxes", items_per_page=3, page=9)["taxes"] == []


@pytest.mark.parametrize(
    "sort_by", ["timestamp", "code", "product", "price", "amount", "updated_timestamp", "product_id"]
)
@pytest.mark.parametrize("sort_order", ["asc", "desc"])
def test_a_walk_meets_every_product_once(caller: Caller, sort_by: str, sort_order: str) -> None:
    for number in range(25):
        caller.store.add_product(price=number % 3, amount=number % 4, product_code=f"C{number % 5}")
    query = {"sort_by": sort_by, "sort_order": sort_order, "items_per_page": 4}
    met = [each for page in range(1, 8) for each in caller.listed(**query, page=page)]
    assert sorted(met) == list(range(1, 26))


def test_equal_keys_go_upwards_by_id_in_both_directions(caller: Caller) -> None:
    for code in ("B", "A", "A"):
        caller.store.add_product(product_code=code)
    assert caller.listed(sort_by="code") == [2, 3, 1]
    assert caller.listed(sort_by="code", sort_order="desc") == [1, 2, 3]


def test_there_is_no_sorting_by_id(caller: Caller) -> None:
    for _ in range(30):
        caller.store.add_product()
    answer = caller.get("products", sort_by="product_id", items_per_page=0)
    assert answer["params"]["sort_by"] == "null"
    assert [int(row["product_id"]) for row in answer["products"]] != list(range(1, 31))


def test_orders_follow_every_change(caller: Caller) -> None:
    rng = random.Random(3)
    for _ in range(20):
        caller.store.add_product(amount=rng.randrange(9), price=rng.randrange(9))
    for sort_by in ("amount", "price", "updated_timestamp", "product"):
        caller.listed(sort_by=sort_by)
    for _ in range(200):
        caller.clock.advance(1)
        number = rng.choice(list(caller.store.catalogue.products.rows))
        match rng.randrange(5):
            case 0:
                caller.store.edit_product(number, amount=rng.randrange(9), price=rng.randrange(9))
            case 1:
                caller.store.order(number, 1)
            case 2:
                caller.store.delete_product(number)
                caller.store.add_product(amount=rng.randrange(9))
            case 3:
                caller.store.edit_product(number, product=f"Name {rng.randrange(9)}")
            case _:
                caller.store.plant(number, price=str(rng.randrange(9)) + ".00")
    rows = caller.store.products()
    for sort_by in ("amount", "price", "updated_timestamp"):
        expected = sorted(rows, key=lambda each: (Decimal(rows[each][sort_by]), each))
        assert caller.listed(sort_by=sort_by, items_per_page=0) == expected
    assert caller.listed(items_per_page=0) == sorted(rows, key=lambda each: (rows[each]["product"].lower(), each))


def test_codes_are_found_by_substring_whatever_the_case(caller: Caller) -> None:
    for code in ("ABC-1", "abc-10", "XABC-1X", "ABD"):
        caller.store.add_product(product_code=code)
    assert sorted(caller.listed(pcode="ABC-1")) == [1, 2, 3]
    assert sorted(caller.listed(product_code="ABC-1")) == [1, 2, 3, 4], "an unknown filter is ignored"


def test_filters(caller: Caller) -> None:
    caller.store.add_product(product="Red shirt", status="D", amount=1, category_ids=[2])
    caller.store.add_product(product="Blue shirt", status="H", amount=5, category_ids=[3])
    caller.store.add_product(product="Service", full_description="for a shirt", amount=9, category_ids=[4], price=2)
    assert caller.listed(status="D") == [1]
    assert sorted(caller.listed(("status[]", "D"), ("status[]", "H"))) == [1, 2]
    assert sorted(caller.listed(amount_from=1, amount_to=5)) == [1, 2]
    assert caller.listed(price_to="2.5") == [3]
    assert sorted(caller.listed(cid=1)) == [1, 2], "with the categories below"
    assert caller.listed(cid=1, subcats="N") == []
    assert sorted(caller.listed(q="shirt")) == [1, 2, 3]
    assert caller.listed(q="shirt red") == [1]
    assert sorted(caller.listed(pid="3,1,77")) == [1, 3]
    assert caller.listed(pid="3,1", status="A") == [3]
    assert caller.listed(exclude_pid="1,2") == [3]
    assert caller.listed(company_id=2) == []


def test_a_time_filter_needs_a_period(caller: Caller) -> None:
    caller.store.add_product()
    caller.clock.advance(86_400)
    caller.store.add_product()
    later = int(caller.clock.now()) - 10
    assert sorted(caller.listed(time_from=later)) == [1, 2]
    assert caller.listed(time_from=later, period="C") == [2]
    assert caller.listed(time_to="01/05/2026", period="C") == [1]
    assert sorted(caller.listed(time_from="13/45/2026", period="C")) == [1, 2], "nonsense is ignored"


# What moves updated_timestamp


def test_updated_in_hours_sees_writes_and_no_sales(caller: Caller) -> None:
    sold, put, idle = (caller.store.add_product(amount=9) for _ in range(3))
    caller.clock.advance(7200)
    caller.store.order(sold, 2)
    caller.store.cancel_order(sold, 1)
    caller.write("PUT", f"products/{put}", {"amount": 9})
    assert caller.store.product(sold)["amount"] == "8"
    assert caller.listed(updated_in_hours="0.05") == [put]
    assert sorted(caller.listed(updated_in_hours=3)) == [sold, put, idle]
    assert caller.listed(sort_by="updated_timestamp", sort_order="desc")[0] == put


def test_a_sale_takes_what_there_is(caller: Caller) -> None:
    number = caller.store.add_product(amount=3)
    assert caller.store.order(number, 5) == 3
    assert caller.store.order(number, 1) == 0
    assert caller.store.product(number)["amount"] == "0"


@pytest.mark.parametrize("bumps", [True, False])
def test_stock_typed_in_the_panel_may_or_may_not_move_the_time(caller: Caller, bumps: bool) -> None:
    caller.store.switches.panel_bumps_on_stock = bumps
    number = caller.store.add_product(amount=1)
    caller.clock.advance(7200)
    caller.store.edit_product(number, amount=2)
    assert caller.listed(updated_in_hours=1) == ([number] if bumps else [])
    caller.store.edit_product(number, amount=2, price=5)
    assert caller.listed(updated_in_hours=1) == [number]


# Releases and editions


def test_older_releases_answer_differently() -> None:
    old = Caller(version="4.6.1")
    for _ in range(12):
        old.store.add_product(price=3)
    old.clock.advance(7200)
    assert len(old.listed()) == 10
    assert len(old.listed(updated_in_hours=1, items_per_page=0)) == 12, "the filter is ignored"
    assert old.get("products")["products"][0]["price"] == "3.00000000"
    assert old.write("POST", "products", {"product": "x", "price": 1}).status == 400
    assert old.send("GET", "/api/version").status == 404
    form = old.send("PUT", "/api/products/1", body=b"price=4", content_type="application/x-www-form-urlencoded")
    assert form.status == 405


@pytest.mark.parametrize(
    ("version", "page", "formatted", "needed"),
    [
        ("4.13.2.SP2", 10, False, True),
        ("4.14.2", 50, False, True),
        ("4.18.2", 50, True, False),
        ("4.20.1", 50, True, False),
    ],
)
def test_releases(version: str, page: int, formatted: bool, needed: bool) -> None:
    switches = Caller(version=version).store.switches
    assert (switches.default_page, switches.money_formatted, switches.category_needed) == (page, formatted, needed)


def test_a_marketplace_has_vendors_and_no_stores() -> None:
    market = Caller(edition="multivendor")
    first, second = market.store.add_product(company_id=1), market.store.add_product(company_id=2)
    assert market.send("GET", "/api/stores").status == 404
    assert [row["company_id"] for row in market.get("vendors")["vendors"]] == ["1", "2"]
    rows = market.get(f"vendors/{second}/products")["products"]
    assert [row["product_id"] for row in rows] == [str(second)]
    assert "shared_product" not in market.get(f"products/{first}")
    made = market.write("POST", "vendors/2/products", {"product": "x", "price": 1})
    assert market.store.product(words(made)["product_id"])["company_id"] == "2"


def test_an_unknown_edition_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="edition"):
        Caller(edition="community")


def test_a_promotion_lowers_the_price_shown_and_not_the_base_price(caller: Caller) -> None:
    number = caller.store.add_product(price=10, list_price=12)
    caller.store.switches.promotion_percent = Decimal(15)
    (row,) = caller.get("products")["products"]
    assert (row["price"], row["base_price"], row["list_discount"]) == ("8.50", "10.00", 3.5)
    assert caller.get("products", get_discounts="0")["products"][0]["price"] == "10.00"
    assert caller.get(f"products/{number}")["price"] == "8.50000000"
    assert caller.get(f"2.0/products/{number}")["price"] == "10.00000000"


# Around it


def test_watchers_hear_of_people_and_of_the_api(caller: Caller) -> None:
    edits: list[Edit] = []
    caller.store.watchers.append(edits.append)
    number = caller.store.add_product(amount=4)
    caller.store.order(number, 1)
    caller.write("PUT", f"products/{number}", {"amount": 7})
    caller.send("DELETE", f"/api/products/{number}")
    assert [(edit.author, edit.side, edit.id) for edit in edits] == [
        ("people", "cscart", str(number)),
        ("people", "cscart", str(number)),
        ("api", "cscart", str(number)),
        ("api", "cscart", str(number)),
    ]
    amounts = [(edit.before and edit.before["amount"], edit.after and edit.after["amount"]) for edit in edits]
    assert amounts == [(None, "4"), ("4", "3"), ("3", "7"), ("7", None)]
    assert edits[0].at == caller.clock.now()


def test_calls_and_writes_are_counted(caller: Caller) -> None:
    number = caller.store.add_product()
    caller.get("products")
    caller.write("PUT", f"products/{number}", {"amount": 1})
    caller.write("PUT", f"products/{number}", {})
    caller.write("POST", "products", {"product": "x"})
    assert (caller.store.calls, caller.store.writes) == (4, 1)


def test_what_is_handed_out_is_a_copy(caller: Caller) -> None:
    number = caller.store.add_product(price=3)
    caller.store.product(number)["price"] = "9.00"
    caller.store.products()[number]["price"] = "9.00"
    assert caller.get(f"products/{number}")["base_price"] == "3.00000000"


def test_the_address_without_rewriting_works_too() -> None:
    caller = Caller(url="https://store.example.com/shop")
    number = caller.store.add_product(product_code="X")
    asked = (("_d", "2.0/products"), ("pcode", "X"))
    answer = caller.send("GET", "/shop/api.php", asked)
    assert [row["product_id"] for row in words(answer)["products"]] == [str(number)]
    assert words(caller.send("GET", f"/shop/api/products/{number}"))["product_id"] == number


def test_settings_are_asked_for_by_section_and_by_nothing_else(caller: Caller) -> None:
    """Read in the code of 4.20: the list knows the section, the tab and the page, and a name is not among them."""
    caller.store.set_time_zone("Europe/Berlin")
    of_appearance = caller.get("2.0/settings", section_id=4)
    assert {row["name"]: row["value"] for row in of_appearance["settings"]}["timezone"] == "Europe/Berlin"
    assert {row["section_id"] for row in of_appearance["settings"]} == {"4"}
    assert of_appearance["params"] | {"section_id": "4", "section_tab_id": 0} == of_appearance["params"]
    assert len(caller.get("2.0/settings", name="timezone")["settings"]) > len(of_appearance["settings"])
