"""Nobody presses anything: what is edited on one side is on the other within a tick, or within seconds by a hint."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from cscart_zoho import app
from cscart_zoho.mapping.choices import FirstContact, Owner, ProductChoices
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home, customer_choices_to_json
from cscart_zoho.mapping.order_choices import OrderChoices, order_choices_to_json
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Run, Store
from cscart_zoho_sim.world import World
from tests.connected import connect, sync
from tests.judged import Tell
from tests.sim.household import Household

pytestmark = pytest.mark.django_db(transaction=True)

#: The schedule's interval in these tests, in minutes and in seconds.
EVERY_MINUTES = 10
TICK_S = EVERY_MINUTES * 60
#: What a run over everything may take after its tick.
RUN_S = 60
HINTED_S = 5


@pytest.fixture
def household(monkeypatch: pytest.MonkeyPatch) -> Iterator[Household]:
    """Three products, a customer and an order on both sides, in sync."""
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", str(EVERY_MINUTES))
    world = World.empty(7)
    for n in range(3):
        world.cscart.add_product(product=f"Cup {n}", product_code=f"CUP-{n}", price="5.00", amount="40", status="A")
        world.zoho.add_item(name=f"Cup {n}", sku=f"CUP-{n}", rate=5, stock_on_hand=40)
    user = world.cscart.add_user(email="ann@example.com", firstname="Ann", lastname="Example")
    world.cscart.set_order_status(world.cscart.place_order([(1, 2)], user_id=user), "P")
    household = Household(world)
    with app.using_transport(world.transport(watch=household.watch), world.clock):
        owners = dict.fromkeys(("name", "price"), Owner.NEWEST)
        store = connect(world, ProductChoices(owners=owners, first_contact_stock=FirstContact.ZOHO, default_tax_id="6"))
        store.customer_choices = customer_choices_to_json(CustomerChoices(home=Home.CRM))
        store.order_choices = order_choices_to_json(OrderChoices())
        store.save()
        for entity in (Entity.PRODUCTS, Entity.CUSTOMERS, Entity.ORDERS, Entity.PRODUCTS):
            assert sync(store, entity=entity).state == "done"
        yield household


Edit = tuple[Callable[[World], object], Callable[[World], bool]]


def product(world: World, sku: str) -> dict[str, str]:
    return next(row for row in world.cscart.products().values() if row["product_code"] == sku)


def item_id(world: World, sku: str) -> str:
    return next(id for id, row in world.zoho.items().items() if row["sku"] == sku)


def contact_id(world: World) -> str:
    return next(iter(world.zoho.crm.contacts()))


def sale(world: World) -> dict[str, object]:
    return next(row for row in world.zoho.salesorders().values() if row["salesorder_number"].endswith("1"))


#: Edits on either side, and whether they have arrived at the other one.
IN_THE_STORE: dict[str, Edit] = {
    "a price": (
        lambda world: world.cscart.edit_product(1, price="7.77"),
        lambda world: world.zoho.item(item_id(world, "CUP-0"))["rate"] == 7.77,
    ),
    "a sale": (
        lambda world: world.cscart.order(2, 3),
        lambda world: world.zoho.item(item_id(world, "CUP-1"))["stock_on_hand"] == 37,
    ),
    "a customer's phone": (
        lambda world: world.cscart.edit_user(3, phone="+1 555 0100"),
        lambda world: world.zoho.crm.contact(contact_id(world))["Phone"] == "+1 555 0100",
    ),
    "a new order": (
        lambda world: world.cscart.place_order([(3, 1)], user_id=3),
        lambda world: len(world.zoho.salesorders()) == 2,
    ),
    "a cancelled order": (
        lambda world: world.cscart.set_order_status(1, "I"),
        lambda world: sale(world)["order_status"] == "void",
    ),
}
IN_ZOHO: dict[str, Edit] = {
    "a name": (
        lambda world: world.zoho.edit_item(item_id(world, "CUP-0"), name="Cup, blue"),
        lambda world: product(world, "CUP-0")["product"] == "Cup, blue",
    ),
    "a price": (
        lambda world: world.zoho.edit_item(item_id(world, "CUP-2"), rate=8.25),
        lambda world: Decimal(product(world, "CUP-2")["price"]) == Decimal("8.25"),
    ),
    "stock": (
        lambda world: world.zoho.move_stock(item_id(world, "CUP-1"), 5),
        lambda world: product(world, "CUP-1")["amount"] == "45",
    ),
    "a customer's phone": (
        lambda world: world.zoho.crm.edit_contact(contact_id(world), Phone="+1 555 0101"),
        lambda world: world.cscart.user(3)["phone"] == "+1 555 0101",
    ),
}
#: What a message is sent about: the store has none for edits.
HINTED = {
    **{f"{name} in Zoho": edit for name, edit in IN_ZOHO.items()},
    "a new order in the store": IN_THE_STORE["a new order"],
}
#: Edits that meet no other one of the same record.
TOGETHER = [*(each for name, each in IN_THE_STORE.items() if name != "a sale"), IN_ZOHO["stock"], IN_ZOHO["a price"]]


def test_edits_on_either_side_are_on_the_other_within_one_tick(household: Household, tell: Tell) -> None:
    world = household.world
    for make, _ in TOGETHER:
        make(world)
    seconds = household.live(TICK_S + RUN_S, until=lambda: all(arrived(world) for _, arrived in TOGETHER))
    missing = [n for n, (_, arrived) in enumerate(TOGETHER) if not arrived(world)]
    assert not missing
    tell(f"by a schedule of {TICK_S} s alone, {len(TOGETHER)} edits arrived after {seconds:.0f} s at most")


@pytest.mark.parametrize("name", HINTED)
def test_an_edit_is_on_the_other_side_within_seconds_when_its_hint_is_on(
    household: Household, tell: Tell, name: str
) -> None:
    world, (make, arrived) = household.world, HINTED[name]
    world.zoho.switches.hooks_hear_stock = world.zoho.switches.adjustments_touch_items = True
    household.switch_hints_on(Store.objects.get())
    household.live(2 * HINTED_S)
    assert not arrived(world)
    make(world)
    seconds = household.live(HINTED_S, until=lambda: arrived(world))
    assert arrived(world), f"not there after {seconds:.1f} s"
    tell(f"{name}: on the other side after {seconds:.1f} s")


def test_what_we_write_ourselves_comes_back_as_a_message_and_makes_no_run(household: Household) -> None:
    household.switch_hints_on(Store.objects.get())
    household.live(2 * HINTED_S)
    IN_THE_STORE["a price"][0](household.world)
    household.live(TICK_S + RUN_S)
    assert household.world.outbox.counts["inventory", "sent"]
    assert not Run.objects.filter(trigger="hint").exists()
