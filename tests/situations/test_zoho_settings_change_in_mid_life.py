"""A merchant changes taxes, decimals, locations and preferences in Zoho long after connecting: the next day's first
run knows, no run of the same day asks again, and a refusal makes the next run look at once."""

from cscart_zoho import app
from cscart_zoho.store.models import ZohoOrganisation
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.zoho.preferences import TO_WHOLE
from tests.situations.shop import Shop


def test_a_preference_set_later_is_known_the_next_day(shop: Shop) -> None:
    shop.both("LAMP", stock=5)
    shop.sync("products")
    zoho = shop.world.zoho
    assert told() == {"round_total": "", "adjustment_approval": False, "duplicate_item_names": False}

    zoho.organisation.preferences.transaction_rounding_type = TO_WHOLE
    zoho.switches.adjustment_approvals = True
    shop.sync("products")
    assert told()["round_total"] == "", "nobody has looked yet"
    shop.sync("products", hours=24)
    assert told() == {"round_total": "whole", "adjustment_approval": True, "duplicate_item_names": False}
    assert dict(app.organisation_told(ZohoOrganisation.objects.get()))["Round off total"] == "to a whole number"


def test_the_organisation_is_read_once_a_day_and_counted_in_the_run(shop: Shop) -> None:
    shop.both("LAMP", stock=5)
    shop.sync("products")
    made = {}
    for hours in (1, 24, 1, 1):
        shop.forget_calls()
        before = shop.world.zoho.calls + shop.world.zoho.crm.calls
        run = shop.sync("products", hours=hours)
        assert run.calls_zoho == shop.world.zoho.calls + shop.world.zoho.crm.calls - before
        made[hours] = shop.called("GET", "/settings/taxes"), shop.called("GET", "/organizations")
        assert shop.called("GET", "/settings/preferences") == made[hours][0]
    assert made == {1: (0, 0), 24: (1, 1)}


def test_preferences_that_zoho_does_not_tell_are_unknown_and_not_off(shop: Shop) -> None:
    shop.world.zoho.switches.preferences_told = False
    shop.both("LAMP", stock=5)
    shop.sync("products")
    assert told() == {"round_total": None, "adjustment_approval": None, "duplicate_item_names": None}


def test_preferences_whose_keys_nobody_has_seen_may_be_missing(shop: Shop) -> None:
    shop.world.zoho.switches.supposed_preferences_told = False
    shop.connect()
    assert told() == {"round_total": "", "adjustment_approval": None, "duplicate_item_names": None}


def test_a_refused_write_makes_the_next_run_read_the_organisation(shop: Shop) -> None:
    shop.both("LAMP", stock=5)
    shop.sync("products")
    shop.world.zoho.switches.angle_brackets_refused = True
    shop.product("CHAIR", stock=1, product="Chair <oak>")
    shop.forget_calls()
    shop.sync("products")
    assert shop.called("GET", "/settings/taxes") == 0
    shop.sync("products")
    assert shop.called("GET", "/settings/taxes") == 1
    shop.sync("products")
    shop.sync("products")
    assert shop.called("GET", "/settings/taxes") == 1, "not again for each refusal"


def test_an_organisation_that_cannot_be_read_now_stops_no_run(shop: Shop) -> None:
    shop.both("LAMP", stock=5)
    shop.sync("products")
    shop.world.zoho.organisation.preferences.transaction_rounding_type = TO_WHOLE
    faults = FaultPlan.none()
    with app.using_transport(shop.world.transport(faults, watch=shop.watch), shop.world.clock):
        faults.order("error_500_before", times=3)
        shop.sync("products", hours=25)
        assert told()["round_total"] == ""
        shop.sync("products")
    assert told()["round_total"] == "whole", "it is tried again after an hour"


def told() -> dict[str, object]:
    preferences = ZohoOrganisation.objects.get().capabilities["preferences"]
    return {name: preferences[name] for name in ("round_total", "adjustment_approval", "duplicate_item_names")}
