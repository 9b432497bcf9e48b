"""`start-anew`, and what `status`, `doctor` and `sync` say while another organisation is connected."""

import json

import pytest

from cscart_zoho.store.models import AuditEntry, Link, Store
from cscart_zoho.sync.identity import MadeWith, Organisation
from tests.situations.elsewhere import connect_organisation, present
from tests.situations.shop import Shop, opened
from tests.unit.test_cli import main_ok, run_main


def test_the_command_line_names_both_and_starts_anew_when_it_is_told_to(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(Shop()) as shop:
        shop.both("A-1", 10)
        shop.sync("products")
        other = shop.world.add_organisation("Second Ltd")
        connect_organisation(shop, other)
        assert run_main("sync", "products") == 1
        said = capsys.readouterr().err
        assert "Zoho is connected to Second Ltd" in said
        assert "1 link was made with Sample Organisation" in said
        main_ok("status", "--json")
        assert "Second Ltd" in json.loads(capsys.readouterr().out)["wrong_connection"]
        run_main("doctor")
        assert "NO   Links: Zoho is connected to Second Ltd" in capsys.readouterr().out
        assert run_main("start-anew") == 1
        assert "Add --yes to set these links aside and to pair anew." in capsys.readouterr().err
        assert Link.objects.filter(store=present()).count() == 1
        main_ok("start-anew", "--yes")
        assert "1 link with Sample Organisation is set aside" in capsys.readouterr().out
        assert not Link.objects.filter(store=present()).exists()
        assert AuditEntry.objects.filter(what="started anew").exists()
        assert run_main("start-anew", "--yes") == 1
        assert "What is connected is what the links were made with." in capsys.readouterr().err


def test_runs_and_conflicts_of_links_that_were_set_aside_are_not_told(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(Shop()) as shop:
        shop.both("A-1", 10)
        shop.sync("products")
        Store.objects.update(made_with=MadeWith(Organisation("com", "1", "Second Ltd")).to_json())
        main_ok("start-anew", "--yes")
        capsys.readouterr()
        main_ok("runs", "--json")
        assert json.loads(capsys.readouterr().out)["runs"] == []
