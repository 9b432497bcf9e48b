"""Zoho has promised more than it has: 12 on hand, -12 for sale. The store shows none, and the true figure counts."""

from cscart_zoho.panel.product import both_of, stock_notes
from tests.situations.shop import Shop


def promise(shop: Shop) -> None:
    """Twenty-four lamps are promised in Zoho, and somebody edits the item."""
    item = shop._item_id("LAMP")
    shop.world.zoho.commit_stock(item, 24)
    shop.world.zoho.edit_item(item, description="A lamp")


def test_the_store_shows_none_and_the_true_figure_counts_in_what_comes_in(shop: Shop) -> None:
    shop.both("LAMP", stock=12)
    shop.sync("products")
    promise(shop)
    shop.settle("products")
    assert shop.stock("LAMP") == (0, 12, -12)

    shop.count_in_zoho("LAMP", 5)
    shop.settle("products")
    assert shop.stock("LAMP") == (0, 17, -7)

    shop.count_in_zoho("LAMP", 10)
    shop.settle("products")
    assert shop.stock("LAMP") == (3, 27, 3)
    assert not shop.adjustments()


def test_pieces_that_people_count_in_the_store_lessen_what_zoho_lacks(shop: Shop) -> None:
    shop.both("LAMP", stock=12)
    shop.sync("products")
    promise(shop)
    shop.settle("products")

    shop.set_stock("LAMP", 4)
    shop.settle("products")

    assert shop.stock("LAMP") == (0, 16, -8)


def test_the_page_of_the_product_says_so(shop: Shop) -> None:
    shop.both("LAMP", stock=12)
    shop.sync("products")
    promise(shop)
    shop.sync("products", full=True)
    assert shop.store is not None
    (note,) = stock_notes(shop.store, both_of(shop.store, "cscart", str(shop._product_id("LAMP"))))
    assert note.startswith("Zoho has -12 for sale: more is promised there than it has.")
