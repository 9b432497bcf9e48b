"""`web-hooks`, as people type it."""

from collections.abc import Callable, Iterator

import pytest

from cscart_zoho import app
from cscart_zoho.store.inbox import HintSource
from cscart_zoho.store.models import AuditEntry
from cscart_zoho_sim.world import World
from tests.connected import connect
from tests.unit.test_cli import last_json, run_main

pytestmark = pytest.mark.django_db
Go = Callable[..., str]


@pytest.fixture
def go(capsys: pytest.CaptureFixture[str]) -> Go:
    """One command; what it printed."""

    def run(*argv: str, code: int = 0) -> str:
        assert run_main(*argv) == code
        read = capsys.readouterr()
        return read.out + read.err

    return run


@pytest.fixture
def world() -> Iterator[World]:
    world = World.empty(1)
    with app.using_transport(world.transport(), world.clock):
        connect(world)
        yield world


def test_hooks_of_the_store_are_switched_on_and_off(world: World, go: Go) -> None:
    assert "made in CS-Cart" in go("web-hooks", "on", "cscart")
    assert len(world.cscart.web_hooks.rows) == 5
    assert "deleted there" in go("web-hooks", "off", "cscart")
    assert len(world.cscart.web_hooks.rows) == 0
    done = list(AuditEntry.objects.order_by("pk").values_list("what", "detail"))
    assert done == [("web hooks switched on", "CS-Cart"), ("web hooks switched off", "CS-Cart")]


def test_for_zoho_inventory_address_and_secret_are_shown_when_it_is_switched_on(world: World, go: Go) -> None:
    shown = go("web-hooks", "on", "inventory")
    source = HintSource.objects.get()
    assert app.hook_address(source) in shown
    assert source.secret in shown
    later = go("web-hooks", "show") + go("web-hooks", "show", "--json")
    assert source.secret not in later
    assert source.address_secret not in later


def test_what_could_not_be_made_is_said_and_is_no_success(world: World, go: Go) -> None:
    told = go("web-hooks", "on", "crm", code=1)
    assert "Connect again" in told
    assert "Connect again" in go("web-hooks", "show")
    assert last_json(go("web-hooks", "on", "crm", "--json", code=1))["ok"] is False


def test_every_side_is_shown(world: World, go: Go) -> None:
    told = last_json(go("web-hooks", "show", "--json"))["web_hooks"]
    assert [(each["kind"], each["on"]) for each in told] == [("inventory", False), ("crm", False), ("cscart", False)]


def test_what_was_never_on_cannot_be_switched_off(world: World, go: Go) -> None:
    assert "never switched on" in go("web-hooks", "off", "crm", code=1)
