"""Administrators of CRM delete fields, rename them, hide them from profiles and make them read-only. Such a field
stops itself and nothing else: it is found out by the first answer that hints at it, named with what to do, and no
value of the store is lost. Where it comes back it goes on."""

from collections.abc import Callable

import pytest

from cscart_zoho import app
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.store.models import RunState, Store
from tests.situations.shop import Shop


@pytest.fixture
def level(shop: Shop) -> str:
    """A field of CRM that is mapped to a profile field of the store, both filled; its API name."""
    shop.world.cscart.switches.addon = True
    shop.live_in(Home.CRM)
    name = shop.crm_field("Loyalty level")
    id = shop.world.cscart.add_profile_field("Level")
    user = shop.user("ann@example.com", phone="+1 555 0100")
    shop.user("bea@example.com", phone="+1 555 0101")
    shop.world.cscart.edit_user(user, fields={str(id): "Gold"})
    shop.map_field(name, f"fields.{id}")
    shop.sync("customers")
    assert shop.person("ann@example.com")[name] == "Gold"
    shop.hours(1)
    return name


def user_of(shop: Shop, email: str = "ann@example.com") -> int:
    (found,) = (id for id, row in shop.world.cscart.users().items() if row["email"] == email)
    return found


def level_of(shop: Shop) -> str:
    """What the store has in the profile field of the customer."""
    (value,) = shop.world.cscart.user(user_of(shop))["fields"].values()
    return str(value)


LOST: dict[str, Callable[[Shop, str], None]] = {
    "hidden": lambda shop, name: shop.world.zoho.crm.setup.hide("Contacts", name),
    "deleted": lambda shop, name: shop.world.zoho.crm.setup.remove("Contacts", name),
    "renamed": lambda shop, name: shop.world.zoho.crm.setup.rename("Contacts", name, "Bonus_level"),
}


@pytest.mark.parametrize("how", LOST)
@pytest.mark.parametrize("locked", ["ignored", "refused"])
def test_a_field_that_is_not_there_any_more_stops_itself_alone(how: str, locked: str, shop: Shop, level: str) -> None:
    shop.world.zoho.crm.switches.locked_fields = locked
    LOST[how](shop, level)
    shop.world.cscart.edit_user(user_of(shop), phone="+1 555 0199")
    shop.world.zoho.crm.edit_contact(shop.person("bea@example.com")["id"], Phone="+1 555 0177")

    run = shop.sync("customers")

    assert run.state == RunState.DONE
    assert shop.person("ann@example.com")["Phone"] == "+1 555 0199"
    assert shop.world.cscart.user(user_of(shop, "bea@example.com"))["phone"] == "+1 555 0177"
    assert "Loyalty level" in run.message
    assert "Field mapping" in run.message
    if how == "renamed":
        assert "Bonus level" in run.message
    assert "Both sides agree" not in run.message
    assert level_of(shop) == "Gold"
    for _ in range(3):
        again = shop.sync("customers", hours=13)
        assert "Loyalty level" in again.message
    assert level_of(shop) == "Gold"


def test_a_hidden_field_goes_on_once_it_is_shown_again(shop: Shop, level: str) -> None:
    shop.world.zoho.crm.setup.hide("Contacts", level)
    shop.sync("customers")
    shop.world.zoho.crm.setup.hide("Contacts", level, hidden=False)
    (field,) = shop.world.cscart.user(user_of(shop))["fields"]
    shop.world.cscart.edit_user(user_of(shop), fields={field: "Silver"})

    run = shop.sync("customers", hours=25)

    assert "Loyalty level" not in run.message
    assert shop.person("ann@example.com")[level] == "Silver"


def test_a_renamed_field_goes_on_once_it_is_mapped_anew(shop: Shop, level: str) -> None:
    shop.world.zoho.crm.setup.rename("Contacts", level, "Bonus_level")
    shop.sync("customers")
    (field,) = shop.world.cscart.user(user_of(shop))["fields"]
    maps = shop.customer_choices.maps
    for rows in maps.values():
        rows.pop(level, None)
    shop.map_field("Bonus_level", f"fields.{field}")
    shop.world.zoho.crm.edit_contact(shop.person("ann@example.com")["id"], Bonus_level="Copper")

    run = shop.sync("customers")

    assert "Loyalty level" not in run.message
    assert level_of(shop) in ("Copper", "Gold")  # both were there when it was mapped: the second one asks
    assert shop.world.zoho.crm.contact(shop.person("ann@example.com")["id"])["Bonus_level"] == "Copper"


