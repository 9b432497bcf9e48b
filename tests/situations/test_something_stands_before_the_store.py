"""Between us and the store stand a web server, a firewall, PHP and its settings. Each says no in a way of its own.

What was read is quoted, and what to do is said; what is harmless is simply read.
"""

import pytest

from cscart_zoho import app
from cscart_zoho.errors import ConnectorError
from cscart_zoho_sim.wire import Response
from tests.connected import sync
from tests.situations.shop import Shop

PAGE = b"<html><head><title>No</title></head><body><h1>Your request was blocked by ShieldExample</h1></body></html>"


def words(shop: Shop) -> str:
    """What a person who connects is told."""
    with pytest.raises(ConnectorError) as caught:
        shop.connect()
    return caught.value.for_people()


def test_a_byte_order_mark_is_simply_read(shop: Shop) -> None:
    shop.both("LAMP", 7)
    shop.world.cscart.switches.byte_order_mark = True
    shop.sync()
    shop.sell("LAMP", 2)
    shop.settle("products")
    assert shop.stock("LAMP") == (5, 5, 5)


def test_a_web_server_without_url_rewriting_is_spoken_to_in_the_long_form(shop: Shop) -> None:
    shop.both("LAMP", 7)
    shop.user()
    shop.world.cscart.switches.rewriting = False
    shop.sync()
    order = shop.order(("LAMP", 2))
    shop.settle()
    assert shop.store is not None
    assert shop.store.capabilities["long_addresses"]
    assert shop.stock("LAMP") == (5, 7, 5)
    assert shop.sale(order) is not None

    shop.world.cscart.switches.rewriting = True
    app.connect_store(shop.store)
    assert "long_addresses" not in shop.store.capabilities


@pytest.mark.parametrize("where", ["text_before", "text_after"])
def test_a_warning_of_php_around_the_data_is_quoted(shop: Shop, where: str) -> None:
    warning = "<br />\n<b>Warning</b>: Undefined variable $x in <b>/app/addons/example/func.php</b>"
    setattr(shop.world.cscart.switches, where, warning)
    told = words(shop)
    assert "Warning : Undefined variable $x" in told
    assert "display of errors" in told


def test_a_warning_that_begins_later_is_quoted_in_the_run(shop: Shop) -> None:
    shop.both("LAMP", 7)
    shop.sync("products")
    assert shop.store is not None
    shop.world.cscart.switches.text_after = "<b>Notice</b>: something is old"
    run = sync(shop.store)
    assert run.state == "failed"
    assert "Notice : something is old" in run.message
    shop.world.cscart.switches.text_after = ""
    shop.sell("LAMP", 2)
    shop.settle("products")
    assert shop.stock("LAMP") == (5, 5, 5)


def test_only_over_https_is_said_as_the_store_says_it(shop: Shop) -> None:
    shop.world.cscart.switches.https_only = True
    shop.world.cscart.url = shop.world.cscart.url.replace("https://", "http://")
    told = words(shop)
    assert "The API is only accessible over HTTPS" in told
    assert "https://" in told


def test_a_dropped_header_is_named_beside_a_wrong_key(shop: Shop) -> None:
    """The two look alike from outside."""
    shop.world.cscart.switches.keeps_authorization = False
    told = words(shop)
    assert "does not accept this e-mail and API key" in told
    assert "Authorization" in told


@pytest.mark.parametrize("status", [403, 406, 503, 200])
def test_the_page_of_a_firewall_is_quoted(shop: Shop, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    page = Response(status, PAGE, {"content-type": "text/html"})
    monkeypatch.setattr(shop.world.cscart, "_handled", lambda request: page)
    told = words(shop)
    assert "Your request was blocked by ShieldExample" in told


def test_a_redirect_names_where_it_leads(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = Response(301, b"", {"location": "https://www.store.example.com/api/2.0/products?items_per_page=1"})
    monkeypatch.setattr(shop.world.cscart, "_handled", lambda request: moved)
    assert "https://www.store.example.com/api/2.0/products" in words(shop)


def test_a_refusal_of_the_store_itself_is_quoted(shop: Shop) -> None:
    shop.world.cscart.denied = {"products"}
    told = words(shop)
    assert "may not read products" in told
    assert "Forbidden" in told


@pytest.mark.parametrize("what", ["key", "address"])
def test_another_try_that_fails_leaves_the_connection_that_works(shop: Shop, what: str) -> None:
    shop.both("LAMP", 7)
    shop.sync("products")
    assert shop.store is not None
    typed = type(shop.store).objects.get()
    if what == "key":
        typed.api_key = "mistyped"
    else:
        typed.url = "https://store.example.org"
    with pytest.raises(ConnectorError):
        app.connect_store(typed)
    shop.sell("LAMP", 2)
    shop.store.refresh_from_db()
    shop.settle("products")
    assert shop.stock("LAMP") == (5, 5, 5)
    assert shop.store.trouble == ""


@pytest.mark.parametrize("status", [403, 404, 406, 500])
def test_a_page_instead_of_an_answer_to_a_write_is_quoted_and_looked_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """A firewall lets reads through and blocks changes; or the store breaks over one."""
    shop.both("LAMP", 7)
    shop.sync("products")
    handled, page = shop.world.cscart._handled, Response(status, PAGE, {"content-type": "text/html"})
    monkeypatch.setattr(
        shop.world.cscart, "_handled", lambda request: page if request.method == "PUT" else handled(request)
    )
    shop.count_in_zoho("LAMP", 3)
    for _ in range(2):
        shop.sync("products")
        assert "no clear answer yet; the next run looks it up first" in shop.runs[-1].message
    assert f'(HTTP {status}: "Your request was blocked by ShieldExample")' in shop.last_words()
    assert shop.stock("LAMP") == (7, 10, 10)
    monkeypatch.setattr(shop.world.cscart, "_handled", handled)
    shop.settle("products", rounds=4)
    assert shop.stock("LAMP") == (10, 10, 10)