def test_a_standard_field_that_is_hidden_takes_no_phone_away(shop: Shop, level: str) -> None:
    shop.world.zoho.crm.setup.hide("Contacts", "Phone")
    shop.world.cscart.edit_user(user_of(shop), lastname="Newname")

    run = shop.sync("customers")

    assert shop.person("ann@example.com")["Last_Name"] == "Newname"
    assert shop.world.cscart.user(user_of(shop))["phone"] == "+1 555 0100"
    assert '"Phone"' in run.message


def test_without_the_address_nothing_is_written_and_the_run_says_why(shop: Shop, level: str) -> None:
    shop.world.zoho.crm.setup.hide("Contacts", "Email")
    shop.world.cscart.edit_user(user_of(shop), phone="+1 555 0199")
    writes = shop.writes()

    for _ in range(2):
        shop.hours(1)
        run = shop.run("customers")
        assert run.state == RunState.FAILED
        assert '"Email"' in run.message
        assert "right to see it" in run.message

    assert shop.writes() == writes


@pytest.mark.parametrize("locked", ["ignored", "refused"])
def test_a_field_that_became_read_only_keeps_what_is_typed_in_the_store(locked: str, shop: Shop, level: str) -> None:
    shop.world.zoho.crm.switches.locked_fields = locked
    shop.world.zoho.crm.setup.lock("Contacts", level)
    (field,) = shop.world.cscart.user(user_of(shop))["fields"]
    shop.world.cscart.edit_user(user_of(shop), fields={field: "Silver"}, phone="+1 555 0199")

    for hours in (1, 1, 1, 25, 1):
        run = shop.sync("customers", hours=hours)
        assert level_of(shop) == "Silver"

    row = shop.person("ann@example.com")
    assert (row[level], row["Phone"]) == ("Gold", "+1 555 0199")
    state, reason = shop.told("customers", cscart=user_of(shop))
    assert state == "held"
    assert "Loyalty level" in reason
    assert "Silver" in reason
    assert "Both sides agree" not in run.message
    assert shop.told("customers", cscart=user_of(shop, "bea@example.com")) == ("synced", "")

    shop.world.zoho.crm.edit_contact(row["id"], **{level: "Copper"})
    shop.sync("customers", hours=25)
    assert level_of(shop) in ("Silver", "Copper")  # an edit of both sides is asked about, and nothing is lost
    assert shop.conflicts("customers", level) or level_of(shop) == "Copper"


def test_a_read_only_field_that_may_be_written_again_takes_what_waited(shop: Shop, level: str) -> None:
    shop.world.zoho.crm.switches.locked_fields = "refused"
    shop.world.zoho.crm.setup.lock("Contacts", level)
    (field,) = shop.world.cscart.user(user_of(shop))["fields"]
    shop.world.cscart.edit_user(user_of(shop), fields={field: "Silver"})
    shop.sync("customers", "customers")
    shop.world.zoho.crm.setup.lock("Contacts", level, locked=False)

    shop.sync("customers", "customers", hours=25)

    assert shop.person("ann@example.com")[level] == "Silver"
    assert shop.told("customers", cscart=user_of(shop)) == ("synced", "")


@pytest.mark.parametrize("how", ["hidden", "locked"])
def test_a_new_customer_keeps_what_crm_drops_in_silence(how: str, shop: Shop, level: str) -> None:
    setup = shop.world.zoho.crm.setup
    (setup.hide if how == "hidden" else setup.lock)("Contacts", level)
    (field,) = shop.world.cscart.user(user_of(shop))["fields"]
    cal = shop.user("cal@example.com")
    shop.world.cscart.edit_user(cal, fields={field: "Iron"})

    for hours in (1, 1, 25, 1):
        shop.sync("customers", hours=hours)

    assert shop.world.cscart.user(cal)["fields"][field] == "Iron"
    assert not shop.person("cal@example.com")[level]
    if how == "locked":
        state, reason = shop.told("customers", cscart=cal)
        assert state == "held"
        assert "Iron" in reason


def test_what_is_lost_is_told_in_the_notices_and_by_doctor(shop: Shop, level: str) -> None:
    assert shop.store is not None
    assert [check for check in app.check_mapping(shop.store) if not check[1]] == []
    shop.world.zoho.crm.setup.hide("Contacts", level)
    shop.sync("customers", hours=30)

    (concern,) = (each for each in concerns(Store.objects.get(), shop.store.zoho) if each.key == "lost_fields")
    assert level in concern.text or "Loyalty level" in concern.text
    ((_, well, words),) = app.check_mapping(shop.store)
    assert not well
    assert words in concern.text
    assert words in shop.runs[-1].message

    shop.world.zoho.crm.setup.hide("Contacts", level, hidden=False)
    shop.sync("customers", hours=30)
    assert [each for each in concerns(Store.objects.get(), shop.store.zoho) if each.key == "lost_fields"] == []
